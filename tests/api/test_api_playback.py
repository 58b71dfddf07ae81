from __future__ import annotations

import pytest

from apps.core.contract.accounts import SuspendAccount
from apps.core.contract.ids import new_id
from tests.api.caller import problem


@pytest.fixture
def track_id(player, catalogue) -> str:
    release_id = catalogue.release(tracks=1)
    return player.get(f"/v1/releases/{release_id}").json["tracks"][0]["id"]


@pytest.fixture
def session(player, track_id) -> dict:
    answer = player.post("/v1/playback-sessions", json={"track_id": track_id, "device": "pocket"})
    assert answer.status_code == 201, answer.text
    return answer.json


class TestPlaybackSessions:
    def test_say_where_the_audio_is(self, session, track_id):
        assert session["track_id"] == track_id
        assert {file["name"] for file in session["files"]} == {"aac-64", "aac-128", "aac-256", "flac"}
        assert all("signature=" in file["url"] for file in session["files"])

    def test_are_never_stored_on_the_way(self, player, track_id):
        answer = player.post("/v1/playback-sessions", json={"track_id": track_id, "device": "pocket"})
        assert answer.headers["Cache-Control"] == "no-store"

    def test_are_renewed(self, player, session, clock):
        clock.advance(30)
        renewed = player.post(f"/v1/playback-sessions/{session['id']}/renewals")
        assert renewed.status_code == 200
        assert renewed.json["expires_at"] > session["expires_at"]

    def test_are_ended_twice_as_well_as_once(self, player, session):
        assert [player.delete(f"/v1/playback-sessions/{session['id']}").status_code for _ in range(2)] == [204, 204]
        told = problem(player.post(f"/v1/playback-sessions/{session['id']}/renewals"), 403)
        assert told["type"] == "/problems/playback_refused"
        assert told["details"]["reason"]

    def test_somebody_else_s_are_not_found(self, session, log_in):
        eve = log_in("eve@example.com")
        problem(eve.post(f"/v1/playback-sessions/{session['id']}/renewals"), 404)
        problem(eve.get(f"/v1/playback-sessions/{session['id']}/main.m3u8"), 404)
        problem(eve.delete(f"/v1/playback-sessions/{session['id']}"), 404)

    def test_a_second_device_is_told_why_not_and_what_next(self, player, session, track_id):
        told = problem(player.post("/v1/playback-sessions", json={"track_id": track_id, "device": "kitchen"}), 403)
        assert told["details"]["reason"] == "stream_limit"
        assert told["next_step"]

    def test_an_unknown_track_is_not_found(self, player):
        problem(player.post("/v1/playback-sessions", json={"track_id": new_id(), "device": "pocket"}), 404)

    def test_a_suspension_stops_playback_at_once(self, player, operator, track_id):
        operator.send(SuspendAccount("ana@example.com"))
        told = problem(player.post("/v1/playback-sessions", json={"track_id": track_id, "device": "pocket"}), 403)
        assert told["type"] == "/problems/account_suspended"


class TestPlaylists:
    def test_the_main_one_names_the_others_beside_itself(self, player, session):
        answer = player.get(f"/v1/playback-sessions/{session['id']}/main.m3u8")
        assert answer.content_type == "application/vnd.apple.mpegurl"
        assert answer.headers["Cache-Control"] == "no-store"
        assert {"aac-64.m3u8", "aac-128.m3u8", "aac-256.m3u8"} <= set(answer.text.splitlines())

    def test_each_names_its_bytes(self, player, session):
        text = player.get(f"/v1/playback-sessions/{session['id']}/aac-128.m3u8").text
        assert text.startswith("#EXTM3U")
        assert "#EXT-X-BYTERANGE:" in text

    @pytest.mark.parametrize("name", ["aac-512", "flac", "..%2fmain", "main.m3u8"])
    def test_there_are_no_others(self, player, session, name):
        problem(player.get(f"/v1/playback-sessions/{session['id']}/{name}.m3u8"), 404)


class TestIdempotency:
    def test_the_same_key_starts_one_session(self, player, track_id):
        body = {"track_id": track_id, "device": "pocket"}
        first, second = (player.post("/v1/playback-sessions", json=body, Idempotency_Key="key-1") for _ in range(2))
        assert first.json["id"] == second.json["id"]
        assert (first.status_code, second.status_code) == (201, 201)

    def test_without_one_each_starts_its_own(self, player, track_id):
        body = {"track_id": track_id, "device": "pocket"}
        first, second = (player.post("/v1/playback-sessions", json=body) for _ in range(2))
        assert first.json["id"] != second.json["id"]

    def test_the_same_key_for_something_else_is_refused(self, player, track_id):
        player.post("/v1/playback-sessions", json={"track_id": track_id, "device": "pocket"}, Idempotency_Key="key-1")
        other = player.post("/v1/playback-sessions", json={"track_id": track_id, "device": "kitchen"}, Idempotency_Key="key-1")
        assert problem(other, 422)["type"] == "/problems/key_reused"

    def test_another_account_s_key_is_another_key(self, player, track_id, log_in):
        body = {"track_id": track_id, "device": "pocket"}
        first = player.post("/v1/playback-sessions", json=body, Idempotency_Key="key-1")
        second = log_in("eve@example.com").post("/v1/playback-sessions", json=body, Idempotency_Key="key-1")
        assert second.status_code == 201
        assert first.json["id"] != second.json["id"]

    @pytest.mark.parametrize("key", ["", "with space", "a" * 256, "schlüssel"])
    def test_a_malformed_key_is_refused(self, player, track_id, key):
        answer = player.post("/v1/playback-sessions", json={"track_id": track_id, "device": "pocket"}, Idempotency_Key=key)
        assert "Idempotency-Key" in problem(answer, 400)["detail"]
