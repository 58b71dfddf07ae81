"""Reading the boxes of a fragmented MP4 file (ISO/IEC 14496-12): where its segments lie and how long they last."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from ports.transcoder.interface import Segment, TranscoderUnavailable

AAC_FRAME = 1024
"""Samples in one coded frame of AAC-LC."""
HEADER = struct.Struct(">I4s")
MOST_BOXES = 100_000
LARGEST_INDEX = 1 << 20
"""Bytes of a box that is read whole. An honest file of many hours has a tenth of either: more would only fill our memory."""
TFHD_FIELDS = ((0x000001, 8), (0x000002, 4), (0x000008, 4), (0x000010, 4), (0x000020, 4))
TFHD_DURATION = 0x000008
TFHD_SIZE = 0x000010
TRUN_FIELDS = (0x000001, 0x000004)
TRUN_SAMPLE_FIELDS = (0x000100, 0x000200, 0x000400, 0x000800)


@dataclass(frozen=True)
class Fragmented:
    """One AAC-LC track in fragments; all times are in units of `timescale`, which is its sample rate."""

    timescale: int
    initialisation_length: int
    delay: int
    """Where the edit list lets the presentation begin: the encoder's priming samples."""
    frames: int
    """Coded frames in all segments."""
    duration: int
    """Sum of the frames' durations, priming included."""
    segments: tuple[Segment, ...]

    @property
    def padding(self) -> int:
        """Samples of the last frame that are no music: its stated duration is shorter than a frame."""
        return self.frames * AAC_FRAME - self.duration


@dataclass(frozen=True)
class _Box:
    kind: str
    offset: int
    length: int


@dataclass(frozen=True)
class _Run:
    start: int
    frames: int
    duration: int
    payload: int


def read_fragments(path: Path) -> Fragmented:
    """Read a file of `ftyp moov free? (moof mdat)+`; raises `TranscoderUnavailable` where it is not exactly that."""
    try:
        with path.open("rb") as file:
            return _read(file, list(islice(_boxes(file, path.stat().st_size), MOST_BOXES + 1)))
    except (ValueError, LookupError, struct.error, FileNotFoundError) as error:
        raise TranscoderUnavailable(f"The rendition {path.name} was not written whole ({error}): try again.") from error


def _read(file: BinaryIO, boxes: list[_Box]) -> Fragmented:
    if len(boxes) > MOST_BOXES:
        raise ValueError(f"it has more than {MOST_BOXES} boxes")
    if [box.kind for box in boxes[2:3]] == ["free"]:
        del boxes[2]
    kinds = [box.kind for box in boxes]
    if kinds[:2] != ["ftyp", "moov"] or kinds[2:] != ["moof", "mdat"] * (len(kinds) // 2 - 1) or len(kinds) == 2:
        raise ValueError(f"its boxes are {' '.join(kinds[:8])}")
    movie = _content(file, boxes[1])
    segments: list[Segment] = []
    frames = duration = 0
    for fragment, data in zip(boxes[2::2], boxes[3::2], strict=True):
        run = _run(_content(file, fragment))
        if run.duration == 0:
            raise ValueError(f"the segment at byte {fragment.offset} lasts no time")
        if run.start != duration or run.payload != data.length - HEADER.size:
            raise ValueError(f"the segment at byte {fragment.offset} does not follow the one before it")
        segments.append(Segment(fragment.offset, fragment.length + data.length, run.duration))
        frames += run.frames
        duration += run.duration
    return Fragmented(_timescale(movie), boxes[2].offset, _delay(movie), frames, duration, tuple(segments))


def _boxes(file: BinaryIO, size: int) -> Iterator[_Box]:
    offset = 0
    while offset < size:
        file.seek(offset)
        length, kind = HEADER.unpack(file.read(HEADER.size))
        if length < HEADER.size or offset + length > size:
            raise ValueError(f"the box at byte {offset} claims {length} bytes")
        yield _Box(kind.decode("latin-1"), offset, length)
        offset += length


def _content(file: BinaryIO, box: _Box) -> bytes:
    if box.length > LARGEST_INDEX:
        raise ValueError(f"its {box.kind} box at byte {box.offset} is {box.length} bytes long")
    file.seek(box.offset + HEADER.size)
    return file.read(box.length - HEADER.size)


def _find(content: bytes, *path: str) -> bytes:
    """The content of the first box along a path of nested boxes; raises LookupError where there is none."""
    for kind in path:
        offset = 0
        while True:
            if offset >= len(content):
                raise LookupError(f"it has no {kind} box")
            length, found = HEADER.unpack_from(content, offset)
            if length < HEADER.size:
                raise ValueError(f"a box before {kind} has no length")
            if found == kind.encode():
                break
            offset += length
        content = content[offset + HEADER.size : offset + length]
    return content


def _timescale(movie: bytes) -> int:
    header = _find(movie, "trak", "mdia", "mdhd")
    return struct.unpack_from(">I", header, 20 if header[0] else 12)[0]


def _delay(movie: bytes) -> int:
    edits = _find(movie, "trak", "edts", "elst")
    return struct.unpack_from(">q", edits, 16)[0] if edits[0] else struct.unpack_from(">i", edits, 12)[0]


def _run(fragment: bytes) -> _Run:
    track = _find(fragment, "traf")
    time = _find(track, "tfdt")
    start: int = struct.unpack_from(">Q" if time[0] else ">I", time, 4)[0]
    defaults = _defaults(_find(track, "tfhd"))
    run = _find(track, "trun")
    flags, frames = struct.unpack_from(">II", run)
    flags &= 0xFFFFFF
    present = [field for field in TRUN_SAMPLE_FIELDS if flags & field]
    offset = 8 + 4 * sum(1 for field in TRUN_FIELDS if flags & field)
    values = struct.unpack_from(f">{frames * len(present)}I", run, offset)

    def total(field: int, default: int) -> int:
        return sum(values[present.index(field) :: len(present)]) if field in present else default * frames

    return _Run(start, frames, total(0x100, defaults.get(TFHD_DURATION, 0)), total(0x200, defaults.get(TFHD_SIZE, 0)))


def _defaults(header: bytes) -> dict[int, int]:
    flags = struct.unpack_from(">I", header)[0]
    offset = 8
    found: dict[int, int] = {}
    for field, length in TFHD_FIELDS:
        if flags & field:
            found[field] = int.from_bytes(header[offset : offset + length], "big")
            offset += length
    return found
