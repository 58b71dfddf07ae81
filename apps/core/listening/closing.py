"""Which days of the play log are closed, which are exported, and which of their plays may leave the database."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from apps.core.contract.days import CLOSES_AFTER, Day, closes_at, days
from apps.core.contract.errors import Conflict, Invalid
from apps.core.contract.exports import DayManifest, Table
from apps.core.database import delete_some
from apps.core.listening.exporting import belongs
from apps.core.listening.models import ExportedDayRow, PlayRow, Plays

SETTLES = timedelta(minutes=5)
"""How long after a day has closed it is read: by then whatever came before has been committed."""
KEPT = timedelta(days=90)
"""How long plays stay in the database after their day has closed and been exported."""
ASKED_AT_ONCE = 31
DROPPED_AT_ONCE = 1_000
"""Rows; while they go, nobody else writes on SQLite."""
PLAY_TABLES = Table.PLAYS, Table.LATE
MANIFEST = msgspec.json.Decoder(DayManifest)

log = logging.getLogger(__name__)


def check_closed(day: Day, now: datetime) -> None:
    """Raises `Conflict` where plays may still come that belong to the day."""
    try:
        settled = closes_at(day) + SETTLES
    except ValueError:
        raise Invalid(f"There is no day {day}.", "Name a day of the calendar.") from None
    if now < settled:
        raise Conflict(f"{day} has not closed yet.", f"Ask again after {settled:%Y-%m-%d %H:%M} UTC.")


def days_to_export(session: Session, now: datetime) -> list[Day]:
    """Closed days that have no export, from the first that a play is exported with, the earliest first."""
    exported, first_day = set(session.scalars(select(ExportedDayRow.day))), log_begins(session)
    if first_day is None:
        return []
    last_day = (now.astimezone(UTC) - CLOSES_AFTER - SETTLES - timedelta(days=1)).date().isoformat()
    return list(islice((day for day in days(first_day, last_day) if day not in exported), ASKED_AT_ONCE))


def log_begins(session: Session | Connection) -> Day | None:
    """The first day there are plays of, exported yet or not: days are exported in any order, and their plays leave in time."""
    firsts = session.scalar(select(func.min(PlayRow.export_day))), session.scalar(select(func.min(ExportedDayRow.day)))
    return min((day for day in firsts if day), default=None)


def drop_some(session: Session, now: datetime) -> bool:
    """Remove some plays of the earliest day whose time is over; returns whether there may be more to remove."""
    row = ExportedDayRow
    last = (now.astimezone(UTC) - KEPT - CLOSES_AFTER - timedelta(days=1)).date().isoformat()
    served = (row.day <= last) & (row.exported_at <= now - KEPT)
    due = select(row).where(row.plays.in_((Plays.KEPT, Plays.LEAVING)), served).order_by(row.day).limit(1)
    day = session.scalars(due.with_for_update()).first()
    if day is None:
        return False
    if day.plays == Plays.KEPT:
        day.plays = Plays.LEAVING if _is_whole(session, day) else Plays.HELD
    elif not any(delete_some(session, PlayRow, belongs(table, day.day), DROPPED_AT_ONCE) for table in PLAY_TABLES):
        day.plays = Plays.GONE
    return True


def _is_whole(session: Session, day: ExportedDayRow) -> bool:
    """Whether every play of the day is in its export."""
    manifest = MANIFEST.decode(day.manifest)
    if missing := uncounted(session, manifest):
        log.error("Plays of %s stay in the database: its export does not hold all %s of them", day.day, missing)
    return not missing


def uncounted(session: Session, manifest: DayManifest) -> Table | None:
    """The table of plays of which the export has not as many rows as the database."""
    rows: Counter[Table] = Counter()
    for file in manifest.files:
        rows[file.table] += file.rows
    return next((table for table in PLAY_TABLES if rows[table] != _count(session, table, manifest.day)), None)


def _count(session: Session, table: Table, day: Day) -> int:
    return session.scalar(select(func.count()).select_from(PlayRow).where(belongs(table, day))) or 0
