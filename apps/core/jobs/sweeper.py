"""The sweeper: jobs whose worker went silent are announced again, or given up when they kill every worker."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from apps.core.contract.jobs import MAXIMUM_ATTEMPTS, JobReady, JobStatus
from apps.core.database import db
from apps.core.jobs.failures import fail
from apps.core.jobs.models import JobRow
from apps.core.jobs.work import wait
from apps.core.outbox import Events, Publisher, store
from ports.clock.interface import Clock
from ports.container import Container

SWEEP_SIZE = 100


def sweep_jobs(container: Container) -> int:
    """One sweep, within an app context; returns how many jobs were announced again or given up."""
    now = container.get(Clock).now()
    events = Events()
    with Session(db.engine, autoflush=False, expire_on_commit=False) as session:
        silent = or_(JobRow.status == JobStatus.RUNNING, JobRow.status == JobStatus.WAITING)
        # Those that run come first: a reminder to one that waits is less urgent.
        lapsed = select(JobRow).where(silent, JobRow.lease_until <= now).order_by(JobRow.status, JobRow.lease_until).limit(SWEEP_SIZE)
        rows = session.scalars(lapsed.with_for_update(skip_locked=True)).all()
        for row in rows:
            if row.status == JobStatus.RUNNING and row.attempts >= MAXIMUM_ATTEMPTS:
                fail(session, row, f"It was tried {row.attempts} times and each time the worker died.", now)
            else:
                wait(row, now)
                events.emit(JobReady(row.id, row.kind))
        stored = store(session, events.emitted, now)
        session.commit()
    container.get(Publisher).publish_at_once(stored)
    return len(rows)
