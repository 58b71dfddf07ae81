"""Playlists: the listener's own and their folders, one of them, and adding music to one."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.catalogue import GetRelease, GetTrack
from apps.core.contract.editorial import AssembleCompilation
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import FolderId, PlaylistEntryId, PlaylistId, ReleaseId, TrackId, read_id
from apps.core.contract.playlists import (
    MOST_AT_ONCE,
    AddToPlaylist,
    ChoosePlaylistCover,
    CreateFolder,
    CreatePlaylist,
    DeleteFolder,
    DeletePlaylist,
    GetPlaylistTracks,
    ListDeletedPlaylists,
    ListFolders,
    ListPlaylists,
    ListRecentPlaylists,
    MoveFolder,
    MoveInPlaylist,
    MovePlaylist,
    PlaylistFolder,
    PlaylistSummary,
    RemoveFromPlaylist,
    RenameFolder,
    RestorePlaylist,
)
from apps.website.actor import actor, core
from apps.website.favourites import favourites_among
from apps.website.forms.playlists import EditPlaylistForm

views = Blueprint("playlists", __name__)

PAGE = 100


@views.get("/library/playlists", defaults={"folder_id": None})
@views.get("/library/folders/<id:folder_id>")
def index(folder_id: FolderId | None) -> str:
    playlists, folders, deleted = core().send_many(
        ListPlaylists(folder_id, request.args.get("cursor"), PAGE), ListFolders(), ListDeletedPlaylists()
    )
    folder = _named(folders, folder_id) if folder_id else None
    within = [one for one in folders if one.parent_id == folder_id]
    return render_template(
        "playlists/index.html", playlists=playlists, folders=folders, folder=folder, within=within, deleted=deleted, placed=_placed()
    )  # fmt: skip


def _placed() -> PlaylistSummary | None:
    """What has just been put into another folder."""
    playlist_id = read_id(request.args.get("placed", ""))
    with suppress(NotFound):
        return core().send(GetPlaylistTracks(playlist_id, size=1)).playlist if playlist_id else None
    return None


def _named(folders: tuple[PlaylistFolder, ...], folder_id: FolderId) -> PlaylistFolder:
    for folder in folders:
        if folder.id == folder_id:
            return folder
    raise NotFound("There is no such folder.", "It may have been removed; what was in it is in the one around it.")


@views.post("/library/playlists")
def create() -> ResponseReturnValue:
    """With `track` or `release` it is made of those."""
    folder_id = request.form.get("folder") or None
    made = core().send(CreatePlaylist(request.form.get("title", "").strip(), folder_id=folder_id))
    if tracks := _wanted():
        core().send(AddToPlaylist(made.id, tracks))
    return redirect(url_for("playlists.show", playlist_id=made.id), 303)


@views.post("/library/folders")
def create_folder() -> ResponseReturnValue:
    """With `playlist` that is moved there."""
    parent_id = request.form.get("folder") or None
    made = core().send(CreateFolder(request.form.get("title", "").strip(), parent_id))
    if playlist_id := read_id(request.form.get("playlist", "")):
        core().send(MovePlaylist(playlist_id, made.id))
        return _to_folder(made.id)
    return _to_folder(parent_id)


@views.post("/library/folders/<id:folder_id>/rename")
def rename_folder(folder_id: FolderId) -> ResponseReturnValue:
    core().send(RenameFolder(folder_id, request.form.get("title", "").strip()))
    return _to_folder(folder_id)


@views.post("/library/folders/<id:folder_id>/move")
def move_folder(folder_id: FolderId) -> ResponseReturnValue:
    core().send(MoveFolder(folder_id, request.form.get("into") or None))
    return _to_folder(folder_id)


@views.post("/library/folders/<id:folder_id>/delete")
def delete_folder(folder_id: FolderId) -> ResponseReturnValue:
    parent_id = next((one.parent_id for one in core().send(ListFolders()) if one.id == folder_id), None)
    core().send(DeleteFolder(folder_id))
    return _to_folder(parent_id)


def _to_folder(folder_id: FolderId | None) -> ResponseReturnValue:
    return redirect(url_for("playlists.index", folder_id=folder_id), 303)


@views.get("/playlists/<id:playlist_id>")
def show(playlist_id: PlaylistId) -> str:
    detail = core().send(GetPlaylistTracks(playlist_id, request.args.get("cursor")))
    kept = favourites_among(tracks=(entry.track.track_id for entry in detail.entries.items))
    compiles = AssembleCompilation.permission.allows(actor())
    return render_template("playlists/show.html", playlist=detail.playlist, entries=detail.entries, kept=kept, may_compile=compiles)


@views.get("/playlists/<id:playlist_id>/edit")
def edit(playlist_id: PlaylistId) -> str:
    detail, folders = core().send_many(GetPlaylistTracks(playlist_id, size=1), ListFolders())
    form = EditPlaylistForm(data={"title": detail.playlist.title, "description": detail.playlist.description})
    form.visibility.data = detail.playlist.visibility.value
    return render_template("playlists/edit.html", playlist=detail.playlist, folders=folders, form=form)


@views.post("/playlists/<id:playlist_id>/edit")
def save(playlist_id: PlaylistId) -> ResponseReturnValue:
    form = EditPlaylistForm()
    if form.validate_on_submit() and form.attempt(form.command(playlist_id)):
        return redirect(url_for("playlists.show", playlist_id=playlist_id), 303)
    detail, folders = core().send_many(GetPlaylistTracks(playlist_id, size=1), ListFolders())
    return render_template("playlists/edit.html", playlist=detail.playlist, folders=folders, form=form), form.status


@views.get("/playlists/<id:playlist_id>/folder")
def choose_folder(playlist_id: PlaylistId) -> str:
    detail, folders = core().send_many(GetPlaylistTracks(playlist_id, size=1), ListFolders())
    if detail.playlist.role is None:
        raise NotFound("This playlist is not in your library.", "Add it to your library first.")
    return render_template("playlists/folder.html", playlist=detail.playlist, folders=folders)


@views.post("/playlists/<id:playlist_id>/place")
def place(playlist_id: PlaylistId) -> ResponseReturnValue:
    """To `number` among those in the folder `into`, or to their end, which is told there."""
    folder_id = request.form.get("into") or None
    number = request.form.get("number", type=int)
    core().send(MovePlaylist(playlist_id, folder_id, max(number, 1) if number is not None else None))
    return redirect(url_for("playlists.index", folder_id=folder_id, placed=playlist_id if number is None else None), 303)


@views.post("/library/playlists/place")
def place_chosen() -> ResponseReturnValue:
    """The `playlist` into the folder `into`; back to the folder `here`, where it is told."""
    playlist_id = read_id(request.form.get("playlist", ""))
    if playlist_id is None:
        raise NotFound("There is no such playlist.", "Choose one of those that there are.")
    core().send(MovePlaylist(playlist_id, request.form.get("into") or None))
    here = read_id(request.form.get("here", ""))
    return redirect(url_for("playlists.index", folder_id=here, placed=playlist_id), 303)


@views.post("/playlists/<id:playlist_id>/cover/<id:release_id>")
def cover(playlist_id: PlaylistId, release_id: ReleaseId) -> ResponseReturnValue:
    core().send(ChoosePlaylistCover(playlist_id, release_id))
    return redirect(url_for("playlists.show", playlist_id=playlist_id), 303)


@views.post("/playlists/<id:playlist_id>/delete")
def delete(playlist_id: PlaylistId) -> ResponseReturnValue:
    core().send(DeletePlaylist(playlist_id))
    return redirect(url_for("playlists.index", deleted=playlist_id), 303)


@views.post("/playlists/<id:playlist_id>/restore")
def restore(playlist_id: PlaylistId) -> ResponseReturnValue:
    core().send(RestorePlaylist(playlist_id))
    return redirect(url_for("playlists.show", playlist_id=playlist_id), 303)


@views.post("/playlists/<id:playlist_id>/entries/<id:entry_id>/<any(move, remove):what>")
def change(playlist_id: PlaylistId, entry_id: PlaylistEntryId, what: str) -> ResponseReturnValue:
    """Back to the page of the list that it was on, at the entry."""
    if what == "remove":
        core().send(RemoveFromPlaylist(playlist_id, (entry_id,)))
    else:
        core().send(MoveInPlaylist(playlist_id, entry_id, max(request.form.get("number", 1, type=int), 1)))
    cursor = request.form.get("cursor") or None
    return redirect(url_for("playlists.show", playlist_id=playlist_id, cursor=cursor, _anchor=f"entry-{entry_id}"), 303)


@views.get("/library/add")
def choose() -> str:
    """Where to put `track` or `release`."""
    title = _title_of_wanted()
    return render_template("playlists/choose.html", playlists=core().send(ListRecentPlaylists(editable=True)), title=title)


@views.post("/library/add")
def add() -> ResponseReturnValue:
    playlist_id = read_id(request.form.get("playlist", ""))
    if playlist_id is None:
        raise NotFound("There is no such playlist.", "Choose one of those that there are.")
    tracks = _wanted()
    if not tracks:
        raise NotFound("There is nothing here to put into a playlist.", "Choose a track or a release.")
    core().send(AddToPlaylist(playlist_id, tracks))
    return redirect(url_for("playlists.show", playlist_id=playlist_id), 303)


def _wanted() -> tuple[TrackId, ...]:
    """The tracks that `track` or `release` names."""
    if track_id := read_id(request.values.get("track", "")):
        return (track_id,)
    if release_id := read_id(request.values.get("release", "")):
        return tuple(track.id for track in core().send(GetRelease(release_id)).tracks[:MOST_AT_ONCE])
    return ()


def _title_of_wanted() -> str:
    if track_id := read_id(request.args.get("track", "")):
        return core().send(GetTrack(track_id)).track.title
    if release_id := read_id(request.args.get("release", "")):
        return core().send(GetRelease(release_id)).title
    raise NotFound("There is nothing here to put into a playlist.", "Choose a track or a release.")
