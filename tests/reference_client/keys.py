"""A device's own key pair, and the keys of copies that are wrapped to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

POINT_BYTES = 65


@dataclass(frozen=True)
class DeviceKey:
    """A real app makes it in the Secure Enclave or the Android Keystore."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def unwrap(self, wrapped: bytes, recording: str, rendition: str) -> bytes:
        """Raises `InvalidTag` where it was wrapped to another device, or for another copy."""
        point, encrypted = wrapped[:POINT_BYTES], wrapped[POINT_BYTES:]
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
        derived = HKDF(hashes.SHA256(), 32, salt=point + self.public, info=b"celesta offline key 1").derive(shared)
        return AESGCM(derived).decrypt(bytes(12), encrypted, f"{recording}/{rendition}".encode())
