"""Wrapping the keys of encrypted copies: for ourselves, by a secret, and for a device, by its public key."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Self

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.core.contract.errors import Invalid, Unavailable
from apps.core.contract.offline import PUBLIC_KEY_BYTES
from apps.core.offline.signing import check_strength
from ports.environment import Environment

log = structlog.get_logger("core.offline")

KEY_BYTES = 32
NONCE_BYTES = 12
FOR_DEVICES = b"celesta offline key 1"
UNUSED = bytes(NONCE_BYTES)
"""A key that encrypts one thing, once, needs no nonce of its own."""


@dataclass(frozen=True)
class Wrapped:
    """A key as it is stored."""

    by: str
    """Which version wraps it."""
    key: bytes
    """12 bytes of nonce, the encrypted key, 16 bytes of tag."""


@dataclass(frozen=True)
class DataKeys:
    """Wraps by the newest version of the secret `OFFLINE_KEY`, and unwraps by any."""

    secrets: Callable[[], Sequence[str]]

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        check_strength("OFFLINE_KEY", environment.secret_versions("OFFLINE_KEY"))
        return cls(lambda: environment.secret_versions("OFFLINE_KEY"))

    @property
    def newest(self) -> str:
        return _named(self.secrets()[0])[0]

    def wrap(self, key: bytes, subject: str) -> Wrapped:
        name, cipher = _named(self.secrets()[0])
        nonce = os.urandom(NONCE_BYTES)
        return Wrapped(name, nonce + cipher.encrypt(nonce, key, subject.encode()))

    def unwrap(self, wrapped: Wrapped, subject: str) -> bytes:
        """Raises `Unavailable` where it was wrapped by a version that is no longer there, or is not what was stored."""
        cipher = dict(map(_named, self.secrets())).get(wrapped.by)
        nonce, encrypted = wrapped.key[:NONCE_BYTES], wrapped.key[NONCE_BYTES:]
        try:
            if cipher is not None:
                return cipher.decrypt(nonce, encrypted, subject.encode())
        except InvalidTag:
            pass
        log.error("a key cannot be unwrapped", subject=subject, wrapped_by=wrapped.by, known=cipher is not None)
        raise Unavailable("This copy cannot be given out at the moment.", "Try again later; if it stays so, tell us the request id.")


@lru_cache(maxsize=8)
def _named(secret: str) -> tuple[str, AESGCM]:
    """A version's name, which tells nothing of it, and its cipher."""
    key = HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=b"celesta offline key wrapping").derive(secret.encode())
    return sha256(b"name of " + key).hexdigest()[:16], AESGCM(key)


def read_public_key(encoded: bytes) -> ec.EllipticCurvePublicKey:
    """Raises `Invalid` for what is no uncompressed point of P-256."""
    try:
        if len(encoded) == PUBLIC_KEY_BYTES:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), encoded)
    except ValueError:
        pass
    raise Invalid("The public key is not a point of P-256.", "Send the 65 bytes of an uncompressed point: 04, then X and Y.")


def wrap_for_device(public_key: bytes, key: bytes, subject: str) -> bytes:
    """ECIES: an ephemeral point (65 bytes), then the key encrypted by what only the device can derive (48 bytes)."""
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = ephemeral.exchange(ec.ECDH(), read_public_key(public_key))
    derived = HKDF(hashes.SHA256(), KEY_BYTES, salt=point + public_key, info=FOR_DEVICES).derive(shared)
    return point + AESGCM(derived).encrypt(UNUSED, key, subject.encode())
