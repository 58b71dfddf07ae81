"""Reading devices, the keys of licences, and what a worker is to encrypt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.errors import Invalid, LeaseLost
from apps.core.contract.jobs import EncryptWork, JobStatus
from apps.core.contract.offline import (
    Device,
    Devices,
    EncryptionOrder,
    GetEncryptionOrder,
    GetLicenceKeys,
    LicenceKeys,
    ListDevices,
    RemovedDevice,
)
from apps.core.database import fetch
from apps.core.jobs.models import JobRow
from apps.core.jobs.work import work_decoder
from apps.core.offline.devices import places_of
from apps.core.offline.models import DeviceRow, EncryptedFileRow, LicenceRow
from apps.core.offline.rules import subject_of
from apps.core.offline.signing import Signer
from apps.core.offline.wrapping import DataKeys, Wrapped
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock

COPY = EncryptedFileRow


@handles(ListDevices)
def list_devices(actor: Actor, connection: Connection, clock: Clock, plans: Plans) -> Devices:
    now, account_id = clock.now(), actor.account_id
    good = and_(LicenceRow.device_id == DeviceRow.id, LicenceRow.ended_at.is_(None), LicenceRow.expires_at > now)
    wanted = (
        select(DeviceRow.id, DeviceRow.name, DeviceRow.registered_at, DeviceRow.seen_at, func.count(LicenceRow.id))
        .outerjoin(LicenceRow, good)
        .where(DeviceRow.account_id == account_id, DeviceRow.removed_at.is_(None))
        .group_by(DeviceRow.id)
        .order_by(DeviceRow.id)
    )
    items = tuple(Device(*row) for row in fetch(connection, wanted))
    return Devices(items, plans.entitlement(actor.plan, account_id).devices, _removed(connection, account_id, now))


def _removed(connection: Connection, account_id: str | None, now: datetime) -> tuple[RemovedDevice, ...]:
    """Of the same key the one that holds its place longest; none where it is registered again."""
    places = fetch(connection, places_of(account_id, now))
    back = {key for _, _, key, removed_at, _ in places if removed_at is None}
    held = [(key, RemovedDevice(one, name, until)) for one, name, key, _, until in places if key not in back]
    held.sort(key=lambda of: of[1].free_at)
    return tuple(sorted(dict(held).values(), key=lambda device: device.free_at))


@handles(GetLicenceKeys)
def get_licence_keys(signer: Signer) -> LicenceKeys:
    return LicenceKeys(signer.public_keys())


@handles(GetEncryptionOrder)
def get_encryption_order(action: GetEncryptionOrder, connection: Connection, data_keys: DataKeys) -> EncryptionOrder:
    held = JobRow.id == action.job_id, JobRow.lease == action.lease, JobRow.status == JobStatus.RUNNING
    jobs = fetch(connection, select(JobRow.work).where(*held))
    if not jobs:
        raise LeaseLost("Another worker holds this job now, or it is over.", "Stop working on it.")
    work = work_decoder().decode(jobs[0].work)
    if not isinstance(work, EncryptWork):
        raise Invalid("This is no job to encrypt.", "Do what was claimed.")
    mine = COPY.recording_id == work.recording_id, COPY.rendition == work.rendition, COPY.source_sha256 == work.source_sha256
    source = COPY.source_key, COPY.source_size, COPY.source_sha256
    form = COPY.wrapping_key, COPY.data_key, COPY.nonce_prefix, COPY.format_version, COPY.chunk_size
    (copy,) = fetch(connection, select(*source, *form).where(*mine))
    subject = subject_of(work.recording_id, work.rendition)
    key = data_keys.unwrap(Wrapped(copy.wrapping_key, copy.data_key), subject)
    return EncryptionOrder(
        copy.source_key, copy.source_size, copy.source_sha256, key, copy.nonce_prefix, subject, copy.format_version, copy.chunk_size
    )
