"""Asking for work: one job for each kind and subject, however often it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from apps.core.contract.codec import encoder
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import JobReady, JobStatus, Work
from apps.core.jobs.models import JobRow
from apps.core.outbox import Events

UNHEARD = timedelta(seconds=60)
"""How long a job may wait before it is announced once more, for a broker that dies loses what it was handing out;
then twice as long each time, so that a long queue is not filled with reminders."""
UNHEARD_AT_MOST = timedelta(days=1)
ANNOUNCED_AT_ONCE = 100
"""Of more that are asked for in one transaction the others are left to the sweeper, which finds them within seconds:
workers have enough to do, and nobody should wait for thousands of announcements."""
AGAIN = timedelta(seconds=5)
"""How long a job that was returned waits at first; then twice as long each time."""
AGAIN_AT_MOST = timedelta(minutes=30)


@cache
def work_decoder() -> msgspec.json.Decoder[Work]:
    return msgspec.json.Decoder(Work)


def kind_of(work: Work) -> str:
    return str(work.__struct_config__.tag)


def ask_for_new(session: Session, events: Events, works: Mapping[str, Work], now: datetime) -> None:
    """Add a job for each subject; none of them was ever asked for before."""
    rows = [_waiting(subject, work, now) for subject, work in works.items()]
    for row in rows[ANNOUNCED_AT_ONCE:]:
        row["lease_until"] = now
    if rows:
        session.execute(insert(JobRow), rows)
    for row in rows[:ANNOUNCED_AT_ONCE]:
        events.emit(JobReady(row["id"], row["kind"]))


def ask_for(session: Session, events: Events, works: Mapping[str, Work], now: datetime) -> None:
    """Add a job for each subject, or set a failed one to wait again; one that waits, runs or is done stays as it is."""
    kinds = {kind_of(work) for work in works.values()}
    wanted = select(JobRow).where(JobRow.kind.in_(kinds), JobRow.subject.in_(works)).order_by(JobRow.id)
    known = {row.subject: row for row in session.scalars(wanted.with_for_update())}
    for subject, row in known.items():
        if row.status == JobStatus.FAILED:
            row.work = encoder.encode(works[subject])
            try_again(row, events, now)
    ask_for_new(session, events, {subject: work for subject, work in works.items() if subject not in known}, now)


def try_again(row: JobRow, events: Events, now: datetime) -> None:
    """Let a job that was given up be done as if it were new."""
    row.attempts, row.reason, row.created_at, row.troubled_since = 0, None, now, None
    wait(row, now)
    events.emit(JobReady(row.id, row.kind))


def wait(row: JobRow, now: datetime) -> None:
    """Let the job be claimed by anybody; should nobody hear of it, it is announced again."""
    _wait_until(row, now + min(max(now - row.created_at, UNHEARD), UNHEARD_AT_MOST))


def wait_in_trouble(row: JobRow, now: datetime, since: datetime) -> None:
    """Let the job wait until what is in its way since then may have passed."""
    _wait_until(row, now + min(max(now - since, AGAIN), AGAIN_AT_MOST))


def _wait_until(row: JobRow, announced_at: datetime) -> None:
    row.status, row.lease, row.lease_until, row.progress = JobStatus.WAITING, None, announced_at, 0.0


def _waiting(subject: str, work: Work, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "kind": kind_of(work), "subject": subject, "work": encoder.encode(work), "status": JobStatus.WAITING,
        "attempts": 0, "progress": 0.0, "lease_until": now + UNHEARD, "created_at": now,
    }  # fmt: skip
