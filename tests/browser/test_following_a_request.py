"""One request is followed from the edge to the task it asked for, by the id that its answer shows. An app asks, not a browser."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import requests

from tests.live import LiveService
from tests.reference_client.keys import DeviceKey
from tests.services import wait_until

DONE = ("action=SaveOffline", "task=tasks.encryption.encrypt")
"""In Core's own line, and in the worker's."""


class TestAnAppThatSavesATrack:
    def test_is_found_by_its_id_in_core_s_line_and_in_the_worker_s(self, live_service: LiveService):
        service = Api(live_service)
        device = service.post("/devices", {"name": "phone", "public_key": b64encode(DeviceKey().public).decode()}).json()["id"]
        asked = service.post(f"/devices/{device}/licences", {"track_id": service.track(), "rendition": "aac-64"})
        assert asked.status_code == 202
        name = asked.headers["X-Request-Id"]
        wait_until(lambda: all(done in said_of(live_service, name) for done in DONE), 30)


class Api:
    def __init__(self, service: LiveService) -> None:
        self.address, self.headers = f"{service.url}/api/v1", service.bearer("follower@example.com")

    def post(self, path: str, body: dict[str, str]) -> requests.Response:
        return requests.post(self.address + path, json=body, headers=self.headers, timeout=30)

    def track(self) -> str:
        releases = requests.get(f"{self.address}/releases", headers=self.headers, timeout=30).json()["items"]
        return requests.get(f"{self.address}/releases/{releases[0]['id']}", headers=self.headers, timeout=30).json()["tracks"][0]["id"]


def said_of(service: LiveService, name: str) -> str:
    logs = Path(service.environment["CELESTA_HOME"]).parent.glob("*.log")
    return "\n".join(line for log in logs for line in log.read_text(errors="replace").splitlines() if name in line)
