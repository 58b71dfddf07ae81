"""Playlists from and to files by an app."""

from __future__ import annotations

import base64

import pytest

from apps.core.contract.actions import Scope
from apps.core.contract.ids import new_id
from apps.core.contract.playlist_files import LARGEST_FILE
from apps.core.search.keeping import SearchIndexes
from tests.api.caller import problem


def sent(content: str, **more: str) -> dict[str, str]:
    return {"name": "Late.m3u8", "content": base64.b64encode(content.encode()).decode(), **more}


@pytest.fixture
def release(player, catalogue, core_app) -> dict:
    """Found from the first: the index is read."""
    release_id, indexes = catalogue.release(), core_app.extensions["container"].get(SearchIndexes)
    indexes.prepare()
    indexes.settle()
    return player.get(f"/v1/releases/{release_id}").json


@pytest.fixture
def listed(release) -> str:
    track = release["tracks"][0]
    return f"#EXTM3U\n#EXTINF:1,{track['artist']} - {track['title']}\nx\n#EXTINF:1,Nobody - Nothing\nx\n"


class TestPlaylistFiles:
    def test_are_matched_without_anything_being_made(self, player, listed, release):
        found = player.post("/v1/playlist-files/matches", sent(listed)).json
        assert found["track_ids"] == [release["tracks"][0]["id"]]
        assert found["missed"] == [{"number": 2, "text": "Nobody – Nothing", "reason": "unknown"}]  # noqa: RUF001 - a dash between names
        assert player.get("/v1/playlists").json["items"] == []

    def test_become_playlists_once(self, player, listed):
        answers = [player.post("/v1/playlist-files/imports", sent(listed), Idempotency_Key="one") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        (made,) = player.get("/v1/playlists").json["items"]
        assert [answer.json["playlist"]["id"] for answer in answers] == [made["id"]] * 2
        assert (made["title"], made["tracks"], len(answers[0].json["matched"]["missed"])) == ("Late", 1, 1)
        other = player.post("/v1/playlist-files/imports", sent(listed, title="Mine", visibility="public")).json["playlist"]
        assert (other["title"], other["visibility"]) == ("Mine", "public")

    def test_of_nothing_here_or_nothing_at_all_are_refused(self, player):
        problem(player.post("/v1/playlist-files/imports", sent("#EXTM3U\nNobody - Nothing")), 404)
        problem(player.post("/v1/playlist-files/imports", {**sent("Dear Ana"), "name": "letter"}), 422)
        assert player.get("/v1/playlists").json["items"] == []

    def test_may_be_as_large_as_is_said(self, player, listed):
        filled = listed + "#" * (LARGEST_FILE - len(listed))
        assert player.post("/v1/playlist-files/matches", sent(filled)).status_code == 200
        problem(player.post("/v1/playlist-files/matches", sent(f"{filled}#")), 413)
        problem(player.post("/v1/playlist-files/matches", sent(filled * 2)), 413)

    def test_are_given_out(self, player, listed, release):
        made = player.post("/v1/playlist-files/imports", sent(listed)).json["playlist"]["id"]
        for kind in ("jspf", "xspf", "m3u8", "csv"):
            file = player.get(f"/v1/playlists/{made}/file?format={kind}")
            assert file.headers["Content-Disposition"] == f"attachment; filename=Late.{kind}"
            assert f"/tracks/{release['tracks'][0]['id']}" in file.text
        problem(player.get(f"/v1/playlists/{made}/file?format=exe"), 400)
        problem(player.get(f"/v1/playlists/{new_id()}/file"), 404)

    def test_need_their_scope(self, log_in):
        app = log_in("ben@example.com", (Scope.CATALOGUE, Scope.PLAYBACK, Scope.HISTORY))
        problem(app.post("/v1/playlist-files/imports", sent("#EXTM3U\nx")), 403)
        problem(app.get(f"/v1/playlists/{new_id()}/file"), 403)
