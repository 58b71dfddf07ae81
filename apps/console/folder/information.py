"""The INFO chunk of a WAV file, which mutagen does not read."""

from __future__ import annotations

import struct
from typing import BinaryIO

HEADER = 8
MOST_CHUNKS = 200
LONGEST_LIST = 1 << 16


def information_of(wave: BinaryIO) -> dict[str, str]:
    """What the first LIST chunk of the type INFO says, by its four-letter names; nothing where there is none."""
    wave.seek(4 + HEADER)
    for _ in range(MOST_CHUNKS):
        header = wave.read(HEADER)
        if len(header) < HEADER:
            break
        name, size = struct.unpack("<4sI", header)
        start = wave.tell()
        if name == b"LIST" and wave.read(4) == b"INFO":
            return _entries(wave.read(min(size - 4, LONGEST_LIST)))
        wave.seek(start + size + size % 2)
    return {}


def _entries(listing: bytes) -> dict[str, str]:
    entries: dict[str, str] = {}
    position = 0
    while position + HEADER <= len(listing):
        name, size = struct.unpack_from("<4sI", listing, position)
        position += HEADER
        entries[name.decode("ascii", "replace")] = _text(listing[position : position + size])
        position += size + size % 2
    return entries


def _text(raw: bytes) -> str:
    """The chunk does not say its encoding: UTF-8 where it is that, or else what Windows wrote."""
    text = raw.split(b"\x00", 1)[0]
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace")
