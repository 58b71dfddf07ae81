"""Making a station's next batch: from the candidates that are left where they do, from new ones where they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from apps.core.contract.ids import id_to_bytes
from apps.core.contract.radio import BATCH, FeedbackKind
from apps.core.database import fetch
from apps.core.radio import statements
from apps.core.radio.describing import candidate_decoder, stored
from apps.core.radio.keeping import RadioModels
from apps.core.radio.licences import Licence
from apps.core.radio.pool import choose
from apps.core.radio.recalling import heard_of, recall
from apps.core.radio.rules import REPEAT, Candidate, Sequenced, sequence
from apps.core.radio.skipping import unheard
from apps.core.radio.wishes import MOST_LIKED, Wish

POOL_LASTS = timedelta(days=2)
"""Then candidates are chosen anew, for what has been published, trained and heard meanwhile; feedback has it done at once."""
MOST_KEPT = 150
"""Of the candidates before; with the new ones, their places fit into a byte each."""
SKIP_LASTS = timedelta(days=1)
"""For how long a skip keeps a track away, and what is like it down."""


class Playing:
    """One station at one moment. `place` has the parameters of `offered(on_plan=True)`."""

    def __init__(
        self, connection: Connection, station: Any, account_id: str, place: Mapping[str, Any], licence: Licence, now: datetime
    ) -> None:
        self._connection, self._station, self._account_id = connection, station, account_id
        self._place, self._licence, self._now = place, licence, now
        self._given, self._pool = recall(connection, station.id, place["territory"], now - max(licence.window, REPEAT))
        self._heard = heard_of(self._given, now)
        self._used = bytes(station.used)

    def next(self, models: RadioModels) -> tuple[Sequenced, bytes]:
        """The batch, and which places of the pool have been used then."""
        made = self._from_pool()
        if made is None or not self._still_allowed(made.tracks):
            made = self._from_more(models)
        return made, self._used + bytes(self._places[one.recording_id] for one in made.tracks)

    def unheard(self) -> Sequence[Candidate]:
        """Of the batch given last, what cannot be over by now; nothing where more are due."""
        if not self._given:
            return ()
        latest = self._given[0]
        away = {one.recording_id for one in self._feedback(FeedbackKind.SKIP, latest.at)} | self._hidden()
        return unheard([one for one in latest.tracks if one.recording_id not in away], self._now - latest.at)

    def _from_pool(self) -> Sequenced | None:
        """Of what was not given yet, or of all that may come again; None where that is too little, or was chosen too long ago."""
        if self._pool.until <= self._now:
            return None
        made = self._sequenced_whole()
        if made is None:
            # In the order in which they were given: what was heard lately is at the end.
            self._used = self._used[max(0, len(self._used) - len(self._lately())) :]
            made = self._sequenced_whole()
        return made

    def _from_more(self, models: RadioModels) -> Sequenced:
        """Of candidates that are chosen now. What was among those before and cannot be, as it was heard lately, may come after them."""
        chosen, before = self._choose(models), {one.recording_id: one for one in self._pool.without(b"").values()}
        kept = [before[one] for one in self._lately() if one in before][-MOST_KEPT:]
        self._keep((*chosen, *kept), self._pool.until if self._pool.until > self._now else self._now + POOL_LASTS)
        self._used = bytes(range(len(chosen), len(chosen) + len(kept)))
        return self._sequenced(dict(enumerate(chosen)))

    def _keep(self, candidates: Sequence[Candidate], until: datetime) -> None:
        whose = {"station_id": self._station.id}
        self._connection.execute(statements.NO_POOL, whose)
        row = {**whose, "candidates": stored.encode(candidates), "until": until, "territory": self._place["territory"]}
        self._connection.execute(statements.NEW_POOL, row)

    def _sequenced_whole(self) -> Sequenced | None:
        """A whole batch of what is left of the pool, or None."""
        left = self._pool.without(self._used)
        made = self._sequenced(left) if len(left) >= BATCH else None
        return made if made is not None and made.fewer is None else None

    def _lately(self) -> list[str]:
        """The recordings that may not come again yet, in the order in which they were given."""
        since = self._now - REPEAT
        return list(dict.fromkeys(one.recording_id for some in self._heard if some.at > since for one in some.tracks))

    def _sequenced(self, left: Mapping[int, Candidate]) -> Sequenced:
        self._places = {one.recording_id: place for place, one in left.items()}
        return sequence(left.values(), self._heard, self._licence, self._now, f"{self._station.id}/{self._station.batches + 1}")

    def _still_allowed(self, tracks: Sequence[Candidate]) -> bool:
        """Whether a whole batch may be played at this moment, and none of it is hidden."""
        track_ids, releases = [one.track_id for one in tracks], [one.release_id for one in tracks]
        ids = {"tracks": track_ids, "releases": releases, "recordings": [one.recording_id for one in tracks]}
        asked = {**self._place, "account_id": self._account_id, **{name: b"".join(map(id_to_bytes, some)) for name, some in ids.items()}}
        return fetch(self._connection, statements.STILL_ALLOWED, asked)[0].number == len(tracks)

    def _choose(self, models: RadioModels) -> Sequence[Candidate]:
        station = self._station
        liked = self._feedback(FeedbackKind.LIKE, datetime.min.replace(tzinfo=self._now.tzinfo))[:MOST_LIKED]
        skipped = self._feedback(FeedbackKind.SKIP, self._now - SKIP_LASTS)
        away = self._hidden().union(self._lately())
        wish = Wish(station.kind, station.subject, station.title, self._account_id, station.batches, liked, skipped, away)
        return choose(self._connection, wish, models.current(self._connection), self._place)

    def _hidden(self) -> set[str]:
        return {row.recording_id for row in fetch(self._connection, statements.HIDDEN, {"account_id": self._account_id})}

    def _feedback(self, kind: FeedbackKind, since: datetime) -> list[Candidate]:
        told = {"station_id": self._station.id, "kind": kind, "since": since}
        return [candidate_decoder.decode(row.track) for row in fetch(self._connection, statements.FEEDBACK, told)]
