"""Reading genres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.catalogue.describing import release_summary, summaries, track_detail
from apps.core.catalogue.rules import genre_slug
from apps.core.contract.actions import Actor
from apps.core.contract.catalogue import ReleaseSummary, TrackDetail
from apps.core.contract.errors import NotFound, Unavailable
from apps.core.contract.genres import MOST_TRACKS, GenreDetail, GenreSummary, GetGenre, ListGenreReleases, ListGenres
from apps.core.contract.ids import Id
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.database import fetch, reader
from apps.core.genres import statements
from apps.core.rights.offers import here, here_on
from apps.core.rights.plans import Plans
from apps.core.search.keeping import SearchIndexes
from ports.clock.interface import Clock

SPARE = 6
"""So many times more tracks are looked up: some are not offered everywhere, some are the same recording on another release."""

GENRE_KEY = tuple[Annotated[str, Meta(pattern=r"^[^\x00]*$")]]
RELEASE_KEY = tuple[Annotated[datetime, Meta(tz=True)], Id]


@handles(ListGenres)
def list_genres(action: ListGenres, actor: Actor, connection: Connection, clock: Clock) -> Page[GenreSummary]:
    parameters = {**here(actor.territory, clock.now()), "limit": action.size + 1}
    statement: Any = statements.GENRES
    if action.cursor:
        statement = statements.FURTHER_GENRES
        (parameters["key"],) = decode_cursor(action.cursor, GENRE_KEY)
    rows: Sequence[Any] = fetch(connection, statement, parameters)
    page = rows[: action.size]
    genres = tuple(GenreSummary(row.slug, row.name, release_summary(row)) for row in page)
    return Page(genres, encode_cursor(page[-1].slug) if len(rows) > action.size else None)


@handles(GetGenre)
def get_genre(action: GetGenre, actor: Actor, indexes: SearchIndexes, clock: Clock, plans: Plans) -> GenreDetail:
    slug = genre_slug(action.slug)
    # Before anything is held to read by: the index may have to be read first.
    found = _most_heard(indexes, slug)
    parameters = here_on(plans.entitlement(actor.plan, actor.account_id), actor.territory, clock.now())
    with reader() as connection:
        genre = fetch(connection, statements.GENRE, {**parameters, "slug": slug})
        if not genre:
            raise NotFound("There is no such genre here.", "Its music may not be offered in your country, or no longer.")
        rows = {row.key: row for row in fetch(connection, statements.TRACKS, {**parameters, "found": found})}
    return GenreDetail(slug, genre[0].name, _each_once([rows[one] for one in found if one in rows], actor))


@handles(ListGenreReleases)
def list_genre_releases(action: ListGenreReleases, actor: Actor, connection: Connection, clock: Clock) -> Page[ReleaseSummary]:
    parameters = {**here(actor.territory, clock.now()), "limit": action.size + 1, "slug": genre_slug(action.slug)}
    statement: Any = statements.RELEASES
    if action.cursor:
        statement = statements.OLDER_RELEASES
        parameters["key"], parameters["id"] = decode_cursor(action.cursor, RELEASE_KEY)
    rows: Sequence[Any] = fetch(connection, statement, parameters)
    page = rows[: action.size]
    return Page(summaries(page), encode_cursor(page[-1].key, page[-1].id) if len(rows) > action.size else None)


def _most_heard(indexes: SearchIndexes, slug: str) -> Sequence[bytes]:
    try:
        return indexes.current().most_heard(slug, SPARE * MOST_TRACKS)
    except Unavailable:
        # The releases can be shown meanwhile.
        return ()


def _each_once(rows: Sequence[Any], actor: Actor) -> tuple[TrackDetail, ...]:
    """The first of these tracks, each recording once."""
    by_recording: dict[str, Any] = {}
    for row in rows:
        by_recording.setdefault(row.recording_id, row)
    return tuple(track_detail(row, actor) for row in list(by_recording.values())[:MOST_TRACKS])
