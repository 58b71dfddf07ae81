"""Reading what the one pass measured: loudness and true peak from ffmpeg's summary, the waveform from the list of peaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ports.transcoder.interface import TranscoderUnavailable

SUMMARY = "[Parsed_ebur128_"
INTEGRATED = re.compile(r"^    I: +(\S+) LUFS", re.MULTILINE)
TRUE_PEAK = re.compile(r"^    Peak: +(\S+) dBFS", re.MULTILINE)
GATE = -70.0
"""Where the whole file lies below the absolute gate of EBU R128, ffmpeg prints the gate."""
PEAK = b"lavfi.astats.Overall.Peak_level="
WAVEFORM_PEAKS = 1000
FULL_SCALE = 255
LONGEST_LINE = 1000


@dataclass(frozen=True)
class Loudness:
    integrated: float | None
    true_peak: float | None


def read_loudness(diagnostics: str) -> Loudness:
    """The last summary counts: filters print one each time they are torn down, and a file's own text comes before it."""
    summary = diagnostics.rpartition(SUMMARY)[2]
    integrated, peak = INTEGRATED.search(summary), TRUE_PEAK.search(summary)
    if integrated is None or peak is None:
        raise TranscoderUnavailable("This ffmpeg printed no loudness: install one with the ebur128 filter, or set FFMPEG to its path.")
    loudness = float(integrated[1])
    return Loudness(loudness if loudness > GATE else None, None if peak[1] == "-inf" else float(peak[1]))


def read_waveform(path: Path) -> bytes:
    """At most 1,000 evenly spaced peaks; neighbours are joined by the louder one."""
    try:
        peaks = bytes(_peaks(path))
    except (ValueError, OverflowError) as error:
        raise TranscoderUnavailable(f"The list of peaks was not written whole ({error}): try again.") from error
    count = min(WAVEFORM_PEAKS, len(peaks))
    return bytes(max(peaks[len(peaks) * i // count : len(peaks) * (i + 1) // count]) for i in range(count))


def _peaks(path: Path) -> Iterator[int]:
    with path.open("rb") as lines:
        while line := lines.readline(LONGEST_LINE):
            if line.startswith(PEAK):
                # ffmpeg prints decibels, and -inf for silence.
                yield min(FULL_SCALE, round(10 ** (float(line.removeprefix(PEAK)) / 20) * FULL_SCALE))
