"""What the player asks for, as JSON; errors are RFC 9457 problems."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.wrappers import Response

from apps.core.contract.catalogue import GetLyrics, GetTrackInFull
from apps.core.contract.codec import decode_action
from apps.core.contract.ids import PlaybackSessionId, TrackId
from apps.core.contract.library import FindFavourites
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


@views.get("/tracks/<id:track_id>")
def track(track_id: TrackId) -> Response:
    """What the player shows of a track that not every list of tracks tells."""
    detail, found = core().send_many(GetTrackInFull(track_id), FindFavourites((track_id,)))
    performers = [credit.artist_id for credit in detail.credits if credit.name == detail.track.artist]
    artist_url = url_for("artists.show", artist_id=performers[0]) if performers else None
    return in_json(
        {
            "artistUrl": artist_url, "favourite": track_id in found.track_ids, "lyrics": detail.words is not None,
            "waveform": detail.waveform,
        }
    )  # fmt: skip


@views.get("/tracks/<id:track_id>/lyrics")
def lyrics(track_id: TrackId) -> Response:
    return in_json(core().send(GetLyrics(track_id)))
