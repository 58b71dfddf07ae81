"""Describing finished files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ports.transcoder.flac import StreamInformation
from ports.transcoder.fragments import Fragmented
from ports.transcoder.interface import RenditionFile


def fragmented_file(path: Path, parsed: Fragmented) -> RenditionFile:
    size = path.stat().st_size
    bit_rate = _bit_rate(size, parsed.duration, parsed.timescale)
    return RenditionFile(
        name=path.name,
        path=path,
        content_type="audio/mp4",
        codecs="mp4a.40.2",
        bit_rate=bit_rate,
        peak_bit_rate=max(bit_rate, *(_bit_rate(segment.length, segment.duration, parsed.timescale) for segment in parsed.segments)),
        size=size,
        sha256=_sha256(path),
        timescale=parsed.timescale,
        initialisation_length=parsed.initialisation_length,
        segments=parsed.segments,
    )


def flac_file(path: Path, music: StreamInformation) -> RenditionFile:
    size = path.stat().st_size
    bit_rate = _bit_rate(size, music.samples, music.sample_rate)
    return RenditionFile(path.name, path, "audio/flac", "fLaC", bit_rate, bit_rate, size, _sha256(path), music.sample_rate, 0, ())


def _bit_rate(size: int, duration: int, timescale: int) -> int:
    """Bits a second, rounded up: a playlist's promise is never too low."""
    return -(-8 * size * timescale // duration)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
