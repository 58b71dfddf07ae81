"""Days of the play log, in UTC and closed some time after their end; the weeks that are reported; and when days begin in other zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta

Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(?!\n)$")]
"""`YYYY-MM-DD`, in UTC."""
WeekName = Day
"""A reported week by its first day, a Friday."""

CLOSES_AFTER = timedelta(hours=2)
"""How long after its end a day closes: a play that comes later is exported as a late one, with the day that closes next."""


def starts_at(day: Day) -> datetime:
    """Raises `ValueError` for a day that no calendar has."""
    return datetime.combine(date.fromisoformat(day), time(), UTC)


def closes_at(day: Day) -> datetime:
    return starts_at(day) + timedelta(days=1) + CLOSES_AFTER


def closes_next(moment: datetime) -> Day:
    """The earliest day that is still open."""
    return (moment.astimezone(UTC) - CLOSES_AFTER).date().isoformat()


def next_day(day: Day) -> Day:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def days(first: Day, last: Day) -> Iterator[Day]:
    """From the first to the last, both included."""
    day = first
    while day <= last:
        yield day
        day = next_day(day)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins there, in UTC: where clocks are put back over midnight the first time, where they are put on the moment of it."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
