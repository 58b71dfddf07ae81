"""What listeners keep: favourite tracks, releases and artists."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response

from apps.api.answers import done, nothing, personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import body, takes
from apps.core.contract.ids import ArtistId, ReleaseId, TrackId
from apps.core.contract.library import (
    AddFavourite,
    ArtistSubject,
    FindFavourites,
    ListFavouriteArtists,
    ListFavouriteReleases,
    ListFavouriteTracks,
    ReleaseSubject,
    RemoveFavourite,
    TrackSubject,
)
from apps.core.contract.paging import Cursor, PageSize

views = Blueprint("library", __name__)


class FavouriteParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: PageSize = 50


@views.get("/favourites/tracks")
@sends(ListFavouriteTracks)
@takes(FavouriteParameters)
def tracks(asked: FavouriteParameters) -> Response:
    return personal(core().send(ListFavouriteTracks(asked.cursor, asked.limit)))


@views.get("/favourites/releases")
@sends(ListFavouriteReleases)
@takes(FavouriteParameters)
def releases(asked: FavouriteParameters) -> Response:
    return personal(core().send(ListFavouriteReleases(asked.cursor, asked.limit)))


@views.get("/favourites/artists")
@sends(ListFavouriteArtists)
@takes(FavouriteParameters)
def artists(asked: FavouriteParameters) -> Response:
    return personal(core().send(ListFavouriteArtists(asked.cursor, asked.limit)))


@views.post("/favourites/lookups")
@sends(FindFavourites, body=FindFavourites)
def look_up() -> Response:
    return done(core().send(body(FindFavourites)))


@views.put("/favourites/tracks/<id:track_id>")
@sends(AddFavourite, status=204)
def add_track(track_id: TrackId) -> Response:
    core().send(AddFavourite(TrackSubject(track_id)))
    return nothing()


@views.delete("/favourites/tracks/<id:track_id>")
@sends(RemoveFavourite, status=204)
def remove_track(track_id: TrackId) -> Response:
    core().send(RemoveFavourite(TrackSubject(track_id)))
    return nothing()


@views.put("/favourites/releases/<id:release_id>")
@sends(AddFavourite, status=204)
def add_release(release_id: ReleaseId) -> Response:
    core().send(AddFavourite(ReleaseSubject(release_id)))
    return nothing()


@views.delete("/favourites/releases/<id:release_id>")
@sends(RemoveFavourite, status=204)
def remove_release(release_id: ReleaseId) -> Response:
    core().send(RemoveFavourite(ReleaseSubject(release_id)))
    return nothing()


@views.put("/favourites/artists/<id:artist_id>")
@sends(AddFavourite, status=204)
def add_artist(artist_id: ArtistId) -> Response:
    core().send(AddFavourite(ArtistSubject(artist_id)))
    return nothing()


@views.delete("/favourites/artists/<id:artist_id>")
@sends(RemoveFavourite, status=204)
def remove_artist(artist_id: ArtistId) -> Response:
    core().send(RemoveFavourite(ArtistSubject(artist_id)))
    return nothing()
