from __future__ import annotations

import pytest

from apps.core.client.kept import KeptPages
from apps.core.contract.ids import new_id
from apps.core.contract.paging import encode_cursor
from tests.api.caller import problem


def titles(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json["items"]]


class TestReleases:
    def test_are_listed_newest_first(self, player, catalogue, clock):
        catalogue.release("Blue Garden")
        clock.advance(60)
        catalogue.release("Silent River")
        answer = player.get("/v1/releases")
        assert titles(answer) == ["Silent River", "Blue Garden"]
        assert answer.content_type == "application/json"
        assert answer.headers["Cache-Control"] == "private, no-cache"

    def test_are_listed_by_title(self, player, catalogue):
        catalogue.release("Silent River")
        catalogue.release("Blue Garden")
        assert titles(player.get("/v1/releases?order=title")) == ["Blue Garden", "Silent River"]

    def test_come_in_pages(self, player, catalogue):
        for title in ("Amber", "Blue", "Coral"):
            catalogue.release(title, tracks=1)
        first = player.get("/v1/releases?order=title&limit=2")
        second = player.get(f"/v1/releases?order=title&limit=2&cursor={first.json['next']}")
        assert titles(first) + titles(second) == ["Amber", "Blue", "Coral"]
        assert second.json["next"] is None

    @pytest.mark.parametrize(
        "cursor", ["foreign", "%00", "AAAA", encode_cursor("one"), encode_cursor("x", "not-an-id"), encode_cursor(1, 2), "' OR 1=1 --"]
    )
    @pytest.mark.parametrize("order", ["newest", "title"])
    def test_a_tampered_cursor_is_refused(self, player, cursor, order):
        answer = player.get(f"/v1/releases?order={order}&cursor={cursor}")
        assert answer.status_code in {404, 422}, answer.text
        assert problem(answer, answer.status_code)["detail"]

    def test_a_cursor_of_the_other_order_is_refused(self, player, catalogue):
        for title in ("Amber", "Blue"):
            catalogue.release(title, tracks=1)
        cursor = player.get("/v1/releases?order=title&limit=1").json["next"]
        assert problem(player.get(f"/v1/releases?order=newest&cursor={cursor}"), 422)["type"] == "/problems/invalid"

    def test_one_is_shown_with_its_tracks(self, player, catalogue):
        release_id = catalogue.release("Blue Garden", tracks=2)
        shown = player.get(f"/v1/releases/{release_id}").json
        assert (shown["title"], [track["title"] for track in shown["tracks"]]) == ("Blue Garden", ["Blue Garden 1", "Blue Garden 2"])
        assert all(track["playable"] for track in shown["tracks"])

    def test_one_that_is_not_there_is_not_found(self, player):
        problem(player.get(f"/v1/releases/{new_id()}"), 404)

    def test_of_a_series_stand_on_its_shelf(self, player, catalogue):
        made = [catalogue.release(f"Winter Songs, Vol. {number}", tracks=1, compilation=True) for number in (1, 2)]
        (shelf,) = player.get("/v1/series?limit=1").json["items"]
        assert (shelf["title"], shelf["count"]) == ("Winter Songs", 2)
        shown = player.get(f"/v1/series/{shelf['id']}").json
        assert [(one["number"], one["release"]["id"]) for one in shown["volumes"]] == [(2, made[1]), (1, made[0])]

    def test_the_words_of_a_track_are_told(self, player, catalogue):
        catalogue.release("Blue Garden", tracks=1, timed_lyrics="[00:01.50]First")
        track = player.get(f"/v1/releases/{player.get('/v1/releases').json['items'][0]['id']}").json["tracks"][0]["id"]
        assert player.get(f"/v1/tracks/{track}/lyrics").json == {"text": "First", "lines": [{"at_ms": 1500, "text": "First"}]}
        assert problem(player.get(f"/v1/tracks/{new_id()}/lyrics"), 404)

    def test_an_artist_is_shown_with_releases(self, player, catalogue):
        release_id = catalogue.release("Blue Garden", artist="The Lanterns")
        artist_id = player.get(f"/v1/releases/{release_id}").json["credits"][0]["artist_id"]
        shown = player.get(f"/v1/artists/{artist_id}").json
        assert shown["name"] == "The Lanterns"
        assert [release["id"] for release in shown["releases"]] == [release_id]


