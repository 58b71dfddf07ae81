"""The test shop's time, in seconds since 1970 as Stripe tells it."""

from __future__ import annotations

from datetime import UTC, datetime

from ports.periods import months_after

HOUR, DAY = 3600, 24 * 3600
MONTHS = {"month": 1, "year": 12}


def period_end(anchor: int, start: int, interval: str) -> int:
    """The end of the period that begins at `start`, counted from the day that the anchor names."""
    periods = 1
    while later(anchor, periods * MONTHS[interval]) <= start:
        periods += 1
    return later(anchor, periods * MONTHS[interval])


def later(anchor: int, months: int) -> int:
    return int(months_after(datetime.fromtimestamp(anchor, UTC), months).timestamp())
