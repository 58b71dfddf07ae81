"""Rows of the catalogue as the contract's structs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from apps.core.contract.catalogue import ReleaseSummary, ReleaseType, SeriesSummary, Volume

TYPES = {str(kind): kind for kind in ReleaseType}


def release_summaries(rows: Sequence[Any]) -> tuple[ReleaseSummary, ...]:
    """Of rows that begin with the columns of `SUMMARY`."""
    return tuple(ReleaseSummary(row[0], row[1], row[2], TYPES[row[3]], row[4], row[5], row[6]) for row in rows)


def series_summaries(rows: Sequence[Any]) -> tuple[SeriesSummary, ...]:
    """Of the rows of `spines`, in their order."""
    shelves = [list(spines) for _, spines in groupby(rows, key=attrgetter("series_id"))]
    return tuple(SeriesSummary(spines[0].series_id, spines[0].series, spines[0].volumes, volumes(spines)) for spines in shelves)


def volumes(rows: Sequence[Any]) -> tuple[Volume, ...]:
    return tuple(Volume(row.volume, release) for row, release in zip(rows, release_summaries(rows), strict=True))