class TestAnArtistsTracks:
    def test_are_those_they_are_heard_on_and_those_behind_which_they_are(self, player, catalogue):
        release = player.get(f"/v1/releases/{catalogue.release('Amber', artist='Ada', composer='Ben', tracks=2)}").json
        ada = release["credits"][0]["artist_id"]
        told = player.get(f"/v1/artists/{ada}/tracks").json
        assert (len(told["top"]), told["behind"], told["heard"]) == (2, [], False)
        assert all(one["track"]["playable"] for one in told["top"])


class TestGenres:
    def test_are_listed_by_name_with_their_newest_releases(self, player, catalogue):
        rock = catalogue.release("Amber", artist="Ada", genre="Rock")
        catalogue.release("Blue", artist="Ben", genre="Hip-Hop")
        first = player.get("/v1/genres?limit=1").json
        (second,) = player.get(f"/v1/genres?limit=1&cursor={first['next']}").json["items"]
        assert (first["items"][0]["slug"], second["name"], second["newest"]["id"]) == ("hip-hop", "Rock", rock)

    def test_have_their_releases_and_what_is_heard_of_them(self, player, catalogue):
        catalogue.release("Amber", artist="Ada", genre="Rock", tracks=2)
        catalogue.release("Blue", artist="Ben", genre="rock", tracks=1)
        shown = player.get("/v1/genres/ROCK").json
        assert (shown["slug"], shown["name"], len(shown["tracks"])) == ("rock", "Rock", 3)
        assert all(one["track"]["playable"] for one in shown["tracks"])
        first = player.get("/v1/genres/rock/releases?limit=1")
        assert titles(first) + titles(player.get(f"/v1/genres/rock/releases?cursor={first.json['next']}")) == ["Blue", "Amber"]

    def test_one_that_is_not_there_is_not_found(self, player):
        assert problem(player.get("/v1/genres/polka"), 404)["detail"]


class TestEntityTags:
    @pytest.fixture
    def paths(self, player, catalogue) -> tuple[str, ...]:
        """Everything that can be read."""
        release_id = catalogue.release(tracks=1)
        artist_id = player.get(f"/v1/releases/{release_id}").json["credits"][0]["artist_id"]
        return "/v1/releases", f"/v1/releases/{release_id}", f"/v1/artists/{artist_id}", "/v1/account", "/v1/history"

    @pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
    def test_what_is_known_is_not_sent_again(self, player, paths, form):
        for path in paths:
            tag = player.get(path).headers["ETag"]
            again = player.get(path, If_None_Match=form.format(tag))
            assert (path, again.status_code, again.data, again.headers["ETag"]) == (path, 304, b"", tag)

    def test_what_is_not_known_is_sent(self, player, paths):
        assert {player.get(path, If_None_Match='"other"').status_code for path in paths} == {200}

    def test_a_change_changes_the_tag(self, player, catalogue, services, seconds):
        services.pages = KeptPages(services.core, services.clock, seconds)
        catalogue.release("Blue Garden", tracks=1)
        tag = player.get("/v1/releases").headers["ETag"]
        catalogue.release("Silent River", tracks=1)
        seconds.now += 1
        assert player.get("/v1/releases", If_None_Match=tag).status_code == 200

    def test_the_scope_is_asked_for_before_the_tag(self, log_in, player, paths):
        stranger = log_in("eve@example.com", ("playback",))
        for path in paths:
            problem(stranger.get(path, If_None_Match=player.get(path).headers["ETag"]), 403)
