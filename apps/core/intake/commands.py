"""Taking deliveries in: recording their files, grouping them into releases, writing each release."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.contract.actions import Done
from apps.core.contract.codec import encoder
from apps.core.contract.errors import Conflict, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.intake import (
    OWN_MUSIC,
    CompleteDelivery,
    DeliveryStatus,
    DeliverySummary,
    FileStatus,
    OpenDelivery,
    RecordFiles,
    Tags,
    WriteRelease,
)
from apps.core.contract.jobs import ReceiveWork
from apps.core.database import insert
from apps.core.intake.models import DeliveredFileRow, DeliveredReleaseRow, DeliveryRow
from apps.core.intake.queries import summaries
from apps.core.intake.rules import TaggedFile, check_path, group_by_release
from apps.core.intake.writing import write_files
from apps.core.jobs.commands import finish, held_job
from apps.core.jobs.work import ask_for
from apps.core.outbox import Events
from ports.clock.interface import Clock


@handles(OpenDelivery)
def open_delivery(action: OpenDelivery, session: Session, clock: Clock) -> str:
    row = DeliveryRow(deliverer=OWN_MUSIC, source=action.source, status=DeliveryStatus.OPEN, created_at=clock.now())
    session.add(row)
    session.flush()
    return row.id


@handles(RecordFiles)
def record_files(action: RecordFiles, session: Session) -> Done:
    _open(session, action.delivery_id)
    for file in action.files:
        check_path(file.path)
    rows = [
        {
            "id": new_id(), "delivery_id": action.delivery_id, "path": file.path, "size": file.size, "modified_ns": file.modified_ns,
            "tags": encoder.encode(file.tags) if file.tags else None, "refusal": file.refusal or None,
            "status": FileStatus.WAITING if file.tags and not file.refusal else FileStatus.REFUSED,
        }
        for file in action.files
    ]  # fmt: skip
    if rows:
        session.execute(insert(session, DeliveredFileRow).on_conflict_do_nothing(index_elements=["delivery_id", "path"]), rows)
    return Done()


@handles(CompleteDelivery)
def complete_delivery(action: CompleteDelivery, session: Session, events: Events, clock: Clock) -> DeliverySummary:
    delivery = _open(session, action.delivery_id)
    row = DeliveredFileRow
    wanted = select(row.id, row.path, row.tags).where(row.delivery_id == delivery.id, row.status == FileStatus.WAITING)
    files = [TaggedFile(one.id, one.path, msgspec.json.decode(one.tags, type=Tags)) for one in session.execute(wanted)]
    releases = group_by_release(files, delivery.source)
    for identity, members in releases.items():
        release = DeliveredReleaseRow(delivery_id=delivery.id, identity=identity)
        session.add(release)
        session.flush()
        mapping = [{"id": file.id, "delivered_release_id": release.id} for file in members]
        session.bulk_update_mappings(DeliveredFileRow.__mapper__, mapping)
        ask_for(session, events, ReceiveWork(delivery.id, release.id), release.id, clock.now())
    delivery.status = DeliveryStatus.QUARANTINED if releases else DeliveryStatus.FINISHED
    session.flush()
    return summaries(session.connection(), DeliveryRow.id == delivery.id)[0]


@handles(WriteRelease)
def write_release(action: WriteRelease, session: Session, events: Events, clock: Clock) -> str | None:
    job = held_job(session, action.job_id, action.lease)
    delivered = session.get(DeliveredReleaseRow, action.delivered_release_id)
    if delivered is None:
        raise NotFound("There is no such delivered release.")
    delivery = session.get_one(DeliveryRow, delivered.delivery_id)
    delivered.release_id = write_files(session, events, delivery, delivered, action.files, clock.now())
    delivered.written_at = clock.now()
    finish(job)
    session.flush()
    unwritten = select(func.count()).where(DeliveredReleaseRow.delivery_id == delivery.id, DeliveredReleaseRow.written_at.is_(None))
    if not session.scalar(unwritten):
        delivery.status = DeliveryStatus.FINISHED
    return delivered.release_id


def _open(session: Session, delivery_id: str) -> DeliveryRow:
    row = session.get(DeliveryRow, delivery_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such delivery.", "Open one first.")
    if row.status != DeliveryStatus.OPEN:
        raise Conflict("This delivery is complete already.", "Open another one for further files.")
    return row
