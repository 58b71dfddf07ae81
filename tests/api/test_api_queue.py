"""The queue over HTTP: what an app saves, another one reads."""

from __future__ import annotations

import pytest

from apps.core.contract.actions import Scope
from tests.api.caller import problem


@pytest.fixture
def tracks(player, catalogue) -> list[dict]:
    release_id = catalogue.release(tracks=3)
    found = player.get(f"/v1/releases/{release_id}").json["tracks"]
    return [{"track_id": track["id"], "source": {"type": "release", "release_id": release_id}} for track in found]


class TestTheQueue:
    def test_is_saved_and_read(self, player, tracks):
        answer = player.put("/v1/queue", json={"known": 0, "device": "pocket", "tracks": tracks, "number": 2, "position_ms": 1500})
        assert (answer.status_code, answer.json, answer.headers["Cache-Control"]) == (200, {"revision": 1}, "no-store")
        queue = player.get("/v1/queue").json
        assert [{"track_id": one["track"]["track_id"], "source": one["source"]} for one in queue["tracks"]] == tracks
        assert (queue["number"], queue["position_ms"], queue["device"]) == (2, 1500, "pocket")

    def test_says_that_it_was_changed_meanwhile(self, player, tracks):
        for known in (0, 1):
            player.put("/v1/queue", json={"known": known, "device": "pocket", "tracks": tracks})
        problem(player.put("/v1/queue", json={"known": 1, "device": "kitchen", "tracks": []}), 409)
        problem(player.put("/v1/queue/position", json={"known": 1, "device": "kitchen", "number": 1, "position_ms": 0}), 409)
        assert len(player.get("/v1/queue").json["tracks"]) == 3

    def test_goes_on_where_somebody_is(self, player, tracks):
        player.put("/v1/queue", json={"known": 0, "device": "pocket", "tracks": tracks})
        told = {"known": 1, "device": "pocket", "number": 3, "position_ms": 9000}
        assert player.put("/v1/queue/position", json=told).json == {"revision": 1}
        assert player.get("/v1/queue").json["number"] == 3

    def test_needs_the_scope_of_playback(self, log_in):
        reader = log_in("eve@example.com", (Scope.LIBRARY,))
        problem(reader.get("/v1/queue"), 403)
