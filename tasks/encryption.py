"""Making encrypted copies, to be kept offline. `docs/offline.md` has the form, byte by byte."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from apps.core.contract.errors import Unavailable
from apps.core.contract.jobs import EncryptWork
from apps.core.contract.offline import EncryptionOrder, GetEncryptionOrder, RecordEncryption
from ports.storage.interface import ObjectNotFound
from ports.transcoder.interface import MediaRefused
from tasks.app import celery
from tasks.leases import Lease, do_job
from tasks.office import Office, office
from tasks.workspace import workspace

MAGIC = b"CLST"
VERSION = 1
"""The one form that this release makes; Core says which is wanted."""
HEADER = struct.Struct(">4sHHIQ8s")
"""Magic, version, nothing, chunk size, size of what is inside, nonce prefix."""
TAG = 16
PLACE = struct.Struct(">IB")
"""A chunk's number, and 1 where it is the last."""
OPAQUE = "application/octet-stream"


@celery.task
def encrypt(job_id: str) -> None:
    do_job(office(), job_id, EncryptWork, encrypt_rendition)


def encrypt_rendition(office: Office, lease: Lease, work: EncryptWork) -> None:
    order = office.core.send(GetEncryptionOrder(lease.job_id, lease.token))
    if order.format_version != VERSION:
        raise Unavailable(
            f"The copy is wanted in form {order.format_version}, and this worker makes form {VERSION}: another release began it."
        )
    with workspace(office.workspaces, order.source_size) as folder:
        target = folder / "encrypted"
        try:
            with office.storage.open(order.source_key) as source, target.open("wb") as copy:
                made = encrypt_file(source, copy, order, lease.progress)
        except ObjectNotFound:
            raise MediaRefused("The rendition is no longer in storage: import the music again.") from None
        # Whoever makes it, it comes out the same: of two workers at once the second replaces it by itself.
        key = f"offline/{work.recording_id}/{work.rendition}-{made.sha256[:32]}.clst"
        office.storage.put(key, target, OPAQUE)
    office.core.send(RecordEncryption(lease.job_id, lease.token, key, made.size, made.sha256))


@dataclass(frozen=True)
class Encrypted:
    size: int
    sha256: str


def encrypt_file(source: BinaryIO, target: BinaryIO, order: EncryptionOrder, progress: Callable[[float], None]) -> Encrypted:
    """Encrypt in chunks, however large it is; raises `OSError` where the source is not what was ordered."""
    header = HEADER.pack(MAGIC, VERSION, 0, order.chunk_size, order.source_size, order.nonce_prefix)
    cipher, bound = AESGCM(order.data_key), header + order.subject.encode()
    read, written = hashlib.sha256(), hashlib.sha256(header)
    target.write(header)
    left, number = order.source_size, 0
    while left or not number:
        chunk = _read(source, min(left, order.chunk_size))
        left -= len(chunk)
        read.update(chunk)
        place = PLACE.pack(number, left == 0)
        encrypted = cipher.encrypt(order.nonce_prefix + place[:4], chunk, bound + place)
        written.update(encrypted)
        target.write(encrypted)
        number += 1
        progress(1 - left / (order.source_size or 1))
    if source.read(1) or read.hexdigest() != order.source_sha256:
        raise OSError(f"{order.source_key} is not what was stored: its bytes have changed")
    return Encrypted(target.tell(), written.hexdigest())


def _read(source: BinaryIO, length: int) -> bytes:
    """Exactly so many bytes; a store may give fewer at a time."""
    chunk = source.read(length)
    while len(chunk) < length:
        more = source.read(length - len(chunk))
        if not more:
            raise OSError("The rendition ends early in storage")
        chunk += more
    return chunk
