"""Registering devices, giving them licences and copies, and renewing or ending what they hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from apps.core.accounts.models import AccountRow
from apps.core.bus import handles
from apps.core.contract.actions import Actor, Done
from apps.core.contract.errors import NotFound, PlaybackRefused
from apps.core.contract.jobs import EncryptWork
from apps.core.contract.offline import (
    DOWNLOAD_SECONDS,
    RETRY_SECONDS,
    CheckedIn,
    CheckIn,
    Device,
    EncryptedFile,
    OfflineCopy,
    Preparing,
    RecordEncryption,
    RegisterDevice,
    RemoveDevice,
    RevocationReason,
    RevokedLicence,
    SaveOffline,
    WrapKeysAnew,
)
from apps.core.contract.playback import Audio, Rendition
from apps.core.database import FOR_CHANGE
from apps.core.jobs.holding import finish, held_work
from apps.core.offline.copies import copy_of, have_it_made, key_of, source_of, wrap_anew
from apps.core.offline.devices import DEVICE_REMOVED, holder_of, own_device, refuse_beyond, too_many_devices
from apps.core.offline.licensing import Review, as_licence, give, held
from apps.core.offline.models import DeviceRow, EncryptedFileRow, LicenceRow
from apps.core.offline.rules import expiry, subject_of
from apps.core.offline.signing import Signer
from apps.core.offline.statements import KEEPABLE
from apps.core.offline.wrapping import DataKeys, read_public_key, wrap_for_device
from apps.core.outbox import Events
from apps.core.playback.refusals import not_on_plan, refuse_what_cannot_be_heard
from apps.core.rights.offers import here_on
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock
from ports.storage.interface import Storage

DOWNLOAD = timedelta(seconds=DOWNLOAD_SECONDS)


@handles(RegisterDevice)
def register_device(action: RegisterDevice, actor: Actor, session: Session, clock: Clock, plans: Plans) -> Device:
    read_public_key(action.public_key)
    now, name = clock.now(), action.name.strip() or action.name
    # Of registrations at the same moment each counts those before it.
    account_id = session.scalars(select(AccountRow.id).where(AccountRow.id == actor.account_id).with_for_update(**FOR_CHANGE)).one()
    mine = DeviceRow.account_id == account_id, DeviceRow.removed_at.is_(None)
    row = session.scalar(select(DeviceRow).where(*mine, DeviceRow.public_key == action.public_key))
    if row is None:
        refuse_beyond(session, account_id, action.public_key, plans.entitlement(actor.plan, account_id).devices, now)
        row = DeviceRow(account_id=account_id, public_key=action.public_key, name=name, registered_at=now, seen_at=now)
        session.add(row)
    row.name = name
    session.flush()
    return Device(row.id, row.name, row.registered_at, row.seen_at, copies=0)


@handles(RemoveDevice)
def remove_device(action: RemoveDevice, actor: Actor, session: Session, clock: Clock) -> Done:
    device, now = own_device(session, action.device_id, actor), clock.now()
    if device.removed_at is None:
        device.removed_at = now
        mine = LicenceRow.device_id == device.id, LicenceRow.ended_at.is_(None)
        session.execute(update(LicenceRow).where(*mine).values(ended_at=now, reason=DEVICE_REMOVED))
    return Done()


@handles(SaveOffline)
def save_offline(
    action: SaveOffline, actor: Actor, session: Session, events: Events, clock: Clock, storage: Storage, plans: Plans,
    data_keys: DataKeys, signer: Signer,
) -> OfflineCopy | Preparing:  # fmt: skip
    now = clock.now()
    holder = holder_of(session, action.device_id, actor, plans, now)
    if not holder.has_place:
        raise too_many_devices(holder.entitlement.devices)
    parameters = {**here_on(holder.entitlement, actor.territory, now), "track_id": action.track_id}
    found = session.execute(KEEPABLE, parameters).first()
    if found is None:
        raise NotFound("There is no such track.", "It may have been withdrawn; look for it again.")
    until = _until(found, holder.paid_until, now)
    source = source_of(session, found.recording_id, found.content_hash, action.rendition)
    copy = copy_of(session, found.recording_id, source, data_keys)
    if copy.key is None:
        have_it_made(session, events, copy, now)
        return Preparing(RETRY_SECONDS)
    track = {
        "track_id": action.track_id, "recording_id": found.recording_id, "content_hash": found.content_hash, "rendition": source.name,
    }  # fmt: skip
    licence = give(session, holder, track, actor.territory, until, now)
    key = wrap_for_device(holder.device.public_key, key_of(copy, data_keys), subject_of(copy.recording_id, copy.rendition))
    audio = msgspec.json.decode(found.facts, type=Audio)
    return OfflineCopy(
        as_licence(licence, signer, now), _file(copy, source, storage, now), key, found.release_id, found.title, found.artist,
        found.release_title, found.cover, audio.duration_ms, audio,
    )  # fmt: skip


def _until(found: Any, paid_until: datetime | None, now: datetime) -> datetime:
    """When a licence to it would end; raises where it may not be kept."""
    refuse_what_cannot_be_heard(found)
    if not found.keepable:
        why = f"“{found.title}” may be streamed in your country, and not be kept offline."
        raise PlaybackRefused(why, "Play it while you are connected.", {"reason": "not_offered"})
    until = None if found.until is None else expiry(now, paid_until, found.until)
    if until is None or until <= now:
        raise not_on_plan(found.title)
    return until


def _file(copy: EncryptedFileRow, source: Rendition, storage: Storage, now: datetime) -> EncryptedFile:
    assert copy.key is not None
    assert copy.size is not None
    assert copy.sha256 is not None
    until = now + DOWNLOAD
    url = storage.signed_url(copy.key, until)
    return EncryptedFile(url, until, copy.size, copy.sha256, source.content_type, source.codecs, source.bit_rate)


@handles(CheckIn)
def check_in(action: CheckIn, actor: Actor, session: Session, clock: Clock, plans: Plans, signer: Signer) -> CheckedIn:
    now = clock.now()
    holder = holder_of(session, action.device_id, actor, plans, now)
    holder.device.seen_at = now
    rows = held(session, holder.device.id, action.licence_ids)
    review = Review(session, holder, now)
    review.judge([row for row in rows.values() if row.ended_at is None], actor.territory)
    gone = {row.id: RevocationReason(row.reason) for row in rows.values() if row.reason is not None}
    gone |= {one: RevocationReason.UNKNOWN for one in action.licence_ids if one not in rows}
    return CheckedIn(
        tuple(as_licence(row, signer, now) for row in review.renewed),
        tuple(row.id for row in review.unchanged),
        tuple(RevokedLicence(one, reason) for one, reason in gone.items()),
    )


@handles(RecordEncryption)
def record_encryption(action: RecordEncryption, session: Session) -> Done:
    job, work = held_work(session, action.job_id, action.lease, EncryptWork)
    copy = session.get_one(EncryptedFileRow, (work.recording_id, work.rendition, work.source_sha256))
    copy.key, copy.size, copy.sha256 = action.key, action.size, action.sha256
    finish(job)
    return Done()


@handles(WrapKeysAnew)
def wrap_keys_anew(session: Session, data_keys: DataKeys) -> bool:
    return wrap_anew(session, data_keys)
