"""The preview of a recording: its beginning as an object of its own, so that whoever may hear only that can fetch nothing else."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path, PurePosixPath

import msgspec

from apps.core.contract.playback import (
    PREVIEW,
    PREVIEW_MARGIN_MS,
    PREVIEW_SECONDS,
    PREVIEW_SOURCE,
    ListMissingPreviews,
    MissingPreview,
    RecordPreview,
    Rendition,
    SegmentEntry,
)
from ports.storage.interface import ObjectNotFound
from ports.transcoder.interface import RenditionFile, Segment
from tasks.office import Office
from tasks.workspace import workspace

log = logging.getLogger(__name__)

MOST_AT_ONCE = 2_000
"""Previews that are made up for in an hour: other tasks wait in the same queue."""


@dataclass(frozen=True)
class Beginning:
    path: Path
    size: int
    sha256: str
    segments: Sequence[Segment]


def preview_of(renditions: Sequence[RenditionFile], folder: Path) -> RenditionFile | None:
    """The preview of what was just transcoded; None where it is too short for one."""
    whole = next(file for file in renditions if file.name == PREVIEW_SOURCE)
    cut = cut_preview(whole.path, whole.segments, whole.timescale, folder)
    return cut and replace(whole, name=PREVIEW, path=cut.path, size=cut.size, sha256=cut.sha256, segments=tuple(cut.segments))


def cut_preview(whole: Path, segments: Sequence[Segment], timescale: int, folder: Path) -> Beginning | None:
    """Copy the first whole segments: at most thirty seconds, and at most half of the music. None where not one segment fits.

    A fragmented file is whole at the end of each segment, so nothing is encoded again.
    """
    kept = segments[: _most_segments(segments, timescale)]
    if not kept:
        return None
    size = kept[-1].offset + kept[-1].length
    with whole.open("rb") as file:
        beginning = file.read(size)
    path = folder / PREVIEW
    path.write_bytes(beginning)
    return Beginning(path, size, hashlib.sha256(beginning).hexdigest(), kept)


def cut_missing_previews(office: Office) -> None:
    """Cut previews of what was transcoded before there were any, some at a time; what is damaged is told and passed over."""
    after, done = None, 0
    while done < MOST_AT_ONCE and (missing := office.core.send(ListMissingPreviews(after))):
        for one in missing:
            done += _make_up_for(office, one)
        after = missing[-1].recording_id


def _make_up_for(office: Office, missing: MissingPreview) -> bool:
    source = missing.source
    with workspace(office.workspaces, source.size) as folder:
        whole = folder / "whole"
        try:
            office.storage.fetch(source.key, whole)
        except ObjectNotFound:
            log.warning("No preview of %s: %s is no longer in storage", missing.recording_id, source.key)
            return False
        if hashlib.sha256(whole.read_bytes()).hexdigest() != source.sha256:
            log.warning("No preview of %s: %s is not what was stored", missing.recording_id, source.key)
            return False
        segments = [Segment(one.offset, one.length, one.duration) for one in source.segments]
        cut = cut_preview(whole, segments, source.timescale, folder)
        preview = cut and _store(office, missing, cut)
    office.core.send(RecordPreview(missing.recording_id, missing.content_hash, source.sha256, preview))
    return True


def _store(office: Office, missing: MissingPreview, cut: Beginning) -> Rendition:
    key = f"audio/{missing.recording_id}/{missing.content_hash}/{PREVIEW}-{cut.sha256[:16]}{PurePosixPath(missing.source.key).suffix}"
    office.storage.put(key, cut.path, missing.source.content_type)
    entries = tuple(SegmentEntry(one.offset, one.length, one.duration) for one in cut.segments)
    return msgspec.structs.replace(missing.source, name=PREVIEW, key=key, size=cut.size, sha256=cut.sha256, segments=entries)


def _most_segments(segments: Sequence[Segment], timescale: int) -> int:
    ends = list(accumulate(segment.duration for segment in segments))
    longest = min((PREVIEW_SECONDS * 1000 + PREVIEW_MARGIN_MS) * timescale // 1000, ends[-1] // 2)
    return sum(end <= longest for end in ends)
