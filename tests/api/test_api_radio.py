"""Stations by an app."""

from __future__ import annotations

from itertools import count

import pytest

from apps.core.contract.ids import new_id
from tests.api.caller import problem
from tests.factories.shelf import Shelf


@pytest.fixture
def station(core_app, player) -> dict:
    shelf = Shelf(core_app, count())
    for number in range(6):
        shelf.release(f"Album {number}", f"Artist {number}", genre="Pop")
    answer = player.post("/v1/stations", json={"seed": {"type": "genre", "genre": "Pop"}})
    assert answer.status_code == 201, answer.text
    return answer.json


class TestStations:
    def test_play_on_and_are_found_again(self, player, station):
        batch = player.post(f"/v1/stations/{station['id']}/batches")
        assert (batch.status_code, len(batch.json["tracks"])) == (201, 25)
        assert batch.json["tracks"][0]["why"] == "More Pop"
        assert player.get(f"/v1/stations/{station['id']}").json["batch"] == batch.json
        assert [one["id"] for one in player.get("/v1/stations").json] == [station["id"]]

    def test_give_the_same_batch_for_the_same_request(self, player, station):
        path = f"/v1/stations/{station['id']}/batches"
        first, second = (player.post(path, Idempotency_Key="a-key-of-ours-1") for _ in range(2))
        assert first.json == second.json

    def test_hear_what_is_said_of_a_track(self, player, station):
        track = player.post(f"/v1/stations/{station['id']}/batches").json["tracks"][0]
        told = player.post(f"/v1/stations/{station['id']}/feedback", json={"track_id": track["track_id"], "kind": "like"})
        assert (told.status_code, told.json) == (200, {"left": None, "again_at": None})
        problem(player.post(f"/v1/stations/{station['id']}/feedback", json={"track_id": new_id(), "kind": "skip"}), 404)

    def test_play_no_hidden_track(self, player, station):
        track = player.post(f"/v1/stations/{station['id']}/batches").json["tracks"][0]
        path = f"/v1/hidden-tracks/{track['track_id']}"
        assert player.client.put(path, headers=player.headers).status_code == 204
        assert [one["track_id"] for one in player.get("/v1/hidden-tracks").json["items"]] == [track["track_id"]]
        assert player.delete(path).status_code == 204
        assert player.get("/v1/hidden-tracks").json["items"] == []

    def test_of_a_seed_that_makes_no_sense_are_refused(self, player):
        problem(player.post("/v1/stations", json={"seed": {"type": "mood"}}), 422)
