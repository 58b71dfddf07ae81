"""Stripe's signature of a notification: `Stripe-Signature: t=<seconds>,v1=<HMAC-SHA256 of "t.body">`, several v1 during a rotation."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from ports.purchases import NotAuthentic, NotConfigured

TOLERANCE = 300
"""Seconds that a notification may be old, or ahead of us."""
SECONDS = re.compile(r"[0-9]{1,12}")


def sign(body: bytes, seconds: int, secret: str) -> str:
    """The header that proves the body."""
    return f"t={seconds},v1={_signature(body, str(seconds), secret)}"


def verify(body: bytes, header: str, secrets: Sequence[str], now: float) -> None:
    """Return where one of the secrets signed this body at most `TOLERANCE` seconds from `now`.

    Raises `NotConfigured` where there is no secret or an empty one, `NotAuthentic` for everything else.
    """
    if not secrets or not all(secrets):
        raise NotConfigured("The secret STRIPE_WEBHOOK_SECRET is empty: nothing is believed until it is set.")
    seconds, given = _parts(header)
    # Every pair is compared whatever the others gave, so that the time taken tells nothing.
    matches = [hmac.compare_digest(_signature(body, seconds, secret).encode(), one) for secret in secrets for one in given]
    if not any(matches):
        raise NotAuthentic("This notification carries no signature of ours.")
    if abs(now - int(seconds)) > TOLERANCE:
        raise NotAuthentic("This notification was signed too long ago, or by a clock far from ours.")


def _parts(header: str) -> tuple[str, list[bytes]]:
    pairs = [part.strip().partition("=") for part in header.split(",")]
    seconds = [value for name, _, value in pairs if name == "t"]
    if len(seconds) != 1 or not SECONDS.fullmatch(seconds[0]):
        raise NotAuthentic("This notification is not signed.")
    return seconds[0], [value.encode() for name, _, value in pairs if name == "v1"]


def _signature(body: bytes, seconds: str, secret: str) -> str:
    return hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
