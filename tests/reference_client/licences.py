"""Verifying a licence without a connection."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

Keys = Sequence[Mapping[str, str]]


class LicenceRefused(Exception):
    """The licence opens nothing; the message says why."""


def verified(document: str, keys: Keys) -> dict[str, Any]:
    """Its claims; raises `LicenceRefused` where none of the keys signed exactly this."""
    try:
        header, claims, signature = document.split(".")
        named = json.loads(_decoded(header))
        key = next(one for one in keys if one["kid"] == named["kid"])
        raw = _decoded(signature)
    except (ValueError, KeyError, TypeError, StopIteration):
        raise LicenceRefused("no known key signed this licence") from None
    if named.get("alg") != "ES256" or len(raw) != 64:
        raise LicenceRefused("this licence is signed in a way that is not known")
    public = ec.EllipticCurvePublicNumbers(_number(key["x"]), _number(key["y"]), ec.SECP256R1()).public_key()
    encoded = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    try:
        public.verify(encoded, f"{header}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise LicenceRefused("this licence was altered") from None
    return json.loads(_decoded(claims))


def check(claims: Mapping[str, Any], device: str, track: str, now: datetime) -> None:
    """Raises `LicenceRefused` where it is another device's or track's, or has expired."""
    if (claims["device"], claims["track"]) != (device, track):
        raise LicenceRefused("this licence is for another device or track")
    if now >= datetime.fromtimestamp(claims["exp"], UTC):
        raise LicenceRefused("this licence has expired: connect once to renew it")


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(text: str) -> int:
    return int.from_bytes(_decoded(text))
