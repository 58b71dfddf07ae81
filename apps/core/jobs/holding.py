"""Holding a job: locked under its lease, and only after what its work is about."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.catalogue.models import RecordingRow, ReleaseRow
from apps.core.contract.errors import Invalid, LeaseLost
from apps.core.contract.jobs import CoverWork, JobStatus, PictureWork, TranscodeWork, Work
from apps.core.database import FOR_CHANGE
from apps.core.jobs.models import JobRow
from apps.core.jobs.work import work_decoder
from apps.core.pictures.models import TABLES

W = TypeVar("W", bound=Work)


def held_job(session: Session, job_id: str, lease: str) -> JobRow:
    """The running job, where the lease is still the current one; raises `LeaseLost` otherwise.

    A lease that has lapsed but was not taken by anybody still counts: the work is done, so let it be recorded.
    """
    row = session.get(JobRow, job_id, with_for_update=True, populate_existing=True)
    if row is None or row.status != JobStatus.RUNNING or row.lease != lease:
        raise LeaseLost("Another worker holds this job now, or it is over.", "Stop working on it.")
    return row


def held_work(session: Session, job_id: str, lease: str, kind: type[W]) -> tuple[JobRow, W]:
    """The running job and its work; raises `Invalid` where that is of another kind, and `LeaseLost` as `held_job` does."""
    work = lock_subject(session, job_id)
    row = held_job(session, job_id, lease)
    if not isinstance(work, kind):
        raise Invalid(f"This is a job to {row.kind}.", "Record what was claimed.")
    return row, work


def work_of(session: Session, job_id: str) -> Work | None:
    """What the job is to do, whoever holds it; None where there is no such job."""
    stored = session.scalar(select(JobRow.work).where(JobRow.id == job_id))
    return None if stored is None else work_decoder().decode(stored)


def lock_subject(session: Session, job_id: str) -> Work | None:
    """Lock the recording, or what a cover is of, that a job is about, and return its work; to be called before the job is locked.

    Whoever writes a release holds it and its recordings when asking for their jobs: the other way round, each would wait for the other.
    """
    work = work_of(session, job_id)
    if isinstance(work, CoverWork):
        session.execute(select(ReleaseRow.id).where(ReleaseRow.id == work.release_id).with_for_update(**FOR_CHANGE))
    if isinstance(work, PictureWork):
        subject = TABLES[work.of].id
        session.execute(select(subject).where(subject == work.subject_id).with_for_update(**FOR_CHANGE))
    if isinstance(work, TranscodeWork):
        session.execute(select(RecordingRow.id).where(RecordingRow.id == work.recording_id).with_for_update(**FOR_CHANGE))
    return work


def finish(row: JobRow) -> None:
    row.status, row.progress = JobStatus.DONE, 1.0
    row.lease, row.lease_until, row.reason = None, None, None
