"""Decrypting a copy, as docs/offline.md describes it. Written from that page alone: nothing of the service's code is used."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HEADER_BYTES = 28
TAG_BYTES = 16
LARGEST_CHUNK = 1 << 20


class CopyRefused(Exception):
    """The file is not what it should be."""


@dataclass(frozen=True)
class Copy:
    """An encrypted file, its key, and the recording and rendition that the licence names."""

    file: BinaryIO
    key: bytes
    recording: str
    rendition: str

    def chunks(self) -> Iterator[bytes]:
        """What is inside, from first to last; raises `CopyRefused` before it gives out a byte that was altered."""
        header = self.file.read(HEADER_BYTES)
        if len(header) != HEADER_BYTES or header[:4] != b"CLST":
            raise CopyRefused("this is no encrypted copy")
        version, _, chunk_size, size = struct.unpack(">HHIQ", header[4:20])
        if version != 1 or not 0 < chunk_size <= LARGEST_CHUNK:
            raise CopyRefused("this copy is of a kind that is not known")
        number, left = 0, size
        while True:
            length = min(left, chunk_size)
            left -= length
            yield self._chunk(header, number, length, last=left == 0)
            number += 1
            if left == 0:
                break
        if self.file.read(1):
            raise CopyRefused("there is more in the file than belongs there")

    def _chunk(self, header: bytes, number: int, length: int, *, last: bool) -> bytes:
        encrypted = self.file.read(length + TAG_BYTES)
        place = struct.pack(">IB", number, last)
        bound = header + f"{self.recording}/{self.rendition}".encode() + place
        try:
            return AESGCM(self.key).decrypt(header[20:28] + place[:4], encrypted, bound)
        except InvalidTag:
            raise CopyRefused(f"chunk {number} was altered, moved or cut off") from None

    def whole(self) -> bytes:
        return b"".join(self.chunks())
