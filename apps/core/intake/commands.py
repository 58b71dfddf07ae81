"""Taking deliveries in: recording their files, grouping them into releases, writing each release."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.catalogue.changes import changed
from apps.core.catalogue.models import CoverRow, ReleaseRow
from apps.core.catalogue.version import touch
from apps.core.contract.actions import Done
from apps.core.contract.errors import Conflict, Invalid, NotFound
from apps.core.contract.intake import (
    OWN_MUSIC,
    CompleteDelivery,
    DeliveryStatus,
    DeliverySummary,
    FolderAudience,
    HideRemovedFiles,
    OpenDelivery,
    RecordCover,
    RecordFiles,
    RemovedFiles,
    SetFolderAudience,
    WriteRelease,
)
from apps.core.contract.jobs import CoverWork, ReceiveWork, Work
from apps.core.database import FOR_CHANGE, insert
from apps.core.intake.audience import is_for_subscribers, set_audience, some_of_folder
from apps.core.intake.credits import Separators
from apps.core.intake.filing import file_away, refuse_overlong
from apps.core.intake.finishing import finish_delivery
from apps.core.intake.models import DeliveredReleaseRow, DeliveryRow
from apps.core.intake.queries import summaries
from apps.core.intake.removing import remove_files
from apps.core.intake.rules import check_path
from apps.core.intake.writing import write_files
from apps.core.jobs.holding import finish, held_work
from apps.core.jobs.work import ask_for_new
from apps.core.outbox import Events
from apps.core.rights.deals import ensure_folder_deals, move_folder_deals
from ports.clock.interface import Clock
from ports.storage.keys import PUBLIC


@handles(OpenDelivery)
def open_delivery(action: OpenDelivery, session: Session, clock: Clock) -> str:
    row = DeliveryRow(
        deliverer=OWN_MUSIC, source=action.source, status=DeliveryStatus.OPEN, created_at=clock.now(),
        subscribers_only=is_for_subscribers(session, action.source) if action.subscribers_only is None else action.subscribers_only,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


@handles(RecordFiles)
def record_files(action: RecordFiles, session: Session) -> Done:
    delivery = _open(session, action.delivery_id)
    for file in action.files:
        check_path(file.path)
        if file.picture:
            check_path(file.picture.path)
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
def write_release(action: WriteRelease, session: Session, events: Events, clock: Clock, separators: Separators) -> str | None:
    job, work = held_work(session, action.job_id, action.lease, ReceiveWork)
    if work.delivered_release_id != action.delivered_release_id:
        raise Invalid("This job is for another release.", "Write the one that was claimed.")
    delivered = session.get_one(DeliveredReleaseRow, work.delivered_release_id)
    written = write_files(session, events, delivered, action, separators, clock.now())
    delivered.release_id, delivered.written_at = written.release_id if written else None, clock.now()
    finish(job)
    finish_delivery(session, work.delivery_id)
    if written is not None:
        # The delivery is locked and read again by now: whoever moves its folder to another audience meets this release, or came before.
        subscribers_only = session.get_one(DeliveryRow, work.delivery_id).subscribers_only
        ensure_folder_deals(session, written.release_id, clock.now(), subscribers_only=subscribers_only)
        changed(session, written.changed)
    return delivered.release_id


@handles(RecordCover)
def record_cover(action: RecordCover, session: Session) -> Done:
    job, work = held_work(session, action.job_id, action.lease, CoverWork)
    if not action.key.startswith(f"{PUBLIC}{work.release_id}/"):
        raise Invalid("This cover is stored as another release's.", "Store it under the id of the release that was claimed.")
    made = {"key": action.key, "colour": action.colour}
    session.execute(insert(session, CoverRow).values(release_id=work.release_id, content_hash=work.content_hash, **made))
    finish(job)
    wanted = (ReleaseRow.id == work.release_id) & (ReleaseRow.picture == work.content_hash)
    session.execute(update(ReleaseRow).where(wanted).values(cover=action.key, colour=action.colour))
    touch(session)
    return Done()


@handles(HideRemovedFiles)
def hide_removed_files(action: HideRemovedFiles, session: Session, clock: Clock) -> RemovedFiles:
    hidden = remove_files(session, action.source, action.paths, clock.now())
    if hidden:
        changed(session, hidden)
    return RemovedFiles(len(hidden))


@handles(SetFolderAudience)
def set_folder_audience(action: SetFolderAudience, session: Session, clock: Clock) -> FolderAudience:
    wanted = is_for_subscribers(session, action.source) if action.subscribers_only is None else action.subscribers_only
    if action.subscribers_only is None and not wanted:
        return FolderAudience(wanted, 0, None)
    if action.cursor is None:
        # First, so that releases which are being written meanwhile are met below, or written for these listeners.
        set_audience(session, action.source, subscribers_only=wanted)
    release_ids, cursor = some_of_folder(session, action.source, action.cursor)
    moved = move_folder_deals(session, release_ids, clock.now(), subscribers_only=wanted)
    if moved:
        touch(session)
    return FolderAudience(wanted, len(moved), cursor)


def _open(session: Session, delivery_id: str) -> DeliveryRow:
    row = session.get(DeliveryRow, delivery_id, with_for_update=FOR_CHANGE)
    if row is None:
        raise NotFound("There is no such delivery.", "Open one first.")
    if row.status != DeliveryStatus.OPEN:
        raise Conflict("This delivery is complete already.", "Open another one for further files.")
    return row
