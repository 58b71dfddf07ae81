"""Measures each dispatch: time, statements, rows and database time, summed by Action."""

from __future__ import annotations

from typing import Any

from apps.core.bus import Dispatch, Following
from apps.core.meter import Meter, measured


def meter(dispatch: Dispatch, following: Following) -> Any:
    with measured(dispatch.container.get(Meter), dispatch.kind.__name__, dispatch.measure):
        return following(dispatch)
