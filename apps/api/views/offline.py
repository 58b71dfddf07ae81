"""Devices that keep music offline, and the licences they hold; the copies themselves never pass here."""

from __future__ import annotations

from typing import Annotated

import msgspec
from flask import Blueprint, Response
from msgspec import Meta

from apps.api.answers import done, nothing, personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import body, idempotency_key
from apps.core.contract.ids import DeviceId, LicenceId, TrackId
from apps.core.contract.offline import (
    LICENCES_PER_COMMAND,
    CheckIn,
    GetLicenceKeys,
    ListDevices,
    OfflineCopy,
    OfflineRendition,
    Preparing,
    RegisterDevice,
    RemoveDevice,
    SaveOffline,
)

views = Blueprint("offline", __name__)


class WantedCopy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    track_id: TrackId
    rendition: OfflineRendition = OfflineRendition.LARGE


class HeldLicences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    licence_ids: Annotated[tuple[LicenceId, ...], Meta(max_length=LICENCES_PER_COMMAND)] = ()
    """All that the device holds, in parts where they are more."""


@views.post("/devices")
@sends(RegisterDevice, body=RegisterDevice, status=201, repeatable=True)
def register() -> Response:
    return done(core().send(body(RegisterDevice), idempotency_key()), status=201)


@views.get("/devices")
@sends(ListDevices)
def devices() -> Response:
    return personal(core().send(ListDevices()))


@views.delete("/devices/<id:device_id>")
@sends(RemoveDevice, status=204)
def remove(device_id: DeviceId) -> Response:
    core().send(RemoveDevice(device_id))
    return nothing()


@views.post("/devices/<id:device_id>/licences")
@sends(SaveOffline, body=WantedCopy, status=201, result=OfflineCopy, otherwise={202: Preparing})
def save(device_id: DeviceId) -> Response:
    wanted = body(WantedCopy)
    made = core().send(SaveOffline(device_id, wanted.track_id, wanted.rendition))
    if isinstance(made, OfflineCopy):
        return done(made, status=201)
    answer = done(made, status=202)
    answer.headers["Retry-After"] = str(made.retry_after)
    return answer


@views.post("/devices/<id:device_id>/check-ins")
@sends(CheckIn, body=HeldLicences)
def check_in(device_id: DeviceId) -> Response:
    return done(core().send(CheckIn(device_id, body(HeldLicences).licence_ids)))


@views.get("/offline/keys")
@sends(GetLicenceKeys)
def keys() -> Response:
    return personal(core().send(GetLicenceKeys()))
