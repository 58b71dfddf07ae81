"""What the player asks of the website."""

from __future__ import annotations

import base64

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.ids import new_id


@pytest.fixture
def track(catalogue, visitor):
    return visitor.send(GetRelease(catalogue.release())).tracks[0]


@pytest.fixture
def session(listener, track):
    answer = listener.call("/player/sessions", {"track_id": track.id, "device": "web-1", "take_over": False})
    assert answer.status_code == 200, answer.text
    return answer.json


class TestStartingToPlay:
    def test_gives_what_the_player_shows(self, session, track):
        assert (session["title"], session["duration_ms"], session["renew_every"]) == (track.title, 60_000, 30)
        assert len(base64.b64decode(session["audio"]["waveform"])) == 256

    def test_another_device_is_refused_and_may_take_over(self, listener, session, track):
        body = {"track_id": track.id, "device": "web-2"}
        refused = listener.call("/player/sessions", body)
        assert (refused.status_code, refused.json["details"]["reason"]) == (403, "stream_limit")
        assert refused.json["next_step"]
        assert listener.call("/player/sessions", {**body, "take_over": True}).status_code == 200
        gone = listener.call(f"/player/sessions/{session['id']}/renew")
        assert (gone.status_code, gone.json["details"]["reason"]) == (403, "session_ended")

    def test_who_was_logged_out_meanwhile_is_told_to_log_in(self, listener, track):
        token = listener.script_token()
        listener.client.delete_cookie("session")
        answer = listener.client.post("/player/sessions", json={"track_id": track.id, "device": "web-1"}, headers={"X-CSRFToken": token})
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/unauthenticated")

    def test_a_visitor_is_told_to_log_in(self, guest, track):
        guest.get("/log-in")
        token = guest.get("/log-in").text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
        answer = guest.client.post("/player/sessions", json={"track_id": track.id, "device": "web-1"}, headers={"X-CSRFToken": token})
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/unauthenticated")

    @pytest.mark.parametrize(
        "body", [{}, {"track_id": "x", "device": "web-1"}, {"track_id": new_id(), "device": "a b"}, {"plan": "gold"}, [], "text"]
    )
    def test_what_makes_no_sense_is_refused_as_a_problem(self, listener, body):
        answer = listener.call("/player/sessions", body)
        assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
        assert answer.json["type"] == "/problems/invalid"

    def test_an_unknown_track_is_not_found(self, listener):
        assert listener.call("/player/sessions", {"track_id": new_id(), "device": "web-1"}).status_code == 404


class TestKeepingASession:
    def test_is_renewed_and_ended_once_or_twice(self, listener, session, clock):
        clock.advance(30)
        assert listener.call(f"/player/sessions/{session['id']}/renew").json["expires_at"] > session["expires_at"]
        assert [listener.call(f"/player/sessions/{session['id']}/end").status_code for _ in range(2)] == [200, 200]

    def test_somebody_else_s_is_not_found(self, session, visit):
        eve = visit()
        eve.register(name="Eve", email="eve@example.com")
        for path in ("renew", "end"):
            assert eve.call(f"/player/sessions/{session['id']}/{path}").status_code == 404
        assert eve.get(f"/player/sessions/{session['id']}/main.m3u8").status_code == 404


class TestPlaylists:
    def test_name_the_renditions_beside_themselves(self, listener, session):
        main = listener.get(f"/player/sessions/{session['id']}/main.m3u8")
        assert main.content_type == "application/vnd.apple.mpegurl"
        assert main.headers["Cache-Control"] == "no-store"
        renditions = [line for line in main.text.splitlines() if line and not line.startswith("#")]
        assert len(renditions) >= 3
        for name in renditions:
            assert "#EXT-X-MAP" in listener.get(f"/player/sessions/{session['id']}/{name}").text

    def test_an_unknown_rendition_is_a_problem(self, listener, session):
        answer = listener.get(f"/player/sessions/{session['id']}/gold.m3u8")
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")

    def test_a_visitor_gets_none(self, guest, session):
        assert guest.get(f"/player/sessions/{session['id']}/main.m3u8").status_code == 401


class TestPlays:
    def test_are_recorded_once(self, listener, track):
        play = {"event_id": "abcdefgh", "track_id": track.id, "started_at": "2026-03-02T12:00:00Z", "played_ms": 30_000}
        assert listener.call("/player/plays", {"plays": [play]}).json["recorded"] == 1
        assert listener.call("/player/plays", {"plays": [play]}).json == {"recorded": 0, "known": 1, "unknown": []}

    def test_more_than_a_megabyte_is_too_large(self, listener):
        answer = listener.client.post("/player/plays", data=b" " * (1 << 20) + b"{}", headers={"X-CSRFToken": listener.script_token()})
        assert (answer.status_code, answer.json["type"]) == (413, "/problems/too_large")


class TestLyrics:
    def test_have_their_times(self, listener, catalogue, visitor):
        track = visitor.send(GetRelease(catalogue.release("Blue Garden", tracks=1, timed_lyrics="[00:01.50]First"))).tracks[0]
        assert listener.get(f"/player/tracks/{track.id}/lyrics").json == {"text": "First", "lines": [{"at_ms": 1500, "text": "First"}]}

    def test_of_a_track_without_them_are_not_found(self, listener, track):
        answer = listener.get(f"/player/tracks/{track.id}/lyrics")
        assert (answer.status_code, answer.json["type"]) == (404, "/problems/not_found")

    def test_are_for_listeners(self, guest, track):
        assert guest.get(f"/player/tracks/{track.id}/lyrics").status_code == 401


class TestWhatIsPlaying:
    def test_is_told_with_its_artist_and_whether_it_is_a_favourite(self, listener, track):
        told = listener.get(f"/player/tracks/{track.id}").json
        assert track.artist in listener.get(told["artistUrl"]).text
        assert told["favourite"] is False
        assert told["lyrics"] is False
        listener.submit(f"/tracks/{track.id}", f"/library/favourites/track/{track.id}", keep="yes")
        assert listener.get(f"/player/tracks/{track.id}").json["favourite"] is True

    def test_that_could_not_be_kept_is_told_as_a_problem(self, listener):
        sent = {"X-CSRFToken": listener.script_token(), "Accept": "application/problem+json"}
        answer = listener.client.post(f"/library/favourites/track/{new_id()}", data={"keep": "yes"}, headers=sent)
        assert (answer.status_code, answer.content_type, answer.json["type"]) == (404, "application/problem+json", "/problems/not_found")

    def test_is_told_to_nobody_else(self, guest, track):
        answer = guest.get(f"/player/tracks/{track.id}")
        assert (answer.status_code, answer.json["type"]) == (401, "/problems/unauthenticated")
