"""Taking deliveries in: recording their files, grouping them into releases, writing each release."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.contract.actions import Done
from apps.core.contract.errors import Conflict, Invalid, NotFound
from apps.core.contract.intake import (
    OWN_MUSIC,
    CompleteDelivery,
    DeliveryStatus,
    DeliverySummary,
    OpenDelivery,
    RecordFiles,
    WriteRelease,
)
from apps.core.contract.jobs import ReceiveWork, Work
from apps.core.database import FOR_CHANGE
from apps.core.intake.filing import file_away, refuse_overlong
from apps.core.intake.finishing import finish_delivery
from apps.core.intake.models import DeliveredReleaseRow, DeliveryRow
from apps.core.intake.queries import summaries
from apps.core.intake.rules import check_path
from apps.core.intake.writing import write_files
from apps.core.jobs.holding import finish, held_work
from apps.core.jobs.work import ask_for_new
from apps.core.outbox import Events
from ports.clock.interface import Clock


@handles(OpenDelivery)
def open_delivery(action: OpenDelivery, session: Session, clock: Clock) -> str:
    row = DeliveryRow(
        deliverer=OWN_MUSIC, source=action.source, status=DeliveryStatus.OPEN, subscribers_only=action.subscribers_only,
        created_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


@handles(RecordFiles)
def record_files(action: RecordFiles, session: Session) -> Done:
    delivery = _open(session, action.delivery_id)
    for file in action.files:
        check_path(file.path)
    file_away(session, delivery, action.files)
    return Done()


@handles(CompleteDelivery)
def complete_delivery(action: CompleteDelivery, session: Session, events: Events, clock: Clock) -> DeliverySummary:
    delivery = _open(session, action.delivery_id)
    delivery.status = DeliveryStatus.QUARANTINED
    refuse_overlong(session, delivery.id, clock.now())
    wanted = select(DeliveredReleaseRow.id).where(DeliveredReleaseRow.delivery_id == delivery.id, DeliveredReleaseRow.written_at.is_(None))
    works: dict[str, Work] = {release_id: ReceiveWork(delivery.id, release_id) for release_id in session.scalars(wanted)}
    ask_for_new(session, events, works, clock.now())
    finish_delivery(session, delivery.id)
    session.flush()
    return summaries(session.connection(), DeliveryRow.id == delivery.id)[0]


@handles(WriteRelease)
def write_release(action: WriteRelease, session: Session, events: Events, clock: Clock) -> str | None:
    job, work = held_work(session, action.job_id, action.lease, ReceiveWork)
    if work.delivered_release_id != action.delivered_release_id:
        raise Invalid("This job is for another release.", "Write the one that was claimed.")
    delivered = session.get_one(DeliveredReleaseRow, work.delivered_release_id)
    delivered.release_id = write_files(session, events, delivered, action.files, clock.now())
    delivered.written_at = clock.now()
    finish(job)
    finish_delivery(session, work.delivery_id)
    return delivered.release_id


def _open(session: Session, delivery_id: str) -> DeliveryRow:
    row = session.get(DeliveryRow, delivery_id, with_for_update=FOR_CHANGE)
    if row is None:
        raise NotFound("There is no such delivery.", "Open one first.")
    if row.status != DeliveryStatus.OPEN:
        raise Conflict("This delivery is complete already.", "Open another one for further files.")
    return row
