"""Playlists brought from files, and saved as files."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from apps.core.contract.ids import FolderId, PlaylistId, read_id
from apps.core.contract.playlist_files import (
    BESIDE_A_FILE,
    LARGEST_FILE,
    ExportPlaylist,
    ImportPlaylist,
    MatchedPlaylist,
    PlaylistFormat,
    too_large,
)
from apps.core.contract.playlists import ListFolders
from apps.website.actor import core
from apps.website.forms.playlist_files import ImportPlaylistForm
from apps.website.uploads import takes_file

views = Blueprint("playlist_files", __name__)


@views.get("/library/playlists/import")
def new() -> str:
    return _page(ImportPlaylistForm(), None)


@views.post("/library/playlists/import")
@takes_file(LARGEST_FILE + BESIDE_A_FILE, too_large)
def bring() -> ResponseReturnValue:
    """To the playlist where everything was found; else what was not is told this once, line by line."""
    form, matched = ImportPlaylistForm(), None
    if form.validate_on_submit() and (matched := form.attempt(form.query())) and matched.track_ids:
        title = form.title.data or matched.title
        made = form.attempt(ImportPlaylist(title, matched.track_ids, matched.description, folder_id=_folder()))
        if made and not matched.missed:
            return redirect(url_for("playlists.show", playlist_id=made.id), 303)
        if made:
            return render_template("playlists/imported.html", playlist=made, matched=matched)
    status = form.status if matched is None or form.refusal else 422
    return _page(form, matched), status


def _page(form: ImportPlaylistForm, matched: MatchedPlaylist | None) -> str:
    folders = core().send(ListFolders())
    return render_template("playlists/import.html", form=form, folders=folders, folder_id=_folder(), matched=matched)


def _folder() -> FolderId | None:
    return read_id(request.values.get("folder", ""))


@views.get("/playlists/<id:playlist_id>/file.<any(m3u8, xspf, jspf, csv):kind>")
def save(playlist_id: PlaylistId, kind: str) -> Response:
    file = core().send(ExportPlaylist(playlist_id, PlaylistFormat(kind), url_for("home.show", _external=True)))
    return send_file(BytesIO(file.content), file.media_type, as_attachment=True, download_name=file.name)
