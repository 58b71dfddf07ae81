"""What is done again and again, and how often: one table. Any number of schedulers may run; each moment is acted on once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from celery.schedules import crontab

from apps.core.contract.jobs import TakeSlot
from tasks.office import Office

PATIENCE = timedelta(minutes=10)
"""How long a message may wait for a free worker at least: what it asks for is done once for the moment it is begun in."""
MINUTELY, HOURLY = timedelta(minutes=1), timedelta(hours=1)

PRUNE = "tasks.housekeeping.prune"
CLEAR_QUARANTINE = "tasks.housekeeping.clear_quarantine"
RECONCILE = "tasks.billing.reconcile"
EXPORT = "tasks.exports.ask"
STATEMENTS = "tasks.statements.ask"
ASK_FOR_EDITIONS = "tasks.charts.ask_for_editions"
TRAIN = "tasks.radio.ask"

CANARY = "tasks.canary.sing"
QUEUES = ("default", "media", "reports", "billing")

SCHEDULE: Mapping[str, timedelta] = {
    PRUNE: HOURLY,
    CLEAR_QUARANTINE: HOURLY,
    RECONCILE: MINUTELY,
    EXPORT: MINUTELY,
    STATEMENTS: HOURLY,
    ASK_FOR_EDITIONS: MINUTELY,
    TRAIN: HOURLY,
}

CALENDAR = {MINUTELY: crontab(), HOURLY: crontab(minute=0)}
"""When beat announces what has each period: moments that all schedulers agree upon."""


def beat_schedule() -> dict[str, Any]:
    scheduled = {
        task: {"task": task, "schedule": CALENDAR[period], "options": {"expires": max(period, PATIENCE).total_seconds()}}
        for task, period in SCHEDULE.items()
    }
    options = {"expires": PATIENCE.total_seconds()}
    canary = {"task": CANARY, "schedule": CALENDAR[MINUTELY]}
    return scheduled | {f"{CANARY} in {queue}": {**canary, "options": {**options, "queue": queue}} for queue in QUEUES}


def machine_time() -> datetime:
    """What the schedulers go by, whatever time it is for the service."""
    return datetime.now(UTC)


def take_slot(office: Office, task: str, timer: Callable[[], datetime] = machine_time) -> bool:
    """Whether this call, of all that the schedulers caused, is the one to act for the present moment."""
    return office.core.send(TakeSlot(schedule=task, slot=nearest_slot(timer(), SCHEDULE[task])))


def nearest_slot(now: datetime, period: timedelta) -> datetime:
    """The scheduled moment that `now` is nearest to, so that clocks which disagree a little mean the same one."""
    periods = round(now.timestamp() / period.total_seconds())
    return datetime.fromtimestamp(periods * period.total_seconds(), UTC)
