"""Searching over the API."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.playlists import AddToPlaylist, CreatePlaylist, EditPlaylist, Visibility
from tests.api.caller import problem

NOTHING = {"top": None, "artists": [], "releases": [], "tracks": [], "playlists": []}


class TestSearch:
    @pytest.fixture
    def release_id(self, catalogue):
        return catalogue.release("Blue Garden", artist="The Lanterns", tracks=2, genre="Jazz", date="1994")

    def test_answers_in_groups(self, player, release_id):
        found = player.get("/v1/search?q=blue+gardne").json
        assert found["top"] == "release"
        assert [one["id"] for one in found["releases"]] == [release_id]
        assert {one["track"]["title"] for one in found["tracks"]} == {"Blue Garden 1", "Blue Garden 2"}
        assert [one["name"] for one in player.get("/v1/search?q=lanterns").json["artists"]] == ["The Lanterns"]

    @pytest.mark.parametrize(
        ("parameters", "groups"),
        [
            ("kind=track", {"tracks"}), ("type=single", {"releases", "tracks"}), ("type=album", set()),
            ("genre=jazz", {"releases", "tracks"}), ("first_year=1995", set()), ("last_year=1994", {"releases", "tracks"}),
            ("label=Quay", set()), ("limit=1", {"releases", "tracks"}), ("playable=true", {"releases", "tracks"}),
        ],
    )  # fmt: skip
    def test_takes_filters(self, player, release_id, parameters, groups):
        found = player.get(f"/v1/search?q=blue+garden&{parameters}").json
        assert {name for name in ("artists", "releases", "tracks") if found[name]} == groups

    def test_answers_with_public_playlists(self, player, release_id, ben, visitor):
        tracks = tuple(track.id for track in visitor.send(GetRelease(release_id)).tracks)
        made = ben.send(CreatePlaylist("Late Trains", "Slow", Visibility.PUBLIC))
        ben.send(AddToPlaylist(made.id, tracks))
        (found,) = player.get("/v1/search?q=late+trains&kind=playlist").json["playlists"]
        assert {key: found[key] for key in ("id", "title", "description", "owner", "tracks")} == {
            "id": made.id, "title": "Late Trains", "description": "Slow", "owner": "Ben", "tracks": 2,
        }  # fmt: skip
        ben.send(EditPlaylist(made.id, "Late Trains", "Slow", Visibility.UNLISTED))
        assert player.get("/v1/search?q=late+trains").json == NOTHING

    @pytest.mark.parametrize("text", ["", "%20%20", "%3F%21", "%F0%9F%8E%89", "x" * 10_000, "%00"])
    def test_finds_nothing_by_what_says_nothing(self, player, release_id, text):
        answer = player.get(f"/v1/search?q={text}")
        assert (answer.status_code, answer.json) == (200, NOTHING)
        assert player.get("/v1/search").json["top"] is None

    @pytest.mark.parametrize("wrong", ["kind=album", "limit=0", "limit=51", "type=tape", "first_year=x", "playable=maybe", "order=newest"])
    def test_refuses_what_is_no_filter(self, player, wrong):
        problem(player.get(f"/v1/search?q=blue&{wrong}"), 400)
