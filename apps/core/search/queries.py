"""Searching: the index says what fits, the database what of it may be seen here."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.catalogue.describing import summaries, track_summary
from apps.core.catalogue.statements import SUMMARY
from apps.core.contract.actions import Actor
from apps.core.contract.catalogue import TrackDetail
from apps.core.contract.search import ArtistSummary, Search, SearchKind, SearchResult
from apps.core.database import fetch, reader
from apps.core.rights.offers import here_on
from apps.core.rights.plans import Plans
from apps.core.search import statements
from apps.core.search.index import Hit
from apps.core.search.keeping import SearchIndexes
from apps.core.search.segment import KINDS, Filters
from ports.clock.interface import Clock

MORE = 4
"""Of what the index finds a little more than was asked for is looked up; where much of it may not be seen here, so many times more."""
SPARE = 4


class Group(NamedTuple):
    """How things of one kind are looked up, and shown."""

    shown: Any
    playable: Any
    summary: Callable[[Any, Actor], Any]
    sameness: Callable[[Any], Hashable]
    """What is shown once."""


def _artist(row: Any, _actor: Actor) -> ArtistSummary:
    return ArtistSummary(row.id, row.name)


def _release(row: Any, _actor: Actor) -> Any:
    return summaries([row[1:]])[0]


def _track(row: Any, actor: Actor) -> TrackDetail:
    return TrackDetail(track_summary(row, actor), *summaries([row[-len(SUMMARY) :]]))


_by_id, _by_recording = attrgetter("id"), attrgetter("recording_id")
GROUPS: Mapping[SearchKind, Group] = {
    SearchKind.ARTIST: Group(statements.SHOWN_ARTISTS, statements.PLAYABLE_ARTISTS, _artist, _by_id),
    SearchKind.RELEASE: Group(statements.SHOWN_RELEASES, statements.PLAYABLE_RELEASES, _release, _by_id),
    SearchKind.TRACK: Group(statements.SHOWN_TRACKS, statements.PLAYABLE_TRACKS, _track, _by_recording),
}


@handles(Search)
def search(action: Search, actor: Actor, indexes: SearchIndexes, clock: Clock, plans: Plans) -> SearchResult:
    kinds = [kind for kind in KINDS if not action.kinds or kind in action.kinds]
    filters = Filters(action.type, action.genre, action.label, action.first_year, action.last_year)
    # Before anything is held to read by: the index may have to be read first.
    found = indexes.current().find(action.text, kinds, filters)
    parameters = here_on(plans.entitlement(actor.plan, actor.account_id), actor.territory, clock.now())
    best: dict[SearchKind, float] = {}
    groups: dict[SearchKind, tuple[Any, ...]] = dict.fromkeys(KINDS, ())
    with reader() as connection:
        for kind in kinds:
            rows = _seen(connection, GROUPS[kind], found[kind], action, parameters)
            groups[kind] = tuple(GROUPS[kind].summary(row, actor) for _, row in rows)
            if rows:
                best[kind] = rows[0][0].score
    top = max(best, key=lambda kind: best[kind], default=None)
    return SearchResult(top, *(groups[kind] for kind in KINDS))


def _seen(
    connection: Connection, group: Group, hits: Sequence[Hit], action: Search, parameters: Mapping[str, Any]
) -> Sequence[tuple[Hit, Any]]:
    """The first hits that may be seen here, each thing once."""
    seen: dict[Hashable, tuple[Hit, Any]] = {}
    start, length = 0, action.size + SPARE
    while start < len(hits) and len(seen) < action.size:
        some = hits[start : start + length]
        statement = group.playable if action.playable else group.shown
        rows = {row.key: row for row in fetch(connection, statement, {**parameters, "found": [hit.id for hit in some]})}
        for hit in some:
            if hit.id in rows:
                seen.setdefault(group.sameness(rows[hit.id]), (hit, rows[hit.id]))
        start, length = start + length, length * MORE
    return list(seen.values())[: action.size]
