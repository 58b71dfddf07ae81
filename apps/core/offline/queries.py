"""Reading devices, the keys of licences, and what a worker is to encrypt."""

from __future__ import annotations

from sqlalchemy import and_, func, select
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.errors import Invalid, LeaseLost
from apps.core.contract.jobs import EncryptWork, JobStatus
from apps.core.contract.offline import Device, Devices, EncryptionOrder, GetEncryptionOrder, GetLicenceKeys, LicenceKeys, ListDevices
from apps.core.database import fetch
from apps.core.jobs.models import JobRow
from apps.core.jobs.work import work_decoder
from apps.core.offline.models import DeviceRow, EncryptedFileRow, LicenceRow
from apps.core.offline.rules import subject_of
from apps.core.offline.signing import Signer
from apps.core.offline.wrapping import DataKeys, Wrapped
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock

COPY = EncryptedFileRow


@handles(ListDevices)
def list_devices(actor: Actor, connection: Connection, clock: Clock, plans: Plans) -> Devices:
    good = and_(LicenceRow.device_id == DeviceRow.id, LicenceRow.ended_at.is_(None), LicenceRow.expires_at > clock.now())
    wanted = (
        select(DeviceRow.id, DeviceRow.name, DeviceRow.registered_at, DeviceRow.seen_at, func.count(LicenceRow.id))
        .outerjoin(LicenceRow, good)
        .where(DeviceRow.account_id == actor.account_id, DeviceRow.removed_at.is_(None))
        .group_by(DeviceRow.id)
        .order_by(DeviceRow.id)
    )
    return Devices(tuple(Device(*row) for row in fetch(connection, wanted)), plans.entitlement(actor.plan, actor.account_id).devices)


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
    columns = COPY.source_key, COPY.source_size, COPY.source_sha256, COPY.wrapping_key, COPY.data_key, COPY.nonce_prefix
    (copy,) = fetch(connection, select(*columns).where(*mine))
    subject = subject_of(work.recording_id, work.rendition)
    key = data_keys.unwrap(Wrapped(copy.wrapping_key, copy.data_key), subject)
    return EncryptionOrder(copy.source_key, copy.source_size, copy.source_sha256, key, copy.nonce_prefix, subject)
