"""What waits and what is late, shown to Prometheus by the one process that holds the relay's lease.

The others show nothing, so that the largest of all that is shown is what is so.
"""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute

from apps.core.billing.models import NotificationRow
from apps.core.charts.models import EditionRow
from apps.core.contract.days import starts_at
from apps.core.contract.jobs import JobStatus
from apps.core.database import reader
from apps.core.event_tasks import JOB_TASKS
from apps.core.jobs.models import JobRow
from apps.core.listening.closing import log_begins
from apps.core.listening.models import ExportedDayRow
from apps.core.outbox import OutboxRow
from apps.core.reporting.models import RunRow
from ports import metrics
from ports.clock.interface import Clock
from ports.container import Container

QUEUES = frozenset(queue for _, queue in JOB_TASKS.values())
UNDONE = (JobStatus.WAITING, JobStatus.RUNNING, JobStatus.FAILED)


class Finished(NamedTuple):
    """When work that comes by the calendar was finished."""

    at: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
    waited_for_after: timedelta = timedelta()
    """How long after the first play the time of the first begins."""


FINISHED = {
    "export": Finished(ExportedDayRow.exported_at),
    # The first edition is of a whole week, which that of the first play seldom is.
    "chart": Finished(EditionRow.published_at, waited_for_after=timedelta(weeks=1)),
    "statements": Finished(RunRow.settled_at),
}


def show_backlog(container: Container) -> None:
    """To be called within an app context, by whoever holds the lease."""
    if not metrics.recording():
        return
    now = container.get(Clock).now()
    with reader() as connection:
        _show_jobs(connection, now)
        unpublished = OutboxRow.published_at.is_(None)
        metrics.show(metrics.OUTBOX, value=connection.scalar(select(func.count()).where(unpublished)) or 0)
        metrics.show(metrics.OLDEST_EVENT, value=_age(connection, OutboxRow.created_at, unpublished, now))
        unhandled = NotificationRow.handled_at.is_(None)
        metrics.show(metrics.OLDEST_NOTIFICATION, value=_age(connection, NotificationRow.received_at, unhandled, now))
        for work, finished in FINISHED.items():
            metrics.show(metrics.FINISHED, work, value=_last(connection, finished))
    disk = shutil.disk_usage(container.environment.home)
    metrics.show(metrics.DISK, value=1 - disk.free / disk.total)
    metrics.show(metrics.SEEN, value=now.timestamp())


def show_nothing() -> None:
    """To be called by whoever has lost the lease, or never had it."""
    for queue in QUEUES:
        metrics.show(metrics.OLDEST_JOB, queue, value=0)
        for status in UNDONE:
            metrics.show(metrics.JOBS, queue, status, value=0)
    for work in FINISHED:
        metrics.show(metrics.FINISHED, work, value=0)
    for metric in (metrics.OUTBOX, metrics.OLDEST_EVENT, metrics.OLDEST_NOTIFICATION, metrics.DISK):
        metrics.show(metric, value=0)


def _show_jobs(connection: Connection, now: datetime) -> None:
    counted = select(JobRow.kind, JobRow.status, func.count(), func.min(JobRow.created_at))
    jobs: Counter[tuple[str, str]] = Counter()
    oldest = dict.fromkeys(QUEUES, now)
    for kind, status, number, since in connection.execute(counted.where(JobRow.status.in_(UNDONE)).group_by(JobRow.kind, JobRow.status)):
        if kind in JOB_TASKS:
            queue = JOB_TASKS[kind][1]
            jobs[queue, status] += number
            if status == JobStatus.WAITING:
                oldest[queue] = min(oldest[queue], since)
    for queue in QUEUES:
        metrics.show(metrics.OLDEST_JOB, queue, value=(now - oldest[queue]).total_seconds())
        for status in UNDONE:
            metrics.show(metrics.JOBS, queue, status, value=jobs[queue, status])


def _last(connection: Connection, finished: Finished) -> float:
    """A new service is late with nothing, and one that never finishes anything is not new for long."""
    last = connection.scalar(select(func.max(finished.at)))
    if last is not None:
        return last.timestamp()
    first_day = log_begins(connection)
    return (starts_at(first_day) + finished.waited_for_after).timestamp() if first_day else 0.0


def _age(connection: Connection, since: InstrumentedAttribute[datetime], which: ColumnElement[bool], now: datetime) -> float:
    """Seconds since the first of these, 0 where there are none."""
    first = connection.scalar(select(func.min(since)).where(which))
    return (now - first).total_seconds() if first else 0.0
