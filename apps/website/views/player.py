"""What the player asks for, as JSON; errors are RFC 9457 problems."""

from __future__ import annotations

from flask import Blueprint, request
from flask.wrappers import Response

from apps.core.contract.catalogue import GetLyrics
from apps.core.contract.codec import decode_action
from apps.core.contract.ids import PlaybackSessionId, TrackId
from apps.core.contract.listening import RecordPlays
from apps.core.contract.playback import EndPlayback, GetPlaylist, RenewPlayback, StartPlayback
from apps.website.actor import core
from apps.website.answers import in_json

views = Blueprint("player", __name__, url_prefix="/player")


@views.post("/sessions")
def start() -> Response:
    return in_json(core().send(decode_action(StartPlayback, request.get_data())))


@views.post("/sessions/<id:session_id>/renew")
def renew(session_id: PlaybackSessionId) -> Response:
    return in_json(core().send(RenewPlayback(session_id=session_id)))


@views.post("/sessions/<id:session_id>/end")
def end(session_id: PlaybackSessionId) -> Response:
    return in_json(core().send(EndPlayback(session_id=session_id)))


@views.post("/plays")
def record_plays() -> Response:
    return in_json(core().send(decode_action(RecordPlays, request.get_data())))


@views.get("/sessions/<id:session_id>/main.m3u8", defaults={"rendition": None})
@views.get("/sessions/<id:session_id>/<rendition>.m3u8")
def playlist(session_id: PlaybackSessionId, rendition: str | None) -> Response:
    answer = core().send(GetPlaylist(session_id=session_id, rendition=rendition))
    return Response(answer.text, content_type="application/vnd.apple.mpegurl")


@views.get("/tracks/<id:track_id>/lyrics")
def lyrics(track_id: TrackId) -> Response:
    return in_json(core().send(GetLyrics(track_id)))
