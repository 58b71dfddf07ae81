"""What ffmpeg says of a source before anything is decoded, and the refusal of what lies outside our limits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ports.transcoder.containers import ACCEPTED_IN_WORDS, DECODERS, Container
from ports.transcoder.interface import MediaRefused
from ports.transcoder.process import Limits

# A file's own words stand among ffmpeg's: everything has a longest length, so that none can make the search take hours.
DURATION = re.compile(r"^  Duration: (\d{1,6}):(\d\d):(\d\d\.\d{1,6})", re.MULTILINE)
ESTIMATED = "Estimating duration from bitrate"
STREAM = re.compile(
    r"^  Stream #0:\d{1,4}[^\n]{0,200}?: Audio: (?P<codec>\w{1,40})[^\n]{0,100}?"
    r", (?P<rate>\d{1,9}) Hz, (?P<layout>[^,\n]{1,60}), (?P<format>\w{1,20})",
    re.MULTILINE,
)
NAMED_LAYOUTS = {"mono": 1, "stereo": 2, "downmix": 2, "quad": 4, "hexagonal": 6, "octagonal": 8}
SAMPLE_RATES = range(8_000, 192_001)
MOST_CHANNELS = 8


@dataclass(frozen=True)
class Source:
    """One acceptable source as its headers describe it."""

    container: Container
    sample_rate: int
    mono: bool
    bits: int
    """Of the FLAC rendition: 16 or 24."""
    seconds: float | None
    """What the header promises; None where it promises nothing."""
    exact: bool
    """Whether that promise is a count and no estimate."""


def read_probe(container: Container, diagnostics: str, limits: Limits) -> Source:
    """Read what `ffmpeg -i` printed; raises `MediaRefused`."""
    stream = STREAM.search(diagnostics)
    if stream is None:
        raise MediaRefused(_why_unreadable(container, diagnostics))
    if stream["codec"] not in DECODERS:
        raise MediaRefused(f"This {container.name} file's sound is coded as {stream['codec']}: send {ACCEPTED_IN_WORDS}.")
    rate, channels, seconds = int(stream["rate"]), _channels(stream["layout"]), _seconds(diagnostics)
    if rate not in SAMPLE_RATES:
        raise MediaRefused(f"This file has a sample rate of {rate} Hz: send 8 to 192 kHz.")
    if channels > MOST_CHANNELS:
        raise MediaRefused(f"This file has {stream['layout']} sound: send at most {MOST_CHANNELS} channels.")
    if seconds is not None and seconds > limits.source_seconds:
        raise MediaRefused(too_long(limits))
    exact = container.states_length and ESTIMATED not in diagnostics
    return Source(container, rate, channels == 1, _bits(stream), seconds, exact)


def too_long(limits: Limits) -> str:
    return f"This file lasts longer than {limits.source_seconds / 3600:g} hours: send it in parts."


def _why_unreadable(container: Container, diagnostics: str) -> str:
    if "Stream #0:" in diagnostics:
        return f"This {container.name} file has no sound in it that we can read: send {ACCEPTED_IN_WORDS}."
    return f"This file begins like {container.name} but is damaged or cut short: export it again."


def _channels(layout: str) -> int:
    """How many channels a layout has, as ffmpeg names it: `stereo`, `5.1(side)`, `3 channels`; unknown names count as too many."""
    name = layout.partition("(")[0].strip()
    counted = re.fullmatch(r"(\d+) channels", name)
    if counted:
        return int(counted[1])
    if re.fullmatch(r"\d+(\.\d+)+", name):
        return sum(int(part) for part in name.split("."))
    return NAMED_LAYOUTS.get(name, MOST_CHANNELS + 1)


def _seconds(diagnostics: str) -> float | None:
    found = DURATION.search(diagnostics)
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None


def _bits(stream: re.Match[str]) -> int:
    """16 for lossy codecs and 16-bit sources, 24 for anything finer."""
    lossless = stream["codec"] in {"flac", "alac"} or stream["codec"].startswith("pcm_")
    return 24 if lossless and stream["format"].rstrip("p") in {"s32", "flt", "dbl"} else 16
