"""The service credential: proves at Core's door which front end sends, and that nobody changed what it sent.

`Authorization: Celesta <service>.<timestamp>.<signature>`, where the signature is an HMAC-SHA256 under the front end's own key
over the service, the moment and the body. A key has one or two valid versions while it is rotated.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable

from apps.core.contract.actions import Service

SCHEME = "Celesta"
SHAPE = re.compile(rf"{SCHEME} (?P<service>{'|'.join(Service)})\.(?P<moment>[0-9]{{1,12}})\.(?P<signature>[0-9a-f]{{64}})", re.ASCII)
LIFETIME = 60
"""Seconds a credential is good for, and how far the clocks of two machines may differ."""


def key_name(service: Service) -> str:
    """The secret that holds the front end's key."""
    return f"DOOR_KEY_{service.upper()}"


def issue(service: Service, key: str, body: bytes, now: float | None = None) -> str:
    """The header's value for this body, good for a minute from now."""
    moment = int(time.time() if now is None else now)
    return f"{SCHEME} {service}.{moment}.{_signature(service, key, moment, body)}"


def verify(header: str, keys: Callable[[Service], tuple[str, ...]], body: Callable[[], bytes], now: float | None = None) -> Service | None:
    """The front end the credential was issued to; None for whatever is missing, malformed, old or not signed by its key.

    `body` is read last, for whoever has the rest.
    """
    shape = SHAPE.fullmatch(header)
    if shape is None:
        return None
    service, moment = Service(shape["service"]), int(shape["moment"])
    if abs((time.time() if now is None else now) - moment) > LIFETIME:
        return None
    versions = keys(service)
    content = body() if versions else b""
    expected = (_signature(service, key, moment, content) for key in versions)
    return service if any(hmac.compare_digest(shape["signature"], one) for one in expected) else None


def _signature(service: Service, key: str, moment: int, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    return hmac.new(key.encode(), f"{service}.{moment}.{digest}".encode(), hashlib.sha256).hexdigest()
