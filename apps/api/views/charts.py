"""Charts: their editions, and how a recording has stood in one."""

from __future__ import annotations

from flask import Blueprint, Response

from apps.api.answers import personal
from apps.api.context import core
from apps.api.operations import sends
from apps.core.contract.charts import GetChartRun, GetEdition, ListCharts
from apps.core.contract.ids import RecordingId

views = Blueprint("charts", __name__)


@views.get("/charts")
@sends(ListCharts)
def charts() -> Response:
    return personal(core().send(ListCharts()))


@views.get("/charts/<code>/editions/latest")
@sends(GetEdition, meaning="The latest edition of a chart.")
def latest(code: str) -> Response:
    return personal(core().send(GetEdition(code)))


@views.get("/charts/<code>/editions/<day>")
@sends(GetEdition)
def edition(code: str, day: str) -> Response:
    return personal(core().send(GetEdition(code, day)))


@views.get("/charts/<code>/runs/<id:recording_id>")
@sends(GetChartRun)
def run(code: str, recording_id: RecordingId) -> Response:
    return personal(core().send(GetChartRun(code, recording_id)))
