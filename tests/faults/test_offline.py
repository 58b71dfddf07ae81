"""Keeping music offline, on the service as a person starts it; and a worker that dies while it encrypts."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import imageio_ffmpeg
import pytest
import requests
from cryptography.exceptions import InvalidTag

from apps.core.client.interface import Sender
from apps.core.contract.actions import Service
from apps.core.contract.jobs import JobStatus
from apps.core.contract.offline import OfflineCopy, Preparing, RegisterDevice, SaveOffline
from tests.factories.catalogue import Catalogue
from tests.factories.offline import OfflineMusic
from tests.live import LiveService, embedded
from tests.reference_client.client import OfflineApp, Refused
from tests.reference_client.copies import CopyRefused
from tests.reference_client.keys import DeviceKey
from tests.reference_client.licences import LicenceRefused

pytestmark = pytest.mark.faults

LARGE = 600 << 20
"""Bytes: enough to be met while they are encrypted."""


@pytest.fixture(scope="module")
def service():
    with embedded() as running:
        yield running


@dataclass
class Connection:
    """The way to the service, which can be cut."""

    service: LiveService
    headers: dict[str, str]
    cut: bool = False

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        assert not self.cut, "there is no connection"
        answer = requests.request(method, f"{self.service.url}/api{path}", json=body, headers=self.headers, timeout=30)
        return answer.status_code, answer.json() if answer.content else None

    def fetch(self, url: str) -> bytes:
        assert not self.cut, "there is no connection"
        answer = requests.get(f"{self.service.url}{url}", timeout=60)
        assert answer.status_code == 200
        return answer.content


@dataclass
class Clock:
    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def connection(service, request) -> Connection:
    return Connection(service, service.bearer(f"{request.node.name[:40].replace('_', '-')}@example.com"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def phone(connection, clock, tmp_path) -> OfflineApp:
    app = OfflineApp(connection, tmp_path, clock, time.sleep)
    app.register("Ana's phone")
    return app


@pytest.fixture
def track(connection) -> dict[str, Any]:
    """The shortest there is."""
    release = connection.call("GET", "/v1/releases")[1]["items"][0]["id"]
    tracks = connection.call("GET", f"/v1/releases/{release}")[1]["tracks"]
    return min(tracks, key=lambda one: one["duration_ms"])


def test_a_saved_track_plays_without_a_connection_and_its_plays_count_once(phone, track, connection, tmp_path):
    phone.save(track["id"])
    connection.cut = True
    audio = phone.play(track["id"], 1)
    connection.cut = False
    session = connection.call("POST", "/v1/playback-sessions", {"track_id": track["id"], "device": "phone"})[1]
    (streamed,) = [file["url"] for file in session["files"] if file["name"] == "aac-256"]
    assert audio == connection.fetch(streamed)

    (tmp_path / "track.mp4").write_bytes(audio)
    decode = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-xerror", "-i", str(tmp_path / "track.mp4"), "-f", "null", "-"]
    decoded = subprocess.run(decode, capture_output=True, text=True, check=False)
    assert (decoded.returncode, decoded.stderr) == (0, "")

    told = [phone.send_plays() for _ in range(2)]
    assert [(answer["recorded"], answer["known"]) for answer in told] == [(1, 0), (0, 1)]
    assert [one["track_id"] for one in connection.call("GET", "/v1/history")[1]["items"]] == [track["id"]]


def test_a_saved_track_stops_when_its_licence_expires_and_plays_again_after_a_check_in(phone, track, connection, clock):
    phone.save(track["id"], "aac-64")
    connection.cut = True
    clock.ahead = timedelta(days=29, hours=23)
    phone.play(track["id"], 1)
    clock.ahead = timedelta(days=30)
    with pytest.raises(LicenceRefused, match="expired"):
        phone.play(track["id"], 1)
    clock.ahead = timedelta(days=1)
    with pytest.raises(LicenceRefused, match="set back"):
        phone.play(track["id"], 1)
    connection.cut = False
    phone.latest = None  # it learns the time where it connects
    assert len(phone.check_in()["renewed"]) == 1
    phone.play(track["id"], 1)


def test_what_lies_on_the_device_is_of_no_use_to_another_and_cannot_be_altered(phone, track):
    phone.save(track["id"], "aac-64")
    kept = phone.kept[track["id"]]
    claims = phone.licence(track["id"])
    with pytest.raises(InvalidTag):
        DeviceKey().unwrap(kept.wrapped_key, claims["recording"], claims["rendition"])
    content = bytearray(kept.file.read_bytes())
    content[len(content) // 2] ^= 1
    kept.file.write_bytes(content)
    with pytest.raises(CopyRefused):
        phone.play(track["id"], 1)


def test_a_removed_device_keeps_nothing(phone, track, connection):
    phone.save(track["id"], "aac-64")
    assert connection.call("DELETE", f"/v1/devices/{phone.device_id}")[0] == 204
    with pytest.raises(Refused) as refusal:
        phone.check_in()
    assert refusal.value.problem["details"] == {"reason": "device_removed"}
    assert phone.kept == {}


class TestWorkerKilledWhileItEncrypts:
    def test_another_takes_over_and_nothing_shows_before_it_is_whole(self, quick_house, tmp_path):
        house = quick_house
        office = house.sender(Service.TASKS)
        catalogue = Catalogue(house.sender(Service.CONSOLE), office)
        music = OfflineMusic(house.core, house.values, catalogue, tmp_path, {"aac-256": LARGE})
        listener: Sender = house.listener()
        key = DeviceKey()
        wanted = SaveOffline(listener.send(RegisterDevice("phone", key.public)).id, music.track(b"music"))
        house.relay()
        first = house.worker("first", "default")
        assert isinstance(listener.send(wanted), Preparing)
        work = house.folder / "home" / "work"
        house.wait_until(lambda: any(path.stat().st_size > LARGE // 10 for path in work.glob("job-*/encrypted")))
        first.kill()
        assert house.job("encrypt").status is JobStatus.RUNNING
        assert list(music.storage.keys("offline/")) == []
        assert isinstance(listener.send(wanted), Preparing)
        second = house.worker("second", "default")
        house.wait_until(lambda: house.job("encrypt").status is JobStatus.DONE)
        assert (house.job("encrypt").attempts, second.count("action=RecordEncryption")) == (2, 1)
        copy = listener.send(wanted)
        assert isinstance(copy, OfflineCopy)
        (name,) = music.storage.keys("offline/")
        assert music.storage.size(name) == copy.file.size
