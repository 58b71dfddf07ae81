"""Reading the home page, as everybody sees it and as staff arrange it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.catalogue import statements as catalogue
from apps.core.catalogue.describing import series_summaries, summaries
from apps.core.contract.actions import Actor
from apps.core.contract.editorial import (
    NEWEST_SHOWN,
    CompilationDraft,
    DraftedTrack,
    GetCompilationDraft,
    GetHome,
    Home,
    ListShelves,
    PickedPlaylist,
    PickedRelease,
    PreviewHome,
    Shelf,
    ShelfKind,
    ShelvedItem,
    ShownShelf,
)
from apps.core.contract.intake import TRACKS_PER_RELEASE
from apps.core.contract.words import marked
from apps.core.database import fetch
from apps.core.editorial import statements
from apps.core.playlists.access import no_such_playlist
from apps.core.playlists.statements import PLAYLIST
from apps.core.rights.offers import here
from apps.core.rights.plans import Plans
from apps.core.smart.reading import fitting, rule_decoder
from ports.clock.interface import Clock

T = TypeVar("T")

SERIES_BY_THEMSELVES = 3
NEWEST, SERIES = marked("Newest releases"), marked("Series")


@handles(GetHome)
def get_home(actor: Actor, connection: Connection, clock: Clock) -> Home:
    return _home(connection, actor.territory, clock.now())


@handles(PreviewHome)
def preview_home(action: PreviewHome, connection: Connection) -> Home:
    return _home(connection, action.territory, action.at)


@handles(ListShelves)
def list_shelves(connection: Connection) -> tuple[Shelf, ...]:
    territories: defaultdict[str, list[str]] = defaultdict(list)
    for shelf_id, territory in fetch(connection, statements.TERRITORIES):
        territories[shelf_id].append(territory)
    return tuple(
        Shelf(
            first.id, first.title, ShelfKind(first.kind), _arranged(rows), first.starts_at, first.ends_at, tuple(territories[first.id]),
        )
        for first, *others in _by_shelf(fetch(connection, statements.ARRANGED))
        for rows in [(first, *others)]
    )  # fmt: skip


@handles(GetCompilationDraft)
def get_compilation_draft(
    action: GetCompilationDraft, actor: Actor, connection: Connection, clock: Clock, plans: Plans
) -> CompilationDraft:  # fmt: skip
    found = fetch(connection, PLAYLIST, {"playlist_id": action.playlist_id, "account_id": actor.account_id})
    if not found:
        raise no_such_playlist()
    (playlist,) = found
    if playlist.rule is None:
        number, rows = playlist.tracks, fetch(connection, statements.DRAFT, {"playlist_id": action.playlist_id})
    else:
        rule = rule_decoder.decode(playlist.rule)
        rows = fitting(connection, rule, actor, clock, plans, first=1, most=min(rule.limit, TRACKS_PER_RELEASE))
        number = len(rows)
    return CompilationDraft(playlist.title, tuple(DraftedTrack(row.track_id, row.title) for row in rows), number - len(rows))


def _arranged(rows: Sequence[Any]) -> tuple[ShelvedItem, ...]:
    return tuple(ShelvedItem(row.subject_id, row.subject, row.note) for row in rows if row.subject_id)


def _home(connection: Connection, territory: str, at: datetime) -> Home:
    place = here(territory, at)
    shelves = _by_shelf(fetch(connection, statements.SHOWN, place))
    if not shelves and not connection.scalar(statements.ANY_SHELF):
        return Home(_by_itself(connection, place))
    subjects = _Subjects(connection, place, shelves)
    shown = (_shown(shelf, subjects) for shelf in shelves)
    return Home(tuple(shelf for shelf in shown if shelf.releases or shelf.series or shelf.playlists))


class _Subjects:
    """What stands on the shelves, as far as it can be seen here, by id; and the newest releases, where a shelf wants them."""

    def __init__(self, connection: Connection, place: Mapping[str, Any], shelves: Sequence[Sequence[Any]]) -> None:
        def of(statement: Any, *kinds: ShelfKind) -> Sequence[Any]:
            subjects = [row.subject_id for shelf in shelves for row in shelf if row.kind in kinds]
            return fetch(connection, statement, {**place, "subjects": subjects})

        self.releases = {one.id: one for one in summaries(of(statements.RELEASES, ShelfKind.FEATURE, ShelfKind.RELEASES))}
        self.series = {one.id: one for one in series_summaries(of(statements.SERIES, ShelfKind.SERIES))}
        self.playlists = {row.id: row for row in of(statements.PLAYLISTS, ShelfKind.PLAYLISTS)}
        self.newest = _newest(connection, place) if any(shelf[0].kind == ShelfKind.NEWEST for shelf in shelves) else ()


def _shown(shelf: Sequence[Any], subjects: _Subjects) -> ShownShelf:
    kind, title = ShelfKind(shelf[0].kind), shelf[0].title
    if kind is ShelfKind.NEWEST:
        return ShownShelf(kind, title, subjects.newest)
    if kind is ShelfKind.SERIES:
        return ShownShelf(kind, title, series=tuple(series for series, _ in _seen(shelf, subjects.series)))
    if kind is ShelfKind.PLAYLISTS:
        return ShownShelf(kind, title, playlists=tuple(_playlist(row, note) for row, note in _seen(shelf, subjects.playlists)))
    return ShownShelf(kind, title, tuple(PickedRelease(release, note) for release, note in _seen(shelf, subjects.releases)))


def _seen(shelf: Sequence[Any], subjects: Mapping[str, T]) -> list[tuple[T, str]]:
    """Those of a shelf that can be seen here, in its order, with what we say of them."""
    return [(subjects[row.subject_id], row.note) for row in shelf if row.subject_id in subjects]


def _playlist(row: Any, note: str) -> PickedPlaylist:
    return PickedPlaylist(row.id, row.title, row.description, row.tracks, row.cover, row.mosaic, note)


def _by_itself(connection: Connection, place: Mapping[str, Any]) -> tuple[ShownShelf, ...]:
    """What shows as long as nobody has arranged anything."""
    series = series_summaries(fetch(connection, statements.FIRST_SERIES, {**place, "limit": SERIES_BY_THEMSELVES}))
    shelves = ShownShelf(ShelfKind.NEWEST, NEWEST, _newest(connection, place)), ShownShelf(ShelfKind.SERIES, SERIES, series=series)
    return tuple(shelf for shelf in shelves if shelf.releases or shelf.series)


def _newest(connection: Connection, place: Mapping[str, Any]) -> tuple[PickedRelease, ...]:
    rows = fetch(connection, catalogue.NEWEST, {**place, "limit": NEWEST_SHOWN})
    return tuple(PickedRelease(release, "") for release in summaries(rows))


def _by_shelf(rows: Sequence[Any]) -> list[list[Any]]:
    return [list(shelf) for _, shelf in groupby(rows, key=attrgetter("id"))]
