"""Periods of a subscription: months and years counted from the day it began."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime

HOUR, DAY = 3600, 24 * 3600
MONTHS = {"month": 1, "year": 12}


def period_end(anchor: int, start: int, interval: str) -> int:
    """The end of the period that begins at `start`, in seconds since 1970.

    The day of the month is the anchor's, or the month's last where it has no such day: 31 January, 28 February, 31 March.
    """
    periods = 1
    while months_after(anchor, periods * MONTHS[interval]) <= start:
        periods += 1
    return months_after(anchor, periods * MONTHS[interval])


def months_after(anchor: int, months: int) -> int:
    """The same day and time so many months later."""
    moment = datetime.fromtimestamp(anchor, UTC)
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, monthrange(year, month + 1)[1])
    return int(moment.replace(year=year, month=month + 1, day=day).timestamp())
