"""What a job's failure means for what it was for, and how that is taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, update
from sqlalchemy.orm import Session

from apps.core.catalogue.models import RecordingRow
from apps.core.contract.intake import DeliveryStatus, FileStatus
from apps.core.contract.jobs import CoverWork, DispatchWork, JobStatus, PictureWork, ReceiveWork, TranscodeWork
from apps.core.contract.reporting import Status
from apps.core.intake.finishing import finish_delivery
from apps.core.intake.models import DeliveredFileRow, DeliveredReleaseRow, DeliveryRow
from apps.core.jobs.models import JobRow
from apps.core.jobs.work import work_decoder
from apps.core.pictures.models import PictureRow
from apps.core.playback.models import PublishedRenditionRow
from apps.core.reporting.models import StatementRow


def fail(session: Session, row: JobRow, reason: str, now: datetime) -> None:
    """Give the job up and tell what it was for."""
    row.status, row.reason, row.lease, row.lease_until = JobStatus.FAILED, reason, None, None
    work = work_decoder().decode(row.work)
    if isinstance(work, TranscodeWork):
        _refuse_content(session, work, reason)
    elif isinstance(work, ReceiveWork):
        _refuse_release(session, work, reason, now)
    elif isinstance(work, CoverWork):
        session.execute(update(DeliveredReleaseRow).where(_with_picture(work)).values(picture_refusal=reason))
    elif isinstance(work, PictureWork):
        session.execute(update(PictureRow).where(_newest(work)).values(refusal=reason))
    elif isinstance(work, DispatchWork):
        mine = (StatementRow.number == work.number) & (StatementRow.status == Status.APPROVED)
        session.execute(update(StatementRow).where(mine).values(status=Status.FAILED, reason=reason))
    # Of an encrypted copy or an edition nothing was told: whoever wants it next has it tried again.


def take_back(session: Session, row: JobRow) -> None:
    """What was refused because the job was given up waits for it again; to be called while its reason is still there."""
    work = work_decoder().decode(row.work)
    if isinstance(work, TranscodeWork):
        # Another content of the recording may have been refused since, for a reason of its own.
        refused = (RecordingRow.id == work.recording_id) & (RecordingRow.refusal == row.reason)
        session.execute(update(RecordingRow).where(refused).values(refusal=None))
        mine = (DeliveredFileRow.recording_id == work.recording_id) & (DeliveredFileRow.content_hash == work.content_hash)
        _accept(session, mine, row.reason, FileStatus.ACCEPTED)
    elif isinstance(work, CoverWork):
        refused = _with_picture(work) & (DeliveredReleaseRow.picture_refusal == row.reason)
        session.execute(update(DeliveredReleaseRow).where(refused).values(picture_refusal=None))
    elif isinstance(work, PictureWork):
        refused = _newest(work) & (PictureRow.refusal == row.reason)
        session.execute(update(PictureRow).where(refused).values(refusal=None))
    elif isinstance(work, ReceiveWork):
        session.execute(update(DeliveredReleaseRow).where(DeliveredReleaseRow.id == work.delivered_release_id).values(written_at=None))
        _accept(session, DeliveredFileRow.delivered_release_id == work.delivered_release_id, row.reason, FileStatus.WAITING)
        session.execute(update(DeliveryRow).where(DeliveryRow.id == work.delivery_id).values(status=DeliveryStatus.QUARANTINED))
    elif isinstance(work, DispatchWork):
        mine = (StatementRow.number == work.number) & (StatementRow.status == Status.FAILED)
        session.execute(update(StatementRow).where(mine).values(status=Status.APPROVED, reason=None))


def _accept(session: Session, which: ColumnElement[bool], reason: str | None, status: FileStatus) -> None:
    """Those refused for that reason alone: what a file itself was refused for stays."""
    refused = which & (DeliveredFileRow.status == FileStatus.REFUSED) & (DeliveredFileRow.refusal == reason)
    session.execute(update(DeliveredFileRow).where(refused).values(status=status, refusal=None))


def _with_picture(work: CoverWork) -> ColumnElement[bool]:
    return (DeliveredReleaseRow.release_id == work.release_id) & (DeliveredReleaseRow.picture_hash == work.content_hash)


def _newest(work: PictureWork) -> ColumnElement[bool]:
    return (PictureRow.subject_id == work.subject_id) & (PictureRow.picture_id == work.picture_id)


def _refuse_content(session: Session, work: TranscodeWork, reason: str) -> None:
    """The files with this content are refused; the recording itself only where it has no other audio."""
    heard = exists().where(PublishedRenditionRow.recording_id == RecordingRow.id)
    session.execute(update(RecordingRow).where(RecordingRow.id == work.recording_id, ~heard).values(refusal=reason))
    mine = (DeliveredFileRow.recording_id == work.recording_id) & (DeliveredFileRow.content_hash == work.content_hash)
    session.execute(update(DeliveredFileRow).where(mine).values(status=FileStatus.REFUSED, refusal=reason))


def _refuse_release(session: Session, work: ReceiveWork, reason: str, now: datetime) -> None:
    session.execute(update(DeliveredReleaseRow).where(DeliveredReleaseRow.id == work.delivered_release_id).values(written_at=now))
    mine = (DeliveredFileRow.delivered_release_id == work.delivered_release_id) & (DeliveredFileRow.status == FileStatus.WAITING)
    session.execute(update(DeliveredFileRow).where(mine).values(status=FileStatus.REFUSED, refusal=reason))
    finish_delivery(session, work.delivery_id)
