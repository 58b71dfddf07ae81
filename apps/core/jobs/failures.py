"""What a job's failure means for what it was for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from apps.core.catalogue.models import RecordingRow
from apps.core.contract.intake import FileStatus
from apps.core.contract.jobs import JobStatus, ReceiveWork, TranscodeWork
from apps.core.intake.models import DeliveredFileRow, DeliveredReleaseRow
from apps.core.jobs.models import JobRow
from apps.core.jobs.work import work_decoder


def fail(session: Session, row: JobRow, reason: str, now: datetime) -> None:
    """Give the job up and tell what it was for."""
    row.status, row.reason, row.lease, row.lease_until = JobStatus.FAILED, reason, None, None
    match work_decoder().decode(row.work):
        case TranscodeWork(recording_id=recording_id):
            session.execute(update(RecordingRow).where(RecordingRow.id == recording_id).values(refusal=reason))
            mine = DeliveredFileRow.recording_id == recording_id
            session.execute(update(DeliveredFileRow).where(mine).values(status=FileStatus.REFUSED, refusal=reason))
        case ReceiveWork(delivered_release_id=release_id):
            session.execute(update(DeliveredReleaseRow).where(DeliveredReleaseRow.id == release_id).values(written_at=now))
            mine = (DeliveredFileRow.delivered_release_id == release_id) & (DeliveredFileRow.status == FileStatus.WAITING)
            session.execute(update(DeliveredFileRow).where(mine).values(status=FileStatus.REFUSED, refusal=reason))
