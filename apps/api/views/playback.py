"""Playback sessions and their playlists; the audio itself never passes here."""

from __future__ import annotations

from flask import Blueprint, Response

from apps.api.answers import NEVER_STORED, done, nothing
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import body, idempotency_key
from apps.core.contract.ids import PlaybackSessionId
from apps.core.contract.playback import EndPlayback, GetPlaylist, RenewPlayback, StartPlayback

views = Blueprint("playback", __name__)

PLAYLIST = "application/vnd.apple.mpegurl"
MULTIVARIANT = "main"


@views.post("/playback-sessions")
@sends(StartPlayback, body=StartPlayback, status=201, repeatable=True)
def start() -> Response:
    return done(core().send(body(StartPlayback), idempotency_key()), status=201)


@views.post("/playback-sessions/<id:session_id>/renewals")
@sends(RenewPlayback, repeatable=True)
def renew(session_id: PlaybackSessionId) -> Response:
    return done(core().send(RenewPlayback(session_id), idempotency_key()))


@views.delete("/playback-sessions/<id:session_id>")
@sends(EndPlayback, status=204)
def end(session_id: PlaybackSessionId) -> Response:
    core().send(EndPlayback(session_id))
    return nothing()


@views.get("/playback-sessions/<id:session_id>/<name>.m3u8")
@sends(GetPlaylist, result=str, content_type=PLAYLIST)
def playlist(session_id: PlaybackSessionId, name: str) -> Response:
    rendition = None if name == MULTIVARIANT else name
    text = core().send(GetPlaylist(session_id, rendition)).text
    return Response(text, headers=[("Cache-Control", NEVER_STORED)], content_type=PLAYLIST)
