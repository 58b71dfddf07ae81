"""Playlists from files, and as files."""

from __future__ import annotations

from io import BytesIO

import msgspec
from flask import Blueprint, Response, request, send_file

from apps.api.answers import done, personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import body, idempotency_key, takes
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import FolderId, PlaylistId
from apps.core.contract.playlist_files import (
    BESIDE_A_FILE,
    LARGEST_FILE,
    ExportPlaylist,
    FileName,
    ImportPlaylist,
    MatchedPlaylist,
    MatchPlaylistFile,
    PlaylistFormat,
)
from apps.core.contract.playlists import PlaylistSummary, Title, Visibility

views = Blueprint("playlist_files", __name__)

LARGEST_BODY = LARGEST_FILE * 4 // 3 + BESIDE_A_FILE
"""The largest file as base64, and what is said beside it."""


class SentFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: FileName
    content: bytes
    """In base64."""


class SentPlaylist(SentFile, frozen=True, forbid_unknown_fields=True):
    title: Title | None = None
    """None as the file calls it."""
    visibility: Visibility = Visibility.PRIVATE
    folder_id: FolderId | None = None


class BroughtPlaylist(msgspec.Struct, frozen=True):
    playlist: PlaylistSummary
    matched: MatchedPlaylist


class FormatParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: PlaylistFormat = PlaylistFormat.JSPF


@views.post("/playlist-files/matches")
@sends(MatchPlaylistFile, body=SentFile)
def match() -> Response:
    told = body(SentFile, LARGEST_BODY)
    return personal(core().send(MatchPlaylistFile(told.name, told.content)))


@views.post("/playlist-files/imports")
@sends(
    ImportPlaylist,
    body=SentPlaylist,
    result=BroughtPlaylist,
    status=201,
    repeatable=True,
    meaning="Make a playlist of what a file has: M3U, M3U8, XSPF, JSPF or CSV, at most 2 MB and 10,000 entries. What was not found is told "
    "entry by entry with why; where nothing was, none is made.",
)
def bring() -> Response:
    told, key = body(SentPlaylist, LARGEST_BODY), idempotency_key()
    matched = core().send(MatchPlaylistFile(told.name, told.content))
    if not matched.track_ids:
        raise NotFound(f"Of the file's {matched.entries:,} entries none is found here.", "Ask for its matches to see why.")
    wanted = ImportPlaylist(told.title or matched.title, matched.track_ids, matched.description, told.visibility, told.folder_id)
    return done(BroughtPlaylist(core().send(wanted, key), matched), status=201)


@views.get("/playlists/<id:playlist_id>/file")
@sends(ExportPlaylist, content_type="application/octet-stream", result=bytes)
@takes(FormatParameters)
def save(asked: FormatParameters, playlist_id: PlaylistId) -> Response:
    file = core().send(ExportPlaylist(playlist_id, asked.format, request.host_url))
    return send_file(BytesIO(file.content), file.media_type, as_attachment=True, download_name=file.name)
