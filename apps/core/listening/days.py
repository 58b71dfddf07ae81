"""Days of a history as the listener has them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apps.core.contract.days import midnight
from apps.core.contract.errors import Invalid


def day_bounds(first: str | None, last: str | None, zone: str) -> tuple[datetime | None, datetime | None]:
    """The moment the first day begins there, and the one after which the last is over. Raises `Invalid`."""
    if first and last and first > last:
        raise Invalid("The first day, %(first)s, comes after the last, %(last)s.", "Swap them.", first=first, last=last)
    where = _zone(zone)
    return (_midnight(first, 0, where) if first else None), (_midnight(last, 1, where) if last else None)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("There is no time zone %(zone)s.", "Give one by its IANA name, as in Europe/London.", zone=name) from None


def _midnight(day: str, later: int, zone: ZoneInfo) -> datetime:
    try:
        return midnight(date.fromisoformat(day) + timedelta(days=later), zone)
    except (ValueError, OverflowError):
        raise Invalid("No calendar has the day %(day)s.", "Give a day of this era as YYYY-MM-DD.", day=day) from None
