"""The service credential: proves at Core's door which front end sends, and that nobody changed what it sent.

`Authorization: Celesta <service>.<timestamp>.<signature>`, where the signature is an HMAC-SHA256 under the front end's own key
over the service, the moment and the body. A key has one or two valid versions while it is rotated.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterable

from apps.core.contract.actions import Service

SCHEME = "Celesta"
LIFETIME = 60
"""Seconds a credential is good for, and how far the clocks of two machines may differ."""


def key_name(service: Service) -> str:
    """The secret that holds the front end's key."""
    return f"DOOR_KEY_{service.upper()}"


def issue(service: Service, key: str, body: bytes, now: float | None = None) -> str:
    """The header's value for this body, good for a minute from now."""
    moment = int(time.time() if now is None else now)
    return f"{SCHEME} {service}.{moment}.{_signature(service, key, moment, body)}"


def verify(header: str, keys: dict[Service, tuple[str, ...]], body: bytes, now: float | None = None) -> Service | None:
    """The front end the credential was issued to; None for whatever is missing, malformed, old or not signed by its key."""
    scheme, _, token = header.partition(" ")
    parts = token.split(".")
    if scheme != SCHEME or len(parts) != 3 or parts[0] not in set(Service) or not (parts[1].isascii() and parts[1].isdigit()):
        return None
    service, moment = Service(parts[0]), int(parts[1])
    if abs((time.time() if now is None else now) - moment) > LIFETIME:
        return None
    return service if _matches(parts[2], (_signature(service, key, moment, body) for key in keys.get(service, ()))) else None


def _matches(given: str, expected: Iterable[str]) -> bool:
    return any(hmac.compare_digest(given.encode(), one.encode()) for one in expected)


def _signature(service: Service, key: str, moment: int, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    return hmac.new(key.encode(), f"{service}.{moment}.{digest}".encode(), hashlib.sha256).hexdigest()
