"""Making a station's next batch: from the candidates that are left where they do, from new ones where they do not."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from apps.core.contract.radio import BATCH_HOURS, FeedbackKind
from apps.core.database import fetch
from apps.core.radio import statements
from apps.core.radio.describing import candidate_decoder, candidates_decoder, stored
from apps.core.radio.keeping import RadioModels
from apps.core.radio.licences import Licence
from apps.core.radio.pool import MOST_LIKED, Wish, choose
from apps.core.radio.rules import REPEAT, Candidate, Heard, Sequenced, sequence
from apps.core.radio.skipping import unheard

POOL_LASTS = timedelta(days=2)
"""Then candidates are chosen anew, for what has been published, trained and heard meanwhile; feedback has it done at once."""
BATCH_LASTS = timedelta(hours=BATCH_HOURS)
SKIP_LASTS = timedelta(days=1)
"""For how long a skip keeps a track away, and what is like it down."""


class Playing:
    """One station at one moment. `place` has the parameters of `offered(on_plan=True)`."""

    def __init__(
        self, connection: Connection, station: Any, account_id: str, place: Mapping[str, Any], licence: Licence, now: datetime
    ) -> None:
        self._connection, self._station, self._account_id = connection, station, account_id
        self._place, self._licence, self._now = place, licence, now
        self._given = self._read_given()
        self._heard = self._of_given()
        self._used = bytes(station.used)

    def next(self, models: RadioModels) -> tuple[Sequenced, bytes]:
        """The batch, and which places of the pool have been used then."""
        pool = self._pool_in_use()
        made = self._from(pool) if pool else None
        if made is None:
            pool, self._used = self._choose(models), b""
            made = self._sequenced(pool)
            self._keep(pool)
        places = {one.recording_id: place for place, one in enumerate(pool)}
        return made, self._used + bytes(places[one.recording_id] for one in made.tracks)

    def unheard(self) -> Sequence[Candidate]:
        """Of the batch given last, what cannot be over by now; nothing where more are due."""
        if not self._given:
            return ()
        given_at, tracks = self._given[0]
        away = {one.recording_id for one in self._feedback(FeedbackKind.SKIP, given_at)} | self._hidden()
        return unheard([one for one in tracks if one.recording_id not in away], self._now - given_at)

    def _pool_in_use(self) -> Sequence[Candidate]:
        """Nothing where it is to be chosen anew."""
        pool = self._connection.execute(statements.POOL, {"station_id": self._station.id}).first()
        if pool is None or pool.until <= self._now or pool.territory != self._place["territory"]:
            return ()
        return candidates_decoder.decode(pool.candidates)

    def _from(self, pool: Sequence[Candidate]) -> Sequenced | None:
        """Of what was not given yet, or of all that may come again; None where that is too little, or not allowed any more."""
        used = set(self._used)
        made = self._sequenced([one for place, one in enumerate(pool) if place not in used])
        if made.fewer is not None:
            self._used = b""
            made = self._sequenced(pool)
        return made if made.fewer is None and self._still_allowed(made.tracks) else None

    def _keep(self, pool: Sequence[Candidate]) -> None:
        whose = {"station_id": self._station.id}
        self._connection.execute(statements.NO_POOL, whose)
        row = {**whose, "candidates": stored.encode(pool), "until": self._now + POOL_LASTS, "territory": self._place["territory"]}
        self._connection.execute(statements.NEW_POOL, row)

    def _sequenced(self, pool: Sequence[Candidate]) -> Sequenced:
        return sequence(pool, self._heard, self._licence, self._now, f"{self._station.id}/{self._station.batches + 1}")

    def _still_allowed(self, tracks: Sequence[Candidate]) -> bool:
        asked = {**self._place, "account_id": self._account_id, "tracks": [one.track_id for one in tracks]}
        return fetch(self._connection, statements.STILL_ALLOWED, asked)[0].number == len(tracks)

    def _choose(self, models: RadioModels) -> Sequence[Candidate]:
        station = self._station
        lately = {one.candidate.recording_id for one in self._heard if one.at > self._now - REPEAT}
        liked = self._feedback(FeedbackKind.LIKE, datetime.min.replace(tzinfo=self._now.tzinfo))[:MOST_LIKED]
        skipped = self._feedback(FeedbackKind.SKIP, self._now - SKIP_LASTS)
        away = lately | self._hidden()
        wish = Wish(station.kind, station.subject, station.title, self._account_id, station.batches, liked, skipped, away)
        return choose(self._connection, wish, models.current(self._connection), self._place)

    def _hidden(self) -> set[str]:
        return {row.recording_id for row in fetch(self._connection, statements.HIDDEN, {"account_id": self._account_id})}

    def _feedback(self, kind: FeedbackKind, since: datetime) -> list[Candidate]:
        told = {"station_id": self._station.id, "kind": kind, "since": since}
        return [candidate_decoder.decode(row.track) for row in fetch(self._connection, statements.FEEDBACK, told)]

    def _read_given(self) -> Sequence[tuple[datetime, Sequence[Candidate]]]:
        """The batches that may have been heard within the windows, the latest first."""
        asked = {"station_id": self._station.id, "since": self._now - max(self._licence.window, REPEAT)}
        rows = fetch(self._connection, statements.HEARD_SINCE, asked)
        return [(row.given_at, candidates_decoder.decode(row.tracks)) for row in rows]

    def _of_given(self) -> Sequence[Heard]:
        """Each of their tracks, in order.

        How fast a listener comes through a batch nobody knows, and players ask for the next before the last tracks are over: all of it
        may have been heard as late as the one after the next was asked for.
        """
        heard, over = list[Heard](), deque([self._now, self._now])
        for given_at, tracks in self._given:
            at = min(over.popleft(), given_at + BATCH_LASTS)
            heard[:0] = [Heard(one, at) for one in tracks]
            over.append(given_at)
        return heard
