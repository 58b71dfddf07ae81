"""Whether a file was cut short, where its own headers tell at once: of the other formats transcoding finds out."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ports.transcoder.containers import AIFF, MP4, WAV, Container
from ports.transcoder.riff import wave_is_cut_short

TOLERANCE_SECONDS = 1.0
"""As transcoding has it: so much of the sound may be missing."""
MOST_CHUNKS = 1000
AIFF_HEADER, AIFF_CHUNK = 12, struct.Struct(">4sI")
AIFF_UNKNOWN_LENGTHS = range(0x7F000000, 0x100000000)
"""What writers that cannot seek back put for a length they do not know yet."""
MP4_BOX, MP4_LONG_SIZE = struct.Struct(">I4s"), struct.Struct(">Q")


def is_cut_short(path: Path, file: BinaryIO, container: Container, seconds: float) -> bool:
    """Whether more than a second of the `seconds` of sound that the file claims lies behind its end."""
    if container is WAV:
        return wave_is_cut_short(path)
    size = os.fstat(file.fileno()).st_size
    claimed = missing = 0
    for start, length in _sound(file, container):
        claimed += length
        missing += max(0, start + length - size)
    return missing > 0 and missing / claimed * seconds > TOLERANCE_SECONDS


def _sound(file: BinaryIO, container: Container) -> Iterator[tuple[int, int]]:
    """Where the pieces that hold the sound start, and how long they claim to be."""
    if container is AIFF:
        return _aiff_sound(file)
    return _mp4_sound(file) if container is MP4 else iter(())


def _aiff_sound(file: BinaryIO) -> Iterator[tuple[int, int]]:
    position = AIFF_HEADER
    for _ in range(MOST_CHUNKS):
        file.seek(position)
        header = file.read(AIFF_CHUNK.size)
        if len(header) < AIFF_CHUNK.size:
            return
        kind, length = AIFF_CHUNK.unpack(header)
        if kind == b"SSND" and length not in AIFF_UNKNOWN_LENGTHS:
            yield file.tell(), length
        position += AIFF_CHUNK.size + length + length % 2


def _mp4_sound(file: BinaryIO) -> Iterator[tuple[int, int]]:
    position = 0
    for _ in range(MOST_CHUNKS):
        file.seek(position)
        header = file.read(MP4_BOX.size + MP4_LONG_SIZE.size)
        if len(header) < MP4_BOX.size:
            return
        length, kind = MP4_BOX.unpack_from(header)
        if length == 1 and len(header) == MP4_BOX.size + MP4_LONG_SIZE.size:
            (length,) = MP4_LONG_SIZE.unpack_from(header, MP4_BOX.size)
        if length < MP4_BOX.size:  # 0 reaches to the end of the file, wherever that is
            return
        if kind == b"mdat":
            yield position, length
        position += length
