"""The home page, releases, artists, genres and series. Which tracks may be played is the listener's own matter; the rest is the
same for everybody."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response

from apps.api.answers import personal, public
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import takes
from apps.core.contract.catalogue import (
    GetArtist,
    GetArtistTracks,
    GetLyrics,
    GetRelease,
    GetSeries,
    GetTrack,
    ListReleases,
    ListSeries,
    ReleaseOrder,
)
from apps.core.contract.editorial import GetHome
from apps.core.contract.genres import GetGenre, ListGenreReleases, ListGenres
from apps.core.contract.ids import ArtistId, ReleaseId, SeriesId, TrackId
from apps.core.contract.paging import Cursor, PageSize

views = Blueprint("catalogue", __name__)


class ReleaseParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order: ReleaseOrder = ReleaseOrder.NEWEST
    cursor: Cursor | None = None
    limit: PageSize = 50


@views.get("/home")
@sends(GetHome)
def home() -> Response:
    """Nothing keeps it: a playlist on it may have become private a moment ago."""
    return personal(core().send(GetHome()))


class PageParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: PageSize = 50


class SeriesParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: PageSize = 20


@views.get("/releases")
@sends(ListReleases)
@takes(ReleaseParameters)
def releases(asked: ReleaseParameters) -> Response:
    return public(ListReleases(asked.order, asked.cursor, asked.limit))


@views.get("/releases/<id:release_id>")
@sends(GetRelease)
def release(release_id: ReleaseId) -> Response:
    return personal(core().send(GetRelease(release_id)))


@views.get("/tracks/<id:track_id>")
@sends(GetTrack)
def track(track_id: TrackId) -> Response:
    return personal(core().send(GetTrack(track_id)))


@views.get("/tracks/<id:track_id>/lyrics")
@sends(GetLyrics)
def lyrics(track_id: TrackId) -> Response:
    return personal(core().send(GetLyrics(track_id)))


@views.get("/artists/<id:artist_id>")
@sends(GetArtist)
def artist(artist_id: ArtistId) -> Response:
    return public(GetArtist(artist_id))


@views.get("/artists/<id:artist_id>/tracks")
@sends(GetArtistTracks)
def artist_tracks(artist_id: ArtistId) -> Response:
    return personal(core().send(GetArtistTracks(artist_id)))


@views.get("/genres")
@sends(ListGenres)
@takes(PageParameters)
def genres(asked: PageParameters) -> Response:
    return public(ListGenres(asked.cursor, asked.limit))


@views.get("/genres/<slug>")
@sends(GetGenre)
def genre(slug: str) -> Response:
    return personal(core().send(GetGenre(slug)))


@views.get("/genres/<slug>/releases")
@sends(ListGenreReleases)
@takes(PageParameters)
def genre_releases(asked: PageParameters, slug: str) -> Response:
    return public(ListGenreReleases(slug, asked.cursor, asked.limit))


@views.get("/series")
@sends(ListSeries)
@takes(SeriesParameters)
def series(asked: SeriesParameters) -> Response:
    return public(ListSeries(asked.cursor, asked.limit))


@views.get("/series/<id:series_id>")
@sends(GetSeries)
def one_series(series_id: SeriesId) -> Response:
    return public(GetSeries(series_id))
