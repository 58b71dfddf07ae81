"""Reading the STREAMINFO block of a FLAC file (RFC 9639, section 8.2)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ports.transcoder.interface import TranscoderUnavailable

STREAM_INFORMATION = slice(8, 42)
SHORTEST = 42


@dataclass(frozen=True)
class StreamInformation:
    sample_rate: int
    channels: int
    samples: int
    """Of one channel."""


def read_stream_information(path: Path) -> StreamInformation:
    """Raises `TranscoderUnavailable` where the file is no FLAC."""
    with path.open("rb") as file:
        head = file.read(SHORTEST)
    if len(head) < SHORTEST or not head.startswith(b"fLaC"):
        raise TranscoderUnavailable(f"The rendition {path.name} was not written whole: try again.")
    # 20 bits of rate, 3 of channels, 5 of depth, 36 of samples.
    packed = int.from_bytes(head[STREAM_INFORMATION][10:18], "big")
    sample_rate = packed >> 44
    if sample_rate == 0:
        raise TranscoderUnavailable(f"The rendition {path.name} has no sample rate: try again.")
    return StreamInformation(sample_rate, (packed >> 41 & 7) + 1, packed & (1 << 36) - 1)
