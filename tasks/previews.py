"""The preview of a recording: its beginning as an object of its own, so that whoever may hear only that can fetch nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from apps.core.contract.playback import PREVIEW, PREVIEW_MARGIN_MS, PREVIEW_SECONDS
from ports.transcoder.interface import RenditionFile, Segment

CUT_FROM = "aac-128"


def cut_preview(renditions: Sequence[RenditionFile], folder: Path) -> RenditionFile | None:
    """Copy the first whole segments: at most thirty seconds, and at most half of the music. None where not one segment fits.

    A fragmented file is whole at the end of each segment, so nothing is encoded again.
    """
    whole = next(file for file in renditions if file.name == CUT_FROM)
    segments = whole.segments[: _most_segments(whole.segments, whole.timescale)]
    if not segments:
        return None
    size = segments[-1].offset + segments[-1].length
    with whole.path.open("rb") as file:
        beginning = file.read(size)
    path = folder / PREVIEW
    path.write_bytes(beginning)
    digest = hashlib.sha256(beginning).hexdigest()
    return replace(whole, name=PREVIEW, path=path, size=size, sha256=digest, segments=segments)


def _most_segments(segments: Sequence[Segment], timescale: int) -> int:
    ends = list(accumulate(segment.duration for segment in segments))
    longest = min((PREVIEW_SECONDS * 1000 + PREVIEW_MARGIN_MS) * timescale // 1000, ends[-1] // 2)
    return sum(end <= longest for end in ends)
