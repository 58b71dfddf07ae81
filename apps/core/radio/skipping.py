"""Skips: how many the licence leaves, and when a listener makes one by asking for other tracks before these can have been heard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from sqlalchemy.engine import Connection

from apps.core.contract.errors import TooMany
from apps.core.contract.radio import Skips
from apps.core.database import fetch
from apps.core.radio import statements
from apps.core.radio.licences import Licence
from apps.core.radio.rules import Candidate

HOUR = timedelta(hours=1)
ASKED_AHEAD = 2
"""Players ask for more when the last so many begin."""


def skips_of(connection: Connection, station_id: str, licence: Licence, now: datetime) -> Skips:
    """How many skips are left within the hour, and when one is possible again where none is."""
    most = licence.skips_an_hour
    if most is None:
        return Skips(None, None)
    made = fetch(connection, statements.SKIPS, {"station_id": station_id, "since": now - HOUR, "most": most})
    if len(made) < most:
        return Skips(most - len(made), None)
    return Skips(0, made[-1].given_at + HOUR if made else None)


def no_more_skips(again_at: datetime | None) -> TooMany:
    if again_at is None:
        return TooMany("The licence for radio where you are allows no skips.", "Let it play on, or start another station.")
    return TooMany(
        "You have skipped as often as the licence for radio allows within an hour.",
        "The next skip is possible at %(time)s UTC; the track plays on until then.",
        {"again_at": again_at.isoformat()}, time=again_at.strftime("%H:%M"),
    )  # fmt: skip


def unheard(given: Sequence[Candidate], ago: timedelta) -> Sequence[Candidate]:
    """Of tracks that were given so long ago: those that cannot be over by now. Nothing where half of them can, so that more are due."""
    passed = ago / timedelta(milliseconds=1)
    if passed >= sum(one.duration_ms for one in given[:-ASKED_AHEAD]) / 2:
        return ()
    over = sum(end <= passed for end in accumulate(one.duration_ms for one in given))
    return given[over:]
