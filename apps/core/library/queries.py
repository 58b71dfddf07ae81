"""Reading favourites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

from msgspec import Meta
from sqlalchemy import Select
from sqlalchemy.engine import Connection

from apps.core.bulk import joined_ids
from apps.core.bus import handles
from apps.core.catalogue.describing import release_summary
from apps.core.contract.actions import Actor
from apps.core.contract.ids import Id
from apps.core.contract.library import (
    FavouriteArtist,
    FavouriteRelease,
    FavouriteTrack,
    FindFavourites,
    FoundFavourites,
    ListFavouriteArtists,
    ListFavouriteReleases,
    ListFavouriteTracks,
)
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.database import fetch
from apps.core.library import statements
from apps.core.library.listing import listed_track
from apps.core.rights.offers import here, here_on
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock

T = TypeVar("T")

KEY = tuple[Annotated[datetime, Meta(tz=True)], Id]
Asked = ListFavouriteTracks | ListFavouriteReleases | ListFavouriteArtists


@handles(ListFavouriteTracks)
def list_favourite_tracks(
    action: ListFavouriteTracks, actor: Actor, connection: Connection, clock: Clock, plans: Plans
) -> Page[FavouriteTrack]:
    place = here_on(plans.entitlement(actor.plan, actor.account_id), actor.territory, clock.now())
    return _page(
        connection, action, actor, statements.TRACKS, place, lambda row: FavouriteTrack(listed_track(row, actor), row.at)
    )  # fmt: skip


@handles(ListFavouriteReleases)
def list_favourite_releases(action: ListFavouriteReleases, actor: Actor, connection: Connection, clock: Clock) -> Page[FavouriteRelease]:
    place = here(actor.territory, clock.now())
    return _page(
        connection, action, actor, statements.RELEASES, place,
        lambda row: FavouriteRelease(release_summary(row), bool(row.visible), row.at),
    )  # fmt: skip


@handles(ListFavouriteArtists)
def list_favourite_artists(action: ListFavouriteArtists, actor: Actor, connection: Connection, clock: Clock) -> Page[FavouriteArtist]:
    place = here(actor.territory, clock.now())
    return _page(
        connection, action, actor, statements.ARTISTS, place, lambda row: FavouriteArtist(row.id, row.name, bool(row.visible), row.at)
    )


@handles(FindFavourites)
def find_favourites(action: FindFavourites, actor: Actor, connection: Connection) -> FoundFavourites:
    asked = {"tracks": action.track_ids, "releases": action.release_ids, "artists": action.artist_ids}
    parameters = {"account_id": actor.account_id, **{kind: joined_ids(ids) for kind, ids in asked.items()}}
    found: dict[str, set[str]] = defaultdict(set)
    for row in fetch(connection, statements.FOUND, parameters):
        found[row.kind].add(row.id)
    return FoundFavourites(*(frozenset(found[kind]) for kind in ("track", "release", "artist")))


def _page(
    connection: Connection, action: Asked, actor: Actor, pages: tuple[Select[Any], Select[Any]], place: Mapping[str, Any],
    told: Callable[[Any], T],
) -> Page[T]:  # fmt: skip
    first, later = pages
    parameters = {**place, "account_id": actor.account_id, "limit": action.size + 1}
    if action.cursor:
        after, after_id = decode_cursor(action.cursor, KEY)
        rows = fetch(connection, later, {**parameters, "after": after, "after_id": after_id})
    else:
        rows = fetch(connection, first, parameters)
    page = rows[: action.size]
    return Page(tuple(map(told, page)), encode_cursor(page[-1].at, page[-1].key) if len(rows) > action.size else None)
