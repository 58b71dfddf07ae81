"""Core's door over HTTP: POST /actions, for front ends with a valid service credential; a 404 for everybody else."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog
from flask import Blueprint, Response, abort, current_app, request

from apps.core.client.credential import key_name, verify
from apps.core.contract.actions import Action, Service
from apps.core.contract.codec import MAXIMUM_TRIP, Answer, Consignment, action_type, check_actor, check_trip, consignment_decoder, encoder
from apps.core.contract.errors import CelestaError, Invalid
from ports.container import Container
from ports.environment import BootError

door = Blueprint("door", __name__)
log = structlog.get_logger("core.door")


@door.before_app_request
def admit() -> None:
    """Without a valid credential nothing here exists, whatever the path."""
    if service := _credential():
        request.environ["celesta.service"] = service
    else:
        abort(404)


@door.post("/actions", provide_automatic_options=False)
def actions() -> Response:
    try:
        return _answer(Answer(results=_deal_with(_consignment())), 200)
    except CelestaError as error:
        return _answer(Answer(error=error.report()), error.status)


def _credential() -> Service | None:
    # A body of unknown length would be read however long it is.
    if request.content_length is None or request.content_length > MAXIMUM_TRIP:
        return None
    return verify(request.headers.get("Authorization", ""), _keys, request.get_data)


def _keys(service: Service) -> tuple[str, ...]:
    """A front end that has no usable key cannot come in."""
    container: Container = current_app.extensions["container"]
    try:
        return container.environment.secret_versions(key_name(service))
    except BootError as error:
        log.warning("a front end has no key", service=service, reason=str(error))
        return ()


def _consignment() -> Consignment:
    try:
        consignment = consignment_decoder.decode(request.get_data())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"The request cannot be read: {error}.", "Send a consignment as the contract's codec encodes it.") from None
    check_actor(consignment.actor, request.environ["celesta.service"])
    return consignment


def _deal_with(consignment: Consignment) -> tuple[msgspec.Raw, ...]:
    bus: Any = current_app.extensions["bus"]
    kinds: list[type[Action[Any]]] = [action_type(parcel.name) for parcel in consignment.parcels]
    check_trip(kinds)
    results: list[msgspec.Raw] = []
    for kind, parcel in zip(kinds, consignment.parcels, strict=True):
        result = bus.send(kind, bytes(parcel.fields), consignment.actor, consignment.idempotency_key)
        results.append(msgspec.Raw(encoder.encode(result)))
    return tuple(results)


def _answer(answer: Answer, status: int) -> Response:
    return Response(encoder.encode(answer), status, mimetype="application/json")
