"""Playlists and their folders."""

from __future__ import annotations

from typing import Annotated

import msgspec
from flask import Blueprint, Response
from msgspec import Meta

from apps.api.answers import done, nothing, personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import body, idempotency_key, takes
from apps.core.contract.ids import FolderId, PlaylistEntryId, PlaylistId, ReleaseId, TrackId
from apps.core.contract.paging import Cursor, PageSize
from apps.core.contract.playlists import (
    MOST_AT_ONCE,
    AddToPlaylist,
    ChoosePlaylistCover,
    CreateFolder,
    CreatePlaylist,
    DeleteFolder,
    DeletePlaylist,
    Description,
    EditPlaylist,
    GetPlaylistTracks,
    ListDeletedPlaylists,
    ListFolders,
    ListPlaylists,
    ListRecentPlaylists,
    MoveFolder,
    MoveInPlaylist,
    MovePlaylist,
    Number,
    RemoveFromPlaylist,
    RenameFolder,
    RestorePlaylist,
    Title,
    Visibility,
)

views = Blueprint("playlists", __name__)


class PlaylistsParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    folder_id: FolderId | None = None
    cursor: Cursor | None = None
    limit: PageSize = 50


class RecentParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    editable: bool = False


class PageParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: PageSize = 50


class Edited(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Title
    description: Description
    visibility: Visibility


class Cover(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    release_id: ReleaseId | None = None


class Added(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    track_ids: Annotated[tuple[TrackId, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]
    only_new: bool = False


class Removed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    entry_ids: Annotated[tuple[PlaylistEntryId, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class NewNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: Number


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    folder_id: FolderId | None = None
    number: Number | None = None


class FolderPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parent_id: FolderId | None = None
    number: Number | None = None


class FolderTitle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Title


@views.get("/playlists")
@sends(ListPlaylists)
@takes(PlaylistsParameters)
def playlists(asked: PlaylistsParameters) -> Response:
    return personal(core().send(ListPlaylists(asked.folder_id, asked.cursor, asked.limit)))


@views.get("/playlists/recent")
@sends(ListRecentPlaylists)
@takes(RecentParameters)
def recent(asked: RecentParameters) -> Response:
    return personal(core().send(ListRecentPlaylists(asked.editable)))


@views.get("/playlists/deleted")
@sends(ListDeletedPlaylists)
def deleted() -> Response:
    return personal(core().send(ListDeletedPlaylists()))


@views.post("/playlists")
@sends(CreatePlaylist, body=CreatePlaylist, status=201, repeatable=True)
def create() -> Response:
    return done(core().send(body(CreatePlaylist), idempotency_key()), status=201)


@views.get("/playlists/<id:playlist_id>")
@sends(GetPlaylistTracks)
@takes(PageParameters)
def playlist(asked: PageParameters, playlist_id: PlaylistId) -> Response:
    return personal(core().send(GetPlaylistTracks(playlist_id, asked.cursor, asked.limit)))


@views.put("/playlists/<id:playlist_id>")
@sends(EditPlaylist, body=Edited)
def edit(playlist_id: PlaylistId) -> Response:
    told = body(Edited)
    return done(core().send(EditPlaylist(playlist_id, told.title, told.description, told.visibility)))


@views.put("/playlists/<id:playlist_id>/cover")
@sends(ChoosePlaylistCover, body=Cover)
def choose_cover(playlist_id: PlaylistId) -> Response:
    return done(core().send(ChoosePlaylistCover(playlist_id, body(Cover).release_id)))


@views.delete("/playlists/<id:playlist_id>")
@sends(DeletePlaylist, status=204)
def delete(playlist_id: PlaylistId) -> Response:
    core().send(DeletePlaylist(playlist_id))
    return nothing()


@views.post("/playlists/<id:playlist_id>/restorations")
@sends(RestorePlaylist)
def restore(playlist_id: PlaylistId) -> Response:
    return done(core().send(RestorePlaylist(playlist_id)))


@views.post("/playlists/<id:playlist_id>/tracks")
@sends(AddToPlaylist, body=Added, status=201, repeatable=True)
def add(playlist_id: PlaylistId) -> Response:
    told = body(Added)
    return done(core().send(AddToPlaylist(playlist_id, told.track_ids, told.only_new), idempotency_key()), status=201)


@views.post("/playlists/<id:playlist_id>/removals")
@sends(RemoveFromPlaylist, body=Removed, status=204)
def remove(playlist_id: PlaylistId) -> Response:
    core().send(RemoveFromPlaylist(playlist_id, body(Removed).entry_ids))
    return nothing()


@views.put("/playlists/<id:playlist_id>/tracks/<id:entry_id>")
@sends(MoveInPlaylist, body=NewNumber, status=204)
def move(playlist_id: PlaylistId, entry_id: PlaylistEntryId) -> Response:
    core().send(MoveInPlaylist(playlist_id, entry_id, body(NewNumber).number))
    return nothing()


@views.put("/playlists/<id:playlist_id>/place")
@sends(MovePlaylist, body=Place, status=204)
def place(playlist_id: PlaylistId) -> Response:
    told = body(Place)
    core().send(MovePlaylist(playlist_id, told.folder_id, told.number))
    return nothing()


@views.get("/playlist-folders")
@sends(ListFolders)
def folders() -> Response:
    return personal(core().send(ListFolders()))


@views.post("/playlist-folders")
@sends(CreateFolder, body=CreateFolder, status=201, repeatable=True)
def create_folder() -> Response:
    return done(core().send(body(CreateFolder), idempotency_key()), status=201)


@views.put("/playlist-folders/<id:folder_id>")
@sends(RenameFolder, body=FolderTitle, status=204)
def rename_folder(folder_id: FolderId) -> Response:
    core().send(RenameFolder(folder_id, body(FolderTitle).title))
    return nothing()


@views.put("/playlist-folders/<id:folder_id>/place")
@sends(MoveFolder, body=FolderPlace, status=204)
def move_folder(folder_id: FolderId) -> Response:
    told = body(FolderPlace)
    core().send(MoveFolder(folder_id, told.parent_id, told.number))
    return nothing()


@views.delete("/playlist-folders/<id:folder_id>")
@sends(DeleteFolder, status=204)
def delete_folder(folder_id: FolderId) -> Response:
    core().send(DeleteFolder(folder_id))
    return nothing()
