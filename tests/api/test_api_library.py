"""Favourites and playlists by an app."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

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


class TestPlaylists:
    @pytest.fixture
    def playlist(self, player) -> str:
        made = player.post("/v1/playlists", json={"title": "Evenings"})
        assert made.status_code == 201
        return f"/v1/playlists/{made.json['id']}"

    @pytest.fixture
    def put(self, player):
        return lambda path, json: player.client.put(path, json=json, headers=player.headers)

    def test_are_filled_put_in_order_and_read_by_pages(self, player, playlist, release, put):
        tracks = [track["id"] for track in release["tracks"]]
        added = player.post(f"{playlist}/tracks", json={"track_ids": tracks})
        entries = added.json["entry_ids"]
        assert put(f"{playlist}/tracks/{entries[2]}", {"number": 1}).status_code == 204
        first = player.get(f"{playlist}?limit=2").json["entries"]
        rest = player.get(f"{playlist}?cursor={first['next']}").json["entries"]
        assert [one["track"]["track_id"] for one in (*first["items"], *rest["items"])] == [tracks[2], tracks[0], tracks[1]]
        assert player.post(f"{playlist}/removals", json={"entry_ids": entries[:2]}).status_code == 204
        assert player.get(playlist).json["playlist"]["tracks"] == 1

    def test_are_described_deleted_and_brought_back(self, player, playlist, put):
        told = {"title": "Nights", "description": "Late", "visibility": "public"}
        edited = put(playlist, told).json
        assert edited | told == edited
        assert put(f"{playlist}/cover", {"release_id": None}).json == edited
        assert player.delete(playlist).status_code == 204
        assert player.get("/v1/playlists").json["items"] == player.get("/v1/playlists/recent?editable=true").json == []
        assert [one["title"] for one in player.get("/v1/playlists/deleted").json] == ["Nights"]
        assert player.post(f"{playlist}/restorations").json == edited

    def test_lie_in_folders(self, player, playlist, put):
        outer, inner = (player.post("/v1/playlist-folders", json={"title": title}).json["id"] for title in ("Outer", "Inner"))
        assert put(f"/v1/playlist-folders/{inner}/place", {"parent_id": outer}).status_code == 204
        assert put(f"/v1/playlist-folders/{inner}", {"title": "Jazz"}).status_code == 204
        assert put(f"{playlist}/place", {"folder_id": inner}).status_code == 204
        assert player.get("/v1/playlists").json["items"] == []
        assert [one["title"] for one in player.get(f"/v1/playlists?folder_id={inner}").json["items"]] == ["Evenings"]
        assert player.delete(f"/v1/playlist-folders/{outer}").status_code == 204
        assert player.get("/v1/playlist-folders").json == [{"id": inner, "parent_id": None, "title": "Jazz"}]

    def test_are_made_once_by_the_same_request(self, player):
        first, second = (player.post("/v1/playlists", json={"title": "Once"}, Idempotency_Key="a-key-of-ours-1").json for _ in range(2))
        assert first == second


class TestSharing:
    def test_lets_others_in_and_out(self, player, log_in):
        ben = log_in("ben@example.com")
        path = f"/v1/playlists/{player.post('/v1/playlists', json={'title': 'Ours'}).json['id']}"
        first, second = (player.post(f"{path}/invitations", json={"role": "editor"}).json for _ in range(2))
        assert ben.post("/v1/playlist-invitations/lookups", json={"token": first["token"]}).json["title"] == "Ours"
        assert ben.post("/v1/playlist-invitations/acceptances", json={"token": first["token"]}).json["role"] == "editor"
        assert player.delete(f"{path}/invitations/{second['invitation']['id']}").status_code == 204
        problem(ben.post("/v1/playlist-invitations/acceptances", json={"token": second["token"]}), 404)
        member = f"{path}/members/{ben.account.id}"
        assert player.client.put(member, json={"role": "viewer"}, headers=player.headers).status_code == 204
        assert [one["role"] for one in player.get(f"{path}/members").json["members"]] == ["owner", "viewer"]
        assert ben.post(f"{path}/followers").json["role"] == "viewer"
        assert ben.delete(member).status_code == 204
        problem(ben.get(path), 404)


class TestSmartPlaylists:
    RULE = {"group": {"type": "group", "match": "all", "rules": [{"type": "explicit", "is_so": False}]}, "order": "title"}  # noqa: RUF012

    def test_are_previewed_made_read_and_changed(self, player, release):
        preview = player.post("/v1/smart-playlists/previews", json={"rule": self.RULE}).json
        assert (preview["fitting"], len(preview["tracks"])) == (3, 3)
        made = player.post("/v1/smart-playlists", json={"title": "Clean", "rule": self.RULE})
        assert (made.status_code, made.json["smart"]) == (201, True)
        playlist_id = made.json["id"]
        assert [one["number"] for one in player.get(f"/v1/playlists/{playlist_id}").json["entries"]["items"]] == [1, 2, 3]
        told = self.RULE | {"limit": 1}
        assert player.client.put(f"/v1/smart-playlists/{playlist_id}/rule", json=told, headers=player.headers).status_code == 200
        assert player.get(f"/v1/smart-playlists/{playlist_id}").json["rule"] == told

    @pytest.mark.parametrize("depth", [4, 1_000])
    def test_whose_rule_lies_too_deep_in_itself_are_refused(self, player, depth):
        for begin, end in (('{"type":"group","match":"all","rules":[', "]}"), ('{"rules":[', '],"type":"group","match":"all"}')):
            group = begin * depth + end * depth
            answer = player.client.post(
                "/v1/smart-playlists/previews", data=f'{{"rule":{{"group":{group}}}}}',
                headers={**player.headers, "Content-Type": "application/json"},
            )  # fmt: skip
            assert "at most 3 deep" in problem(answer, 422)["next_step"]


class TestOwnData:
    def test_is_taken_away_as_far_as_the_scopes_go(self, log_in, player):
        player.post("/v1/playlists", json={"title": "Evenings"})
        for app, has in ((player, True), (log_in("ben@example.com", (Scope.ACCOUNT,)), False)):
            answer = app.post("/v1/account/data")
            assert (answer.status_code, answer.mimetype) == (200, "application/zip")
            with ZipFile(BytesIO(answer.data)) as archive:
                assert ("playlists.json" in archive.namelist()) == has
                assert app.account.email in archive.read("profile.json").decode()

    def test_needs_a_scope_and_is_taken_three_times_at_once(self, log_in, player):
        problem(log_in("ben@example.com", (Scope.LIBRARY,)).post("/v1/account/data"), 403)
        for _ in range(3):
            assert player.post("/v1/account/data").status_code == 200
        problem(player.post("/v1/account/data"), 429)
