"""Measures each dispatch: time, statements, rows and database time, summed by Action."""

from __future__ import annotations

import time
from typing import Any

from apps.core import meter as metering
from apps.core.bus import Dispatch, Following
from apps.core.meter import Meter


def meter(dispatch: Dispatch, following: Following) -> Any:
    measure = dispatch.measure
    token = metering.begin(measure)
    started = time.perf_counter()
    failed = True
    try:
        result = following(dispatch)
        failed = False
        return result
    finally:
        measure.seconds = time.perf_counter() - started
        metering.end(token)
        dispatch.container.get(Meter).record(dispatch.kind.__name__, measure, failed=failed)
