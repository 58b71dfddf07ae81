"""Periods of subscriptions: the same day and time, months later."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime


def months_after(anchor: datetime, months: int) -> datetime:
    """The anchor's day of the month, or the last where a month has no such day: 31 January, 28 February, 31 March."""
    years, month = divmod(anchor.month - 1 + months, 12)
    year = anchor.year + years
    return anchor.replace(year=year, month=month + 1, day=min(anchor.day, monthrange(year, month + 1)[1]))
