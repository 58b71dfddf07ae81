"""Rows of the catalogue's statements as the contract's structs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from apps.core.catalogue.statements import OF_RELEASE
from apps.core.contract.actions import Actor
from apps.core.contract.catalogue import ReleaseSummary, ReleaseType, SeriesSummary, TrackDetail, TrackSummary, Volume

TYPES = {str(kind): kind for kind in ReleaseType}


def track_summary(row: Any, actor: Actor) -> TrackSummary:
    """Of a row of `HEARABLE`."""
    return TrackSummary(
        id=row.id, recording_id=row.recording_id, disc=row.disc, number=row.number, title=row.title, artist=row.artist,
        duration_ms=row.duration_ms, explicit=row.explicit, playable=bool(row.ready and row.allowed),
        preview=bool(row.preview and not row.allowed and actor.account_id), for_subscribers=bool(row.ready and not row.allowed),
        refused=bool(row.refused and not row.ready),
    )  # fmt: skip


def track_detail(row: Any, actor: Actor) -> TrackDetail:
    """Of a row of `HEARABLE` with the columns of `SUMMARY` after it."""
    return TrackDetail(track_summary(row, actor), release_summary(row[OF_RELEASE]))


def release_summary(row: Any) -> ReleaseSummary:
    """Of a row that begins with the columns of `SUMMARY`."""
    return ReleaseSummary(row[0], row[1], row[2], TYPES[row[3]], row[4], row[5], row[6])


def summaries(rows: Sequence[Any]) -> tuple[ReleaseSummary, ...]:
    return tuple(map(release_summary, rows))


def series_summaries(rows: Sequence[Any]) -> tuple[SeriesSummary, ...]:
    """Of the rows of `spines`, in their order."""
    shelves = [list(spines) for _, spines in groupby(rows, key=attrgetter("series_id"))]
    return tuple(
        SeriesSummary(spines[0].series_id, spines[0].series, spines[0].series_cover, spines[0].volumes, volumes(spines))
        for spines in shelves
    )


def volumes(rows: Sequence[Any]) -> tuple[Volume, ...]:
    return tuple(Volume(row.volume, release) for row, release in zip(rows, summaries(rows), strict=True))
