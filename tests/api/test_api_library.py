"""Favourites by an app."""

from __future__ import annotations

import pytest

from apps.core.contract.actions import Scope
from apps.core.contract.ids import new_id
from tests.api.caller import problem


@pytest.fixture
def release(player, catalogue) -> dict:
    return player.get(f"/v1/releases/{catalogue.release()}").json


@pytest.fixture
def each(release) -> dict[str, str]:
    """By kind, the id of something that can be kept."""
    return {"tracks": release["tracks"][0]["id"], "releases": release["id"], "artists": release["credits"][0]["artist_id"]}


class TestFavourites:
    @pytest.mark.parametrize("kind", ["tracks", "releases", "artists"])
    def test_are_kept_listed_and_kept_no_longer(self, player, each, kind):
        path = f"/v1/favourites/{kind}/{each[kind]}"
        for _ in range(2):
            assert player.client.put(path, headers=player.headers).status_code == 204
        (kept,) = player.get(f"/v1/favourites/{kind}?limit=5").json["items"]
        assert each[kind] in str(kept)
        assert player.delete(path).status_code == 204
        assert player.get(f"/v1/favourites/{kind}").json == {"items": [], "next": None}

    def test_are_looked_up(self, player, each):
        player.client.put(f"/v1/favourites/tracks/{each['tracks']}", headers=player.headers)
        asked = {"track_ids": [each["tracks"], new_id()], "release_ids": [each["releases"]]}
        found = player.post("/v1/favourites/lookups", json=asked)
        assert found.json == {"track_ids": [each["tracks"]], "release_ids": [], "artist_ids": []}

    def test_of_what_is_not_there_are_not_found(self, player):
        problem(player.client.put(f"/v1/favourites/releases/{new_id()}", headers=player.headers), 404)

    def test_need_their_scope(self, log_in):
        app = log_in("ben@example.com", (Scope.CATALOGUE, Scope.PLAYBACK, Scope.HISTORY))
        problem(app.get("/v1/favourites/tracks"), 403)
