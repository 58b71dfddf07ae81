"""Asking for work: one job for each kind and subject, however often it is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.contract.codec import encoder
from apps.core.contract.jobs import JobReady, JobStatus, Work
from apps.core.jobs.models import JobRow
from apps.core.outbox import Events

ANNOUNCE_AGAIN = timedelta(hours=1)
"""How long a job may wait before it is announced once more: the queue may have lost it."""


@cache
def work_decoder() -> msgspec.json.Decoder[Work]:
    return msgspec.json.Decoder(Work)


def kind_of(work: Work) -> str:
    return str(work.__struct_config__.tag)


def ask_for(session: Session, events: Events, work: Work, subject: str, now: datetime) -> str:
    """Add the job, or set a failed one to wait again; one that waits, runs or is done stays as it is. Returns its id."""
    kind = kind_of(work)
    row = session.scalar(select(JobRow).where(JobRow.kind == kind, JobRow.subject == subject))
    if row is None:
        row = JobRow(kind=kind, subject=subject, work=encoder.encode(work), created_at=now)
        session.add(row)
    elif row.status != JobStatus.FAILED:
        return row.id
    row.work, row.attempts, row.reason = encoder.encode(work), 0, None
    wait(row, now)
    session.flush()
    events.emit(JobReady(row.id, kind))
    return row.id


def wait(row: JobRow, now: datetime) -> None:
    """Let the job be claimed by anybody."""
    row.status = JobStatus.WAITING
    row.lease, row.lease_until, row.progress = None, now + ANNOUNCE_AGAIN, 0.0
