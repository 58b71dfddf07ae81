"""An app that keeps music offline, written as a stranger would from docs/offline.md: only HTTP and cryptography."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from tests.reference_client.copies import Copy
from tests.reference_client.keys import DeviceKey
from tests.reference_client.licences import LicenceRefused, check, verified


class Refused(Exception):
    """The service said no; the problem it told is `problem`."""

    def __init__(self, status: int, problem: Any) -> None:
        super().__init__(f"{status}: {problem}")
        self.status = status
        self.problem = problem


class Server(Protocol):
    """The way to the service."""

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of a call of the API, authorised."""
        ...

    def fetch(self, url: str) -> bytes:
        """What lies behind a signed link."""
        ...


@dataclass
class Kept:
    """What lies on the device for one track."""

    document: str
    wrapped_key: bytes
    file: Path


@dataclass
class OfflineApp:
    """`folder` is the device's disk, `now` its clock, `wait` lets some seconds pass."""

    server: Server
    folder: Path
    now: Callable[[], datetime]
    wait: Callable[[float], object]
    key: DeviceKey = field(default_factory=DeviceKey)
    device_id: str = ""
    keys: list[dict[str, str]] = field(default_factory=list)
    kept: dict[str, Kept] = field(default_factory=dict)
    plays: list[dict[str, Any]] = field(default_factory=list)
    latest: datetime | None = None
    """The latest moment it has seen: a clock that is set back does not bring a licence back."""

    def register(self, name: str) -> None:
        body = {"name": name, "public_key": b64encode(self.key.public).decode()}
        self.device_id = self._call("POST", "/v1/devices", body)["id"]
        self.keys = self._call("GET", "/v1/offline/keys")["keys"]

    def save(self, track_id: str, rendition: str = "aac-256") -> None:
        """Fetch the copy, unless it lies here already, and keep it beside its licence and wrapped key."""
        path, body = f"/v1/devices/{self.device_id}/licences", {"track_id": track_id, "rendition": rendition}
        while (made := self._call("POST", path, body))["type"] == "preparing":
            self.wait(made["retry_after"])
        file = self.folder / made["file"]["sha256"]
        if not file.exists():
            encrypted = self.server.fetch(made["file"]["url"])
            assert hashlib.sha256(encrypted).hexdigest() == made["file"]["sha256"]
            file.write_bytes(encrypted)
        self.kept[track_id] = Kept(made["licence"]["document"], b64decode(made["key"]), file)

    def licence(self, track_id: str) -> dict[str, Any]:
        """The claims of a kept track's licence; raises `LicenceRefused` where it was altered."""
        return verified(self.kept[track_id].document, self.keys)

    def play(self, track_id: str, seconds: float) -> bytes:
        """The track's audio, without a connection; raises `LicenceRefused` and `CopyRefused`. The play is told later."""
        now = self._time()
        claims = self.licence(track_id)
        check(claims, self.device_id, track_id, now)
        kept = self.kept[track_id]
        key = self.key.unwrap(kept.wrapped_key, claims["recording"], claims["rendition"])
        with kept.file.open("rb") as file:
            audio = Copy(file, key, claims["recording"], claims["rendition"]).whole()
        self.plays.append({
            "event_id": str(uuid4()), "track_id": track_id, "started_at": now.isoformat(), "played_ms": int(seconds * 1000),
            "licence_id": claims["jti"],
        })  # fmt: skip
        return audio

    def send_plays(self) -> dict[str, Any]:
        """They stay on the device: a real app forgets them once it has an answer."""
        return self._call("POST", "/v1/plays", {"plays": self.plays})

    def check_in(self) -> dict[str, Any]:
        """Renew what may be kept; delete the keys of what may not, and of everything where the device was removed."""
        ids = {self.licence(track_id)["jti"]: track_id for track_id in self.kept}
        try:
            told = self._call("POST", f"/v1/devices/{self.device_id}/check-ins", {"licence_ids": list(ids)})
        except Refused as refusal:
            if refusal.problem.get("details", {}).get("reason") == "device_removed":
                self.kept.clear()
            raise
        for licence in told["renewed"]:
            self.kept[licence["track_id"]].document = licence["document"]
        for licence in told["revoked"]:
            self.kept.pop(ids[licence["id"]], None)
        return told

    def _time(self) -> datetime:
        now = self.now()
        if self.latest is not None and now < self.latest:
            raise LicenceRefused("the clock was set back: connect once")
        self.latest = now
        return now

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.server.call(method, path, body)
        if status >= 400:
            raise Refused(status, answer)
        return answer
