"""Whether a WAV file was cut short: ffmpeg takes what is there, and says nothing of what its header promised."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

HEADER = struct.Struct("<4sI")
FORM_HEADER = 12
CHUNKS_READ = 64
BYTE_RATE = slice(8, 12)
UNKNOWN_LENGTHS = range(0x7FFF0000, 0x100000000)
"""What writers that cannot seek back put for a length they do not know yet."""


def wave_is_cut_short(path: Path) -> bool:
    """Whether more than a second of the sound that the header promises is missing."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(FORM_HEADER)
        byte_rate = 0
        for _ in range(CHUNKS_READ):
            header = file.read(HEADER.size)
            if len(header) < HEADER.size:
                return False
            kind, length = HEADER.unpack(header)
            if kind == b"data":
                return length not in UNKNOWN_LENGTHS and file.tell() + length - size > byte_rate
            start = file.tell()
            if kind == b"fmt ":
                byte_rate = _byte_rate(file)
            file.seek(start + length + length % 2)
    return False


def _byte_rate(file: BinaryIO) -> int:
    return int.from_bytes(file.read(BYTE_RATE.stop)[BYTE_RATE], "little")
