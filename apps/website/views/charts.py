"""Charts: all of them, an edition of one, and how a recording has stood in it."""

from __future__ import annotations

from flask import Blueprint, render_template

from apps.core.contract.charts import ChartSummary, GetChartRun, GetEdition, ListCharts
from apps.core.contract.days import Day
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import RecordingId
from apps.website.actor import core
from apps.website.favourites import favourites_among
from apps.website.plots import plot_of

views = Blueprint("charts", __name__, url_prefix="/charts")


@views.get("")
def index() -> str:
    return render_template("charts/index.html", charts=core().send(ListCharts()).items)


@views.get("/<code>", defaults={"day": None})
@views.get("/<code>/<day:day>")
def show(code: str, day: Day | None) -> str:
    try:
        listed, edition = core().send_many(ListCharts(), GetEdition(code, day))
    except NotFound:
        charts = core().send(ListCharts()).items
        chart = _named(charts, code)
        if chart.latest is not None:
            raise
        return render_template("charts/unpublished.html", charts=charts, chart=chart)
    kept = favourites_among(tracks=(entry.track.id for entry in edition.entries if entry.track))
    return render_template("charts/show.html", charts=listed.items, edition=edition, kept=kept)


@views.get("/<code>/runs/<id:recording_id>")
def run(code: str, recording_id: RecordingId) -> str:
    told = core().send(GetChartRun(code, recording_id))
    return render_template("charts/run.html", run=told, plot=plot_of([point.position for point in told.points]))


def _named(charts: tuple[ChartSummary, ...], code: str) -> ChartSummary:
    for chart in charts:
        if chart.code == code:
            return chart
    raise NotFound("There is no such chart.", "Choose one of those that there are.")
