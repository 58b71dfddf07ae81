"""Signing licences: a JSON Web Signature that any app can verify without a connection."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Self

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from apps.core.contract.offline import LicenceKey
from apps.core.offline.models import LicenceRow
from ports.environment import BootError, Environment

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (FIPS 186-5; SP 800-186, section 3.2.1.3)."""
EXTRA = 48
"""Bytes that a private key is made of: 16 more than it has, so that all are as likely (FIPS 186-5, appendix A.2.1)."""
LEAST_SECRET = 32
"""Characters. What is made of a short secret can be found by trying: the public key tells which guess was right."""


class Claims(msgspec.Struct, frozen=True):
    """What a licence says: as a JWT (RFC 7519) where that has a name for it. Times are Unix seconds."""

    jti: str
    sub: str
    iat: int
    exp: int
    device: str
    track: str
    recording: str
    rendition: str
    territory: str


@dataclass(frozen=True)
class Signer:
    """Signs by the newest version of the secret `LICENCE_KEY`, and tells the public keys of all."""

    secrets: Callable[[], Sequence[str]]

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        check_strength("LICENCE_KEY", environment.secret_versions("LICENCE_KEY"))
        return cls(lambda: environment.secret_versions("LICENCE_KEY"))

    def sign(self, row: LicenceRow, now: datetime) -> str:
        private, public = _pair(self.secrets()[0])
        claims = Claims(
            row.id, row.account_id, int(now.timestamp()), int(row.expires_at.timestamp()), row.device_id, row.track_id, row.recording_id,
            row.rendition, row.territory,
        )  # fmt: skip
        header = {"alg": public.alg, "kid": public.kid, "typ": "celesta-licence"}
        signed = f"{_encoded(msgspec.json.encode(header))}.{_encoded(msgspec.json.encode(claims))}"
        first, second = decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_encoded(first.to_bytes(32) + second.to_bytes(32))}"

    def public_keys(self) -> tuple[LicenceKey, ...]:
        """Newest first."""
        return tuple(_pair(secret)[1] for secret in self.secrets())


def check_strength(name: str, versions: Sequence[str]) -> None:
    """Raises `BootError` where a secret could be found by trying."""
    if any(len(version) < LEAST_SECRET for version in versions):
        raise BootError(f"The secret {name} is shorter than {LEAST_SECRET} characters: make one with openssl rand -hex 32.")


@lru_cache(maxsize=8)
def _pair(secret: str) -> tuple[ec.EllipticCurvePrivateKey, LicenceKey]:
    stretched = HKDF(hashes.SHA256(), EXTRA, salt=None, info=b"celesta licence signing key").derive(secret.encode())
    private = ec.derive_private_key(int.from_bytes(stretched) % (ORDER - 1) + 1, ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    x, y = _encoded(numbers.x.to_bytes(32)), _encoded(numbers.y.to_bytes(32))
    canonical = json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"))
    return private, LicenceKey(_encoded(sha256(canonical.encode()).digest()), x, y)


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
