"""The sweeper: jobs whose worker went silent are announced again, or given up when they kill every worker."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from apps.core.contract.jobs import MAXIMUM_ATTEMPTS, JobReady, JobStatus
from apps.core.database import db, reader
from apps.core.event_tasks import JOB_TASKS
from apps.core.jobs.failures import fail
from apps.core.jobs.holding import lock_subject
from apps.core.jobs.models import JobRow
from apps.core.jobs.work import wait
from apps.core.outbox import Events, Publisher, store
from ports import metrics
from ports.clock.interface import Clock
from ports.container import Container

SWEEP_SIZE = 250

RUNNING, WAITING = JobRow.status == JobStatus.RUNNING, JobRow.status == JobStatus.WAITING
SPENT = RUNNING & (JobRow.attempts >= MAXIMUM_ATTEMPTS)
OURS = JobRow.kind.in_(JOB_TASKS)
"""Another release's jobs are left to its own sweeper."""


def sweep_jobs(container: Container) -> int:
    """One sweep, within an app context; returns how many jobs were announced again or given up."""
    now = container.get(Clock).now()
    lapsed = OURS & (JobRow.lease_until <= now)
    with reader() as connection:
        spent = connection.scalars(select(JobRow.id).where(SPENT, lapsed).limit(SWEEP_SIZE)).all()
    given_up = sum(_give_up(container, job_id) for job_id in spent)
    metrics.count(metrics.LAPSES, by=given_up)
    return given_up + _announce(container, lapsed & or_(RUNNING & (JobRow.attempts < MAXIMUM_ATTEMPTS), WAITING))


def _give_up(container: Container, job_id: str) -> int:
    """In a transaction of its own, for a failure locks more than its job; none where another sweeper was first."""
    now = container.get(Clock).now()
    with Session(db.engine, autoflush=False, expire_on_commit=False) as session:
        lock_subject(session, job_id)
        spent = select(JobRow).where(JobRow.id == job_id, SPENT, JobRow.lease_until <= now).with_for_update()
        rows = session.scalars(spent).all()
        for row in rows:
            fail(session, row, f"It was tried {row.attempts} times and each time the worker died.", now)
        session.commit()
    return len(rows)


def _announce(container: Container, silent: ColumnElement[bool]) -> int:
    now, events = container.get(Clock).now(), Events()
    # Those that run come first: a reminder to one that waits is less urgent.
    wanted = select(JobRow).where(silent).order_by(JobRow.status, JobRow.lease_until).limit(SWEEP_SIZE)
    with Session(db.engine, autoflush=False, expire_on_commit=False) as session:
        rows = session.scalars(wanted.with_for_update(skip_locked=True)).all()
        silent_workers = sum(row.status == JobStatus.RUNNING for row in rows)
        for row in rows:
            wait(row, now)
            events.emit(JobReady(row.id, row.kind))
        stored = store(session, events.emitted, now)
        session.commit()
    metrics.count(metrics.LAPSES, by=silent_workers)
    container.get(Publisher).publish_at_once(stored)
    return len(rows)
