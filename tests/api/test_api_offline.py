"""Keeping music offline, by an app that knows nothing but docs/offline.md."""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from apps.core.contract.actions import Scope
from apps.core.contract.ids import new_id
from tests.api.caller import App, problem
from tests.factories.deals import Deals
from tests.factories.offline import OfflineMusic
from tests.reference_client.client import OfflineApp, Refused
from tests.reference_client.keys import DeviceKey
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


class TestTheAPI:
    def test_says_that_a_copy_is_being_prepared_and_when_to_ask_again(self, phone, player, track_id):
        path = f"/v1/devices/{phone.device_id}/licences"
        answer = player.post(path, json={"track_id": track_id})
        assert (answer.status_code, answer.json) == (202, {"type": "preparing", "retry_after": 5})
        assert answer.headers["Retry-After"] == "5"
        phone.save(track_id)
        answer = player.post(path, json={"track_id": track_id})
        assert (answer.status_code, answer.json["type"], answer.headers["Cache-Control"]) == (201, "ready", "no-store")

    def test_lists_devices_and_forgets_them(self, phone, player):
        (listed,) = player.get("/v1/devices").json["items"]
        assert (listed["id"], listed["name"], listed["copies"]) == (phone.device_id, "phone", 0)
        assert [player.delete(f"/v1/devices/{phone.device_id}").status_code for _ in range(2)] == [204, 204]
        assert player.get("/v1/devices").json == {"items": [], "most": 1, "removed": []}

    def test_refuses_one_device_more_with_what_to_do(self, phone, player, device):
        body = {"name": "tablet", "public_key": b64encode(DeviceKey().public).decode()}
        told = problem(player.post("/v1/devices", json=body), 403)
        assert (told["type"], told["details"]) == ("/problems/playback_refused", {"reason": "device_limit"})
        assert told["next_step"]

    @pytest.mark.parametrize("public_key", ["", "AAAA", "not base64!", b64encode(b"\x04" + bytes(64)).decode(), 5, None])
    def test_refuses_what_is_no_public_key(self, player, public_key):
        problem(player.post("/v1/devices", json={"name": "phone", "public_key": public_key}), 422)
        assert player.get("/v1/devices").json["items"] == []

    def test_does_not_find_somebody_else_s_device(self, phone, log_in, track_id):
        eve, path = log_in("eve@example.com"), f"/v1/devices/{phone.device_id}"
        problem(eve.post(f"{path}/licences", json={"track_id": track_id}), 404)
        problem(eve.post(f"{path}/check-ins", json={}), 404)
        problem(eve.delete(path), 404)
        assert eve.get("/v1/devices").json["items"] == []

    def test_needs_the_scope(self, log_in, track_id):
        app = log_in("eve@example.com", scopes=(Scope.CATALOGUE, Scope.HISTORY, Scope.ACCOUNT))
        path = f"/v1/devices/{new_id()}"
        problem(app.post("/v1/devices", json={"name": "phone", "public_key": b64encode(DeviceKey().public).decode()}), 403)
        problem(app.get("/v1/devices"), 403)
        problem(app.get("/v1/offline/keys"), 403)
        problem(app.post(f"{path}/licences", json={"track_id": track_id}), 403)
        problem(app.post(f"{path}/check-ins", json={}), 403)
        problem(app.delete(path), 403)

    def test_is_for_who_is_known(self, client, phone):
        for method, path in (("GET", "/v1/devices"), ("GET", "/v1/offline/keys"), ("POST", f"/v1/devices/{phone.device_id}/check-ins")):
            problem(client.open(path, method=method), 401)

    def test_registers_once_for_one_idempotency_key(self, player):
        body = {"name": "phone", "public_key": b64encode(DeviceKey().public).decode()}
        first, second = (player.post("/v1/devices", json=body, Idempotency_Key="key-1") for _ in range(2))
        assert (first.status_code, first.json) == (201, second.json)

    @pytest.mark.parametrize("body", [{"track_id": "x"}, {}, {"rendition": "aac-64"}])
    def test_names_what_is_wrong_with_a_wish(self, phone, player, body):
        assert "track_id" in problem(player.post(f"/v1/devices/{phone.device_id}/licences", json=body), 422)["detail"]

    def test_knows_no_other_renditions(self, phone, player, track_id):
        wish = {"track_id": track_id, "rendition": "flac"}
        assert "rendition" in problem(player.post(f"/v1/devices/{phone.device_id}/licences", json=wish), 422)["detail"]

    def test_answers_as_it_is_described(self, phone, player, track_id, client):
        described = client.get("/openapi.json").json["paths"]
        saving = described["/v1/devices/{device_id}/licences"]["post"]["responses"]
        assert {"201", "202"} <= set(saving)
        assert saving["202"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Preparing"}
