"""What a station has given and what it plays from, as a batch that comes next goes by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from apps.core.contract.radio import BATCH_HOURS
from apps.core.database import fetch
from apps.core.radio import statements
from apps.core.radio.describing import candidate_decoder, candidates_decoder, played_decoder, raw_decoder
from apps.core.radio.rules import Candidate, Heard

BATCH_LASTS = timedelta(hours=BATCH_HOURS)


@dataclass(frozen=True)
class Pool:
    """Candidates, known by their places; each is decoded only where it is asked for."""

    stored: Sequence[msgspec.Raw]
    until: datetime

    def without(self, places: bytes) -> Mapping[int, Candidate]:
        return {place: candidate_decoder.decode(one) for place, one in enumerate(self.stored) if place not in places}


NOTHING = Pool((), datetime.min.replace(tzinfo=UTC))


@dataclass(frozen=True)
class Given:
    """A batch."""

    at: datetime
    stored: bytes

    @property
    def tracks(self) -> Sequence[Candidate]:
        return candidates_decoder.decode(self.stored)


def recall(connection: Connection, station_id: str, territory: str, since: datetime) -> tuple[Sequence[Given], Pool]:
    """The batches that may have been heard since then, the latest first, and the pool, where there is one for this territory."""
    rows: Sequence[Any] = fetch(connection, statements.GIVEN_AND_POOL, {"station_id": station_id, "since": since})
    given = [Given(row.at, row.tracks) for row in rows if row.number]
    pools = [Pool(raw_decoder.decode(row.tracks), row.at) for row in rows if not row.number and row.territory == territory]
    return given, pools[0] if pools else NOTHING


def heard_of(given: Sequence[Given], now: datetime) -> Sequence[Heard]:
    """Their tracks, in order.

    How fast a listener comes through a batch nobody knows, and players ask for the next before the last tracks are over: all of it
    may have been heard as late as the one after the next was asked for.
    """
    # The next and the one after it of each.
    over = [now, now, *(batch.at for batch in given)]
    heard = [Heard(played_decoder.decode(one.stored), min(end, one.at + BATCH_LASTS)) for one, end in zip(given, over, strict=False)]
    return heard[::-1]
