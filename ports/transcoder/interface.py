"""Transcoder: one source file in, every rendition, loudness and a waveform out; and of a picture every size of a cover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ports.interface import Implementation

COVER_SIDES = (96, 320, 640, 1280)
"""Pixels."""
Progress = Callable[[float], None]
"""Called now and then with the share done, from 0 to 1. What it raises stops the transcode."""


class MediaRefused(Exception):
    """The file is not audio we accept; the message names the reason for a person."""


class TranscoderUnavailable(Exception):
    """The transcoder could not do its work (no disk, killed, not installed): another try may succeed."""


@dataclass(frozen=True)
class Segment:
    """One media segment inside a rendition's single file, as HLS byte ranges name it."""

    offset: int
    """First byte."""
    length: int
    """Number of bytes."""
    duration: int
    """In timescale units of the rendition."""


@dataclass(frozen=True)
class RenditionFile:
    """One encoded file."""

    name: str
    """One of `aac-64`, `aac-128`, `aac-256`, `flac`."""
    path: Path
    content_type: str
    codecs: str
    """RFC 6381, for the HLS multivariant playlist: `mp4a.40.2`, `fLaC`."""
    bit_rate: int
    """Average bits a second of the whole file."""
    peak_bit_rate: int
    """Highest bits a second of any segment (equal to `bit_rate` where there are no segments)."""
    size: int
    sha256: str
    timescale: int
    """Units a second of the segments' durations."""
    initialisation_length: int
    """Bytes 0 to here hold the initialisation segment (0 for a plain file)."""
    segments: tuple[Segment, ...]
    """Empty for a plain file."""


@dataclass(frozen=True)
class Transcode:
    """What one pass over the source gave."""

    duration_ms: int
    sample_rate: int
    """Of the AAC renditions, 44,100 or 48,000 Hz; the FLAC keeps the source's (its `timescale`)."""
    channels: int
    """Of every rendition: 1 for a mono source, else 2."""
    encoder_delay: int
    """Priming samples that a gapless player drops from the start of the AAC renditions; their edit list says the same."""
    end_padding: int
    """Samples after the music's end that a gapless player drops from the AAC renditions."""
    loudness: float | None
    """Integrated loudness in LUFS (EBU R128); None where the whole file lies below the gate (silence)."""
    true_peak: float | None
    """In dBTP; None for digital silence."""
    waveform: bytes
    """At most 1,000 peaks, one byte each, 0 (silence) to 255 (full scale), evenly spaced."""
    fingerprint: bytes
    """Chromaprint's, of the first ten minutes: a little-endian number of 32 bits for each eighth of a second or so, most of whose bits
    are the same however it is encoded. Empty where it is too short, or nobody here can tell."""
    renditions: tuple[RenditionFile, ...]


@dataclass(frozen=True)
class CoverFile:
    """A cover in one size, its shape as it came."""

    side: int
    """One of `COVER_SIDES`: the most pixels that either side has."""
    path: Path
    content_type: str
    sha256: str


@dataclass(frozen=True)
class Cover:
    files: tuple[CoverFile, ...]
    """One for each of `COVER_SIDES`."""
    colour: str
    """The dominant one, as `#rrggbb`."""


class Transcoder(Implementation, Protocol):
    def transcode(self, source: Path, into: Path, progress: Progress) -> Transcode:
        """Decode `source` once and write all renditions as files into the empty folder `into`.

        Raises `MediaRefused` for what is not acceptable audio and `TranscoderUnavailable` where a later try may succeed.
        Files written before an error are the caller's to remove.
        """
        ...

    def cover(self, source: Path, into: Path, progress: Progress) -> Cover:
        """Decode the picture that `source` is, or the front cover inside an audio file, and write every size into the empty folder `into`.

        No picture is made larger than it is. Raises as `transcode` does.
        """
        ...
