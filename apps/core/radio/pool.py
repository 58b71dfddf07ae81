"""A station's pool: candidates with a score and a reason each, from the model and the catalogue, as the listener's feedback bends it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from heapq import nlargest
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy.engine import Connection

from apps.core.contract.catalogue import ReleaseType
from apps.core.contract.radio import BATCH
from apps.core.database import fetch
from apps.core.radio import statements
from apps.core.radio.judging import Judge
from apps.core.radio.model import Model
from apps.core.radio.rules import Candidate
from apps.core.radio.wishes import RARITY, Heard, Liking, Wish

SIZE = 80
LEAST_CHOICE = 2 * BATCH
"""Where the station knows of fewer, the newest music here fills the rest."""
OF_GENRES_BESIDE = 15
"""Recordings of the seeds' genres that are looked at where enough is heard with the seeds: new music comes by them."""
SHARED = (("artist", 20), ("release", 5), ("genre", 5))
"""Of how many of each kind more is looked for."""


def choose(connection: Connection, wish: Wish, model: Model | None, here: Mapping[str, Any]) -> list[Candidate]:
    """The best candidates that may be played whole at this moment; `here` has the parameters of `offered(on_plan=True)`."""
    subject = {"subject": wish.subject, "account_id": wish.account_id}
    seeds = [row.recording_id for row in fetch(connection, statements.SEEDS[wish.kind], subject)]
    heard = Heard.of(model, seeds, wish)
    facts = _facts(connection, {*seeds, *heard.all}, here)
    liking = Liking.of(wish, seeds, facts)
    facts |= _facts(connection, _related(connection, liking, wish, facts), here)
    return _scored(facts, heard, liking, wish, model)


def _related(connection: Connection, liking: Liking, wish: Wish, facts: Mapping[str, Candidate]) -> set[str]:
    """Recordings that share something with the seeds or with what is liked; where they are few, the newest as well."""
    wanted: dict[str, dict[str, float]] = {kind: defaultdict(float) for kind in RARITY}
    for features in (liking.seeds, *liking.liked):
        for (kind, value), strength in features.items():
            wanted[kind][value] += strength
    asked = {f"{kind}s": nlargest(most, wanted[kind], wanted[kind].__getitem__) for kind, most in SHARED}
    most = statements.OF_GENRES if len(facts) < LEAST_CHOICE else OF_GENRES_BESIDE
    size = fetch(connection, statements.SIZE_OF_GENRES, {"genres": asked["genres"]})[0].number
    page = {"most_of_genre": most, "page_of_genre": _start_of_page(wish.page, most, size)}
    found = {row.recording_id for row in fetch(connection, statements.RELATED, {**asked, **page})}
    if len((found | set(facts)) - set(wish.without)) < LEAST_CHOICE:
        found |= {row.recording_id for row in fetch(connection, statements.NEWEST)}
    return found - set(facts) - set(wish.without)


def _start_of_page(page: int, most: int, size: int) -> int:
    """Pages of so many follow one another through the whole, the last one as full as the others, and then from the first again."""
    pages = -(-size // most) or 1
    return min(page % pages * most, max(size - most, 0))


def _facts(connection: Connection, recordings: Collection[str], here: Mapping[str, Any]) -> dict[str, Candidate]:
    """Those that may be played whole, by recording; each from a release of its own rather than from a compilation."""
    if not recordings:
        return {}
    rows: Sequence[Any] = fetch(connection, statements.FACTS, {**here, "recordings": sorted(recordings)})
    found: dict[str, Candidate] = {}
    for _, some in groupby(rows, itemgetter(0)):
        one = _candidate(list(some))
        if one.recording_id not in found or (found[one.recording_id].compilation and not one.compilation):
            found[one.recording_id] = one
    return found


def _candidate(rows: Sequence[Any]) -> Candidate:
    """Of a track's rows, one for each of its artists."""
    track_id, recording_id, title, artist, release_id, release_title, cover, kind, duration_ms, genre, year, _ = rows[0]
    artist_ids = tuple(row[-1] for row in rows if row[-1])
    return Candidate(
        track_id, recording_id, title, artist, artist_ids, release_id, release_title, cover, kind == ReleaseType.COMPILATION, duration_ms,
        genre, year, score=0.0, why="",
    )  # fmt: skip


def _scored(facts: Mapping[str, Candidate], heard: Heard, liking: Liking, wish: Wish, model: Model | None) -> list[Candidate]:
    away = {*wish.without, *(one.recording_id for one in wish.skipped)}
    open_to = {recording_id: one for recording_id, one in facts.items() if recording_id not in away}
    judge = Judge(open_to, heard, liking, wish, model)
    best = nlargest(SIZE, open_to, key=lambda recording_id: (judge.scores[recording_id], recording_id))
    return [judge.judged(recording_id) for recording_id in best]
