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
from apps.core.contract.search import ArtistSummary, FoundPlaylist, Search, SearchKind, SearchResult
from apps.core.database import fetch, reader
from apps.core.rights.offers import here_on
from apps.core.rights.plans import Plans
from apps.core.search import statements
from apps.core.search.index import Hit, Index
from apps.core.search.keeping import SearchIndexes
from apps.core.search.segment import KINDS, Filters
from ports.clock.interface import Clock

CANDIDATES = 40
"""Of each kind that are judged closely, by each of two measures of what is near, or twice as many as were asked for."""
SPARE = 4
"""Of what fits so many more are looked up than were asked for."""
MORE = 5
"""Where much of it may not be seen here, so many times more are judged, and looked up."""

OF_ANYBODY = 4.0
"""A playlist is called whatever somebody likes: it is the best of all only where nothing else fits as well, or but for a letter."""


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


def _playlist(row: Any, _actor: Actor) -> FoundPlaylist:
    return FoundPlaylist(*row[1:])


_by_id, _by_recording = attrgetter("id"), attrgetter("recording_id")
GROUPS: Mapping[SearchKind, Group] = {
    SearchKind.ARTIST: Group(statements.SHOWN_ARTISTS, statements.PLAYABLE_ARTISTS, _artist, _by_id),
    SearchKind.RELEASE: Group(statements.SHOWN_RELEASES, statements.PLAYABLE_RELEASES, _release, _by_id),
    SearchKind.TRACK: Group(statements.SHOWN_TRACKS, statements.PLAYABLE_TRACKS, _track, _by_recording),
    SearchKind.PLAYLIST: Group(statements.SHOWN_PLAYLISTS, statements.PLAYABLE_PLAYLISTS, _playlist, _by_id),
}


@handles(Search)
def search(action: Search, actor: Actor, indexes: SearchIndexes, clock: Clock, plans: Plans) -> SearchResult:
    entitlement = plans.entitlement(actor.plan, actor.account_id)
    if action.playable and not entitlement.models:
        return SearchResult(None)
    kinds = [kind for kind in KINDS if not action.kinds or kind in action.kinds]
    # Before anything is held to read by: the index may have to be read first.
    index = indexes.current()
    parameters = here_on(entitlement, actor.territory, clock.now())
    with reader() as connection:
        seen = _seen(connection, index, kinds, action, parameters)
    best = {kind: some[0][0].score - OF_ANYBODY * (kind is SearchKind.PLAYLIST) for kind, some in seen.items() if some}
    groups = (tuple(GROUPS[kind].summary(row, actor) for _, row in seen.get(kind, ())) for kind in KINDS)
    return SearchResult(max(best, key=lambda kind: best[kind], default=None), *groups)


Seen = Sequence[tuple[Hit, Any]]


def _seen(
    connection: Connection, index: Index, kinds: Sequence[SearchKind], action: Search, parameters: Mapping[str, Any]
) -> Mapping[SearchKind, Seen]:
    """The best of each kind that may be seen here; where much may not be, more are looked for."""
    filters = Filters(action.type, action.genre, action.label, action.first_year, action.last_year)
    seen: dict[SearchKind, Seen] = {}
    looked_up: dict[SearchKind, dict[bytes, Any]] = {kind: {} for kind in kinds}
    looked_for, most = kinds, max(CANDIDATES, 2 * action.size)
    for candidates in (most, most * MORE):
        found = index.find(action.text, looked_for, filters, candidates)
        seen |= {kind: _shown(connection, GROUPS[kind], found[kind], action, parameters, looked_up[kind]) for kind in looked_for}
        looked_for = [kind for kind in looked_for if len(seen[kind]) < action.size and len(found[kind]) >= candidates]
        if not looked_for:
            break
    return seen


def _shown(
    connection: Connection, group: Group, hits: Sequence[Hit], action: Search, parameters: Mapping[str, Any], rows: dict[bytes, Any]
) -> Seen:
    """The first hits that may be seen here, each thing once; `rows` has what was looked up before, None for what may not be seen."""
    seen: dict[Hashable, tuple[Hit, Any]] = {}
    start, length = 0, action.size + SPARE
    while start < len(hits) and len(seen) < action.size:
        some = hits[start : start + length]
        statement = group.playable if action.playable else group.shown
        if unknown := [hit.id for hit in some if hit.id not in rows]:
            rows |= dict.fromkeys(unknown)
            rows |= {row.key: row for row in fetch(connection, statement, {**parameters, "found": unknown})}
        for hit in some:
            if (row := rows[hit.id]) is not None:
                seen.setdefault(group.sameness(row), (hit, row))
        start, length = start + length, length * MORE
    return list(seen.values())[: action.size]
