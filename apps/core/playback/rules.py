"""Rules of playback: which renditions there must be, how long things last, and what an HLS playlist says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import ceil

import msgspec

from apps.core.contract.errors import Invalid
from apps.core.contract.playback import PREVIEW, PREVIEW_MARGIN_MS, PREVIEW_SECONDS, Audio, Rendition

REQUIRED = frozenset({"aac-64", "aac-128", "aac-256", "flac"})
WHOLE = frozenset({"aac-64", "aac-128", "aac-256"})
"""What a full playback is streamed from."""
MAKE_AGAIN = "Transcode it again, and record the renditions as they were made."
URL_MARGIN = timedelta(minutes=10)
"""What a track's URLs are good for beyond its own length: pauses and slow networks."""
HLS_VERSION = 7
"""RFC 8216: fragmented MP4 (`EXT-X-MAP`) needs 6, and byte ranges 4."""


def check_renditions(renditions: Sequence[Rendition]) -> None:
    """Raises `Invalid` where a rendition is missing or doubled, or its segments do not tile its file."""
    names = [rendition.name for rendition in renditions]
    if len(names) != len(set(names)) or not set(names) >= REQUIRED:
        raise Invalid(f"The renditions are {', '.join(sorted(names))}; needed are {', '.join(sorted(REQUIRED))}.", MAKE_AGAIN)
    for rendition in renditions:
        if rendition.name == PREVIEW:
            check_preview(rendition)
        elif rendition.name in WHOLE:
            _check_segments(rendition)


def check_preview(rendition: Rendition) -> None:
    """Raises `Invalid` where it is too long, or its segments do not tile its file."""
    if rendition.name != PREVIEW:
        raise Invalid(f"{rendition.name} is no preview.", MAKE_AGAIN)
    _check_segments(rendition)
    if lasts_ms(rendition) > PREVIEW_SECONDS * 1000 + PREVIEW_MARGIN_MS:
        raise Invalid(f"The preview is longer than {PREVIEW_SECONDS} seconds.", MAKE_AGAIN)


def lasts_ms(rendition: Rendition) -> int:
    """How long a segmented rendition plays."""
    return sum(segment.duration for segment in rendition.segments) * 1000 // rendition.timescale


class StoredFile(msgspec.Struct, frozen=True, array_like=True):
    """What a player is told of a rendition, but for its link."""

    name: str
    key: str
    content_type: str
    codecs: str
    bit_rate: int
    size: int


def stored_file(one: Rendition) -> StoredFile:
    return StoredFile(one.name, one.key, one.content_type, one.codecs, one.bit_rate, one.size)


def whole_files(renditions: Sequence[Rendition]) -> tuple[StoredFile, ...]:
    """Those that play the whole, lowest bit rate first."""
    return tuple(stored_file(one) for one in sorted(renditions, key=lambda one: one.bit_rate) if one.name != PREVIEW)


def beginning_of(audio: Audio, preview: Rendition) -> Audio:
    """What was measured, of the preview alone."""
    lasts = lasts_ms(preview)
    peaks = ceil(len(audio.waveform) * lasts / audio.duration_ms)
    return msgspec.structs.replace(audio, duration_ms=lasts, end_padding=0, waveform=audio.waveform[:peaks])


def streamed(preview: bool) -> frozenset[str]:
    """The names of the renditions that a session may stream."""
    return frozenset({PREVIEW}) if preview else WHOLE


def _check_segments(rendition: Rendition) -> None:
    position = rendition.initialisation_length
    for segment in rendition.segments:
        if segment.offset != position or segment.length <= 0 or segment.duration <= 0:
            raise Invalid(f"The segments of {rendition.name} leave a gap or overlap at byte {position}.", MAKE_AGAIN)
        position += segment.length
    if not rendition.segments or position != rendition.size:
        raise Invalid(f"The segments of {rendition.name} end at byte {position}, the file at {rendition.size}.", MAKE_AGAIN)


def multivariant_playlist(renditions: Sequence[Rendition]) -> str:
    """Names each segmented rendition as `<name>.m3u8` beside itself, lowest bit rate first."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{HLS_VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for one in sorted(renditions, key=lambda rendition: rendition.bit_rate):
        rates = f"BANDWIDTH={one.peak_bit_rate},AVERAGE-BANDWIDTH={one.bit_rate}"
        lines += [f'#EXT-X-STREAM-INF:{rates},CODECS="{one.codecs}"', f"{one.name}.m3u8"]
    return "\n".join(lines) + "\n"


def media_playlist(rendition: Rendition, url: str) -> str:
    """One rendition's byte ranges of the one file behind `url`."""
    seconds = [segment.duration / rendition.timescale for segment in rendition.segments]
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{HLS_VERSION}",
        f"#EXT-X-TARGETDURATION:{ceil(max(seconds))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{url}",BYTERANGE="{rendition.initialisation_length}@0"',
    ]
    for segment, duration in zip(rendition.segments, seconds, strict=True):
        lines += [f"#EXTINF:{duration:.6f},", f"#EXT-X-BYTERANGE:{segment.length}@{segment.offset}", url]
    return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"
