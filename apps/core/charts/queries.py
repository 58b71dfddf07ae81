"""Reading charts: editions as they were published, and what of them can be heard here, now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.charts import statements
from apps.core.charts.definitions import Chart, Charts
from apps.core.contract.actions import Actor
from apps.core.contract.charts import (
    MOST_POINTS,
    ChartEntry,
    ChartList,
    ChartPlace,
    ChartRun,
    ChartSummary,
    ChartTrack,
    Edition,
    GetChartRun,
    GetEdition,
    Leader,
    ListChartPlaces,
    ListCharts,
    Movement,
    RunPoint,
)
from apps.core.contract.errors import NotFound
from apps.core.database import fetch
from apps.core.rights.offers import here_on
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock

MANIFESTS = msgspec.json.Decoder(tuple[str, ...])


@handles(ListCharts)
def list_charts(connection: Connection, charts: Charts) -> ChartList:
    latest = _latest(connection)
    return ChartList(tuple(_summary(chart, latest) for chart in charts))


@handles(GetEdition)
def get_edition(action: GetEdition, actor: Actor, connection: Connection, clock: Clock, charts: Charts, plans: Plans) -> Edition:
    chart = _chart(charts, action.chart)
    found: Sequence[Any]
    if action.day is None:
        found = fetch(connection, statements.NEWEST_EDITION, {"chart": chart.code})
    else:
        found = fetch(connection, statements.EDITION_OF_DAY, {"chart": chart.code, "day": action.day})
    if not found:
        raise NotFound("There is no such edition of %(chart)s.", "Look at the latest one.", chart=chart.title)
    row = found[0]
    rows = fetch(connection, statements.ENTRIES, {"chart": chart.code, "first_day": row.first_day})
    entitlement = plans.entitlement(actor.plan, actor.account_id)
    recordings = {"recording_ids": [one.recording_id for one in rows]}
    tracks = _by_recording(fetch(connection, statements.TRACKS, {**here_on(entitlement, actor.territory, clock.now()), **recordings}))
    return Edition(
        chart=_summary(chart, _latest(connection)), first_day=row.first_day, last_day=row.last_day, starts_at=row.starts_at,
        ends_at=row.ends_at, rule_version=row.rule_version, manifests=MANIFESTS.decode(row.manifests), published_at=row.published_at,
        entries=tuple(_entry(one, tracks.get(one.recording_id, ()), actor) for one in rows), previous=row.previous,
        following=row.following,
    )  # fmt: skip


@handles(GetChartRun)
def get_chart_run(action: GetChartRun, connection: Connection, charts: Charts) -> ChartRun:
    chart = _chart(charts, action.chart)
    identity = fetch(connection, statements.IDENTITY, {"id": action.id})
    which = {"chart": chart.code, "key": (identity[0].isrc or identity[0].id) if identity else ""}
    (span,) = fetch(connection, statements.SPAN, which)
    if span.first is None:
        raise NotFound("This has not been in %(chart)s so far.", "Look at the latest edition.", chart=chart.title)
    rows = fetch(connection, statements.RUN, {**which, "first": span.first, "last": span.last, "limit": MOST_POINTS})
    last = rows[0]
    points = tuple(RunPoint(row.first_day, row.position) for row in reversed(rows))
    return ChartRun(_summary(chart, _latest(connection)), which["key"], last.title, last.artist, last.peak, last.weeks, points)


@handles(ListChartPlaces)
def list_chart_places(action: ListChartPlaces, connection: Connection, charts: Charts) -> tuple[ChartPlace, ...]:
    keys = {row.id: row.isrc or row.id for row in fetch(connection, statements.RECORDINGS, {"release_id": action.release_id})}
    which = {"charts": [chart.code for chart in charts], "keys": list(keys.values())}
    held = {(row.chart, row.key): row for row in fetch(connection, statements.PLACES, which)}
    places: list[ChartPlace] = []
    for recording_id, key in keys.items():
        stood = [(chart, held[chart.code, key]) for chart in charts if (chart.code, key) in held]
        if stood:
            chart, row = min(stood, key=lambda one: not one[1].current)
            places.append(ChartPlace(recording_id, chart.code, chart.title, row.position if row.current else None, row.peak))
    return tuple(places)


def _chart(charts: Charts, code: str) -> Chart:
    chart = charts.get(code)
    if chart is None:
        raise NotFound("There is no such chart.", "Choose one of those that there are.")
    return chart


def _latest(connection: Connection) -> dict[str, Any]:
    return {row.chart: row for row in fetch(connection, statements.LATEST)}


def _summary(chart: Chart, latest: dict[str, Any]) -> ChartSummary:
    row = latest.get(chart.code)
    return ChartSummary(
        code=chart.code, title=chart.title, every=chart.every, territory=chart.territory, zone=chart.zone, places=chart.places,
        rules=chart.rules, latest=row.first_day if row else None,
        leader=Leader(row.title, row.artist) if row and row.title is not None else None,
    )  # fmt: skip


def _by_recording(tracks: Sequence[Any]) -> dict[str, list[Any]]:
    by_recording: dict[str, list[Any]] = {}
    for track in tracks:
        by_recording.setdefault(track.recording_id, []).append(track)
    return by_recording


def _entry(row: Any, tracks: Sequence[Any], actor: Actor) -> ChartEntry:
    """To be heard is the track that was counted where it is offered, else the earliest of the same recording that is."""
    track = next((track for track in tracks if track.id == row.track_id), tracks[0] if tracks else None)
    return ChartEntry(
        position=row.position, key=row.key, recording_id=row.recording_id, title=row.title, artist=row.artist, plays=row.plays,
        last_position=row.last_position, peak=row.peak, weeks=row.weeks, movement=Movement(row.movement),
        track=None if track is None else _track(track, actor),
    )  # fmt: skip


def _track(row: Any, actor: Actor) -> ChartTrack:
    return ChartTrack(
        id=row.id, release_id=row.release_id, release_title=row.release_title, cover=row.cover, duration_ms=row.duration_ms,
        explicit=row.explicit, playable=bool(row.ready and row.allowed), preview=bool(row.preview and not row.allowed and actor.account_id),
        for_subscribers=bool(row.ready and not row.allowed), refused=bool(row.refused and not row.ready),
    )  # fmt: skip
