"""Pictures that listeners upload as covers of their playlists."""

from __future__ import annotations

from flask import Blueprint, Response

from apps.api.answers import done, nothing, personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import idempotency_key, picture, takes_picture
from apps.core.contract.ids import PlaylistId
from apps.core.contract.pictures import GetPlaylistPicture, PutPlaylistPicture, RemovePlaylistPicture

views = Blueprint("pictures", __name__)


@views.get("/playlists/<id:playlist_id>/picture")
@sends(GetPlaylistPicture)
def show(playlist_id: PlaylistId) -> Response:
    return personal(core().send(GetPlaylistPicture(playlist_id)))


@views.post("/playlists/<id:playlist_id>/picture")
@sends(PutPlaylistPicture, status=202, repeatable=True)
@takes_picture
def put(playlist_id: PlaylistId) -> Response:
    return done(core().send(PutPlaylistPicture(playlist_id, picture()), idempotency_key()), status=202)


@views.delete("/playlists/<id:playlist_id>/picture")
@sends(RemovePlaylistPicture, status=204)
def remove(playlist_id: PlaylistId) -> Response:
    core().send(RemovePlaylistPicture(playlist_id))
    return nothing()
