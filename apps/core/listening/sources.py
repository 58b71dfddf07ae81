"""What plays were started from, as it is stored and as it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from apps.core.charts.definitions import Charts
from apps.core.contract.ids import HIGHEST_ID
from apps.core.contract.listening import AppSource, ChartSource, PlayedFrom, Source, SourceKind

KINDS: Mapping[str, type[Any]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Source)}
NAMED = (ChartSource, AppSource)
"""These go by a name, others by an id or by nothing."""


def columns_of(source: Source | None) -> dict[str, str | None]:
    """Of a row of the history. What only looks like an id is of nothing, and no play is refused for it."""
    value = next(iter(msgspec.structs.astuple(source)), None) if source else None
    of_id, of_name = (None, value) if isinstance(source, NAMED) else (value, None)
    if source is None or (of_id is not None and of_id > HIGHEST_ID):
        return {"source": None, "source_id": None, "source_name": None}
    return {"source": str(source.__struct_config__.tag), "source_id": of_id, "source_name": of_name}


def played_from(row: Any, charts: Charts) -> PlayedFrom | None:
    if row.source is None:
        return None
    source = KINDS[row.source](*(value for value in (row.source_id, row.source_name) if value is not None))
    return PlayedFrom(source, _title_of_chart(row.source_name, charts) if row.source == SourceKind.CHART else row.source_title)


def _title_of_chart(code: str, charts: Charts) -> str | None:
    chart = charts.get(code)
    return chart.title if chart else None
