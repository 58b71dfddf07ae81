"""Reading the home page, as everybody sees it and as staff arrange it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.catalogue import statements as catalogue
from apps.core.catalogue.describing import series_summaries, summaries
from apps.core.contract.actions import Actor
from apps.core.contract.catalogue import ReleaseSummary, SeriesSummary
from apps.core.contract.editorial import (
    NEWEST_SHOWN,
    GetHome,
    Home,
    ListShelves,
    PickedRelease,
    PreviewHome,
    Shelf,
    ShelfKind,
    ShelvedItem,
    ShownShelf,
)
from apps.core.database import fetch
from apps.core.editorial import statements
from apps.core.rights.offers import here
from ports.clock.interface import Clock

SERIES_BY_THEMSELVES = 3
NEWEST, SERIES = "Newest releases", "Series"


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


def _arranged(rows: Sequence[Any]) -> tuple[ShelvedItem, ...]:
    return tuple(ShelvedItem(row.subject_id, row.release or row.series, row.note) for row in rows if row.subject_id)


def _home(connection: Connection, territory: str, at: datetime) -> Home:
    place = here(territory, at)
    shelves = _by_shelf(fetch(connection, statements.SHOWN, place))
    if not shelves and not connection.scalar(statements.ANY_SHELF):
        return Home(_by_itself(connection, place))
    chosen = {kind: [row.subject_id for shelf in shelves for row in shelf if row.kind == kind and row.subject_id] for kind in ShelfKind}
    picked = chosen[ShelfKind.FEATURE] + chosen[ShelfKind.RELEASES]
    releases = summaries(fetch(connection, statements.RELEASES, {**place, "subjects": picked}))
    series = series_summaries(fetch(connection, statements.SERIES, {**place, "subjects": chosen[ShelfKind.SERIES]}))
    newest = _newest(connection, place) if any(shelf[0].kind == ShelfKind.NEWEST for shelf in shelves) else ()
    known = {one.id: one for one in releases}, {one.id: one for one in series}
    shown = (_shown(shelf, *known, newest) for shelf in shelves)
    return Home(tuple(shelf for shelf in shown if shelf.releases or shelf.series))


def _shown(
    shelf: Sequence[Any], releases: Mapping[str, ReleaseSummary], series: Mapping[str, SeriesSummary], newest: tuple[PickedRelease, ...]
) -> ShownShelf:
    kind, title = ShelfKind(shelf[0].kind), shelf[0].title
    if kind is ShelfKind.NEWEST:
        return ShownShelf(kind, title, newest)
    if kind is ShelfKind.SERIES:
        return ShownShelf(kind, title, series=tuple(series[row.subject_id] for row in shelf if row.subject_id in series))
    picked = (PickedRelease(releases[row.subject_id], row.note) for row in shelf if row.subject_id in releases)
    return ShownShelf(kind, title, tuple(picked))


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
