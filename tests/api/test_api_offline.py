"""Keeping music offline, by an app that knows nothing but docs/offline.md."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.api.caller import App
from tests.factories.deals import Deals
from tests.factories.offline import OfflineMusic
from tests.reference_client.client import OfflineApp, Refused
from tests.reference_client.licences import LicenceRefused

CONTENT = os.urandom(200_000)


@dataclass
class InProcess:
    """Calls the API in this process; what lies behind a link is read from storage."""

    app: App
    music: OfflineMusic

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = self.app.client.open(path, method=method, json=body, headers=self.app.headers)
        return answer.status_code, answer.json

    def fetch(self, url: str) -> bytes:
        with self.music.storage.open(urlsplit(url).path.removeprefix("/media/")) as file:
            return file.read()


@pytest.fixture
def music(core_app, values, catalogue, tmp_path) -> OfflineMusic:
    return OfflineMusic(core_app, values, catalogue, tmp_path)


@pytest.fixture
def track_id(music) -> str:
    return music.track(CONTENT)


@pytest.fixture
def device(tmp_path, music, clock):
    """Somebody's device; while it waits the worker works."""

    def make(app: App, name: str = "phone") -> OfflineApp:
        folder = Path(tmp_path, f"{app.account.id}-{name}")
        folder.mkdir()
        made = OfflineApp(InProcess(app, music), folder, clock.now, lambda _: music.encrypt())
        made.register(name)
        return made

    return make


@pytest.fixture
def phone(device, player) -> OfflineApp:
    return device(player)


def days(number: float) -> float:
    return timedelta(days=number).total_seconds()


class TestFromSavingToPlaying:
    def test_what_is_played_offline_is_the_rendition_to_the_byte(self, phone, track_id):
        phone.save(track_id)
        assert phone.play(track_id, 40) == CONTENT + b"aac-256"

    @pytest.mark.parametrize("rendition", ["aac-64", "aac-128"])
    def test_a_smaller_one_can_be_chosen(self, phone, track_id, rendition):
        phone.save(track_id, rendition)
        assert phone.play(track_id, 40) == CONTENT + rendition.encode()

    def test_plays_are_told_late_and_count_once(self, phone, track_id, player, clock):
        phone.save(track_id)
        for _ in range(2):
            phone.play(track_id, 40)
            clock.advance(60)
        clock.advance(days(3))
        assert [phone.send_plays() for _ in range(2)] == [
            {"recorded": 2, "known": 0, "unknown": []},
            {"recorded": 0, "known": 2, "unknown": []},
        ]
        assert len(player.get("/v1/history").json["items"]) == 2

    def test_it_plays_for_thirty_days_and_after_a_check_in_for_thirty_more(self, phone, track_id, clock):
        phone.save(track_id)
        clock.advance(days(30) - 1)
        phone.play(track_id, 1)
        phone.check_in()
        clock.advance(days(30) - 1)
        phone.play(track_id, 1)
        clock.advance(1)
        with pytest.raises(LicenceRefused, match="expired"):
            phone.play(track_id, 1)
        phone.check_in()
        phone.play(track_id, 1)

    def test_a_clock_set_back_brings_nothing_back(self, phone, track_id, clock):
        phone.save(track_id)
        clock.advance(days(31))
        with pytest.raises(LicenceRefused, match="expired"):
            phone.play(track_id, 1)
        clock.advance(-days(2))
        with pytest.raises(LicenceRefused, match="set back"):
            phone.play(track_id, 1)

    def test_a_device_that_was_removed_deletes_what_it_holds(self, phone, track_id, player):
        phone.save(track_id)
        assert player.delete(f"/v1/devices/{phone.device_id}").status_code == 204
        with pytest.raises(Refused) as refusal:
            phone.check_in()
        assert (refusal.value.status, phone.kept) == (403, {})

    def test_what_is_withdrawn_is_deleted_at_the_next_check_in(self, phone, track_id, player, core_app):
        phone.save(track_id)
        release_id = player.get("/v1/releases").json["items"][0]["id"]
        Deals(core_app).none(release_id)
        (revoked,) = phone.check_in()["revoked"]
        assert (revoked["reason"], phone.kept) == ("not_offered", {})
