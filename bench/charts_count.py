"""Counting a week of synthetic plays: the chart's statement beside a bare one that only caps and counts, taking turns in one run."""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.charts import ChartRules
from apps.core.contract.exports import Table
from apps.core.contract.jobs import ChartWork, PastPosition
from apps.core.contract.listening import Evidence
from bench.measure import show
from ports.analytics.duckdb import DuckdbAnalytics
from ports.analytics.interface import Analytics, Tables
from tasks.charts import parameters, statement

ROUNDS = 5
WEEK = [datetime(2026, 3, 6, tzinfo=UTC) + timedelta(days=number) for number in range(8)]
RECORDINGS, LISTENERS, PLACES = 100_000, 1_000_000, 100
MEGABYTES, THREADS = 1_000, 2
"""What the service's own analytics may use unless it is told otherwise."""

BARE = f"""
    SELECT recording_id, sum(plays) AS plays FROM (
        SELECT recording_id, least(count(*), 10) AS plays FROM plays
        WHERE started_at >= $first AND started_at < $last
        GROUP BY recording_id, listener, CAST(started_at AS DATE)
    ) AS capped GROUP BY recording_id ORDER BY plays DESC, recording_id LIMIT {PLACES}
"""  # noqa: S608 - our own numbers
RECORDED = f"""
    SELECT CAST(md5('recording' || rank) AS UUID) AS recording_id,
        CASE WHEN rank % 50 = 0 THEN NULL ELSE 'GBAAA' || lpad(CAST(rank - (rank % 97 = 0)::INT AS VARCHAR), 7, '0') END AS isrc,
        'Title ' || rank AS title, 'Artist ' || (rank // 10) AS artist, CAST(md5('artist' || (rank // 10)) AS UUID) AS artist_id
    FROM range({RECORDINGS}) AS each (rank)
"""  # noqa: S608 - our own numbers
"""Ten recordings an artist; some have no ISRC, and some share theirs with another."""
PLAYED = f"""
    SELECT CAST(md5('listener' || CAST(floor({LISTENERS} * pow(random(), 2)) AS INT)) AS UUID) AS listener,
        CAST($day AS TIMESTAMP) + to_microseconds(CAST(floor(random() * 86400000000) AS BIGINT)) AS started_at,
        CAST(25000 + floor(random() * 250000) AS INT) AS played_ms,
        CAST(md5('recording' || CAST(floor(exp(random() * ln({RECORDINGS}))) - 1 AS INT)) AS UUID) AS recording_id,
        'GB' AS territory, random() < 0.01 AS preview, CASE WHEN random() < 0.02 THEN 'claimed' ELSE 'session' END AS evidence
    FROM range($rows) ORDER BY started_at
"""  # noqa: S608 - our own numbers
"""Recordings are heard as often as their rank is low (Zipf), and some listeners much more than others."""


def compare(plays: int) -> None:
    """Print how much more the chart takes than the bare statement, and the most memory that this process ever took."""
    with tempfile.TemporaryDirectory(prefix="celesta-bench-") as folder:
        analytics = DuckdbAnalytics(Path(folder) / "spill", MEGABYTES, THREADS)
        tables = _make(analytics, Path(folder), plays)
        week = work()
        first, last = (moment.replace(tzinfo=None) for moment in (WEEK[0], WEEK[-1]))
        bare: Tables = {"plays": tables["plays"]}
        calls: Mapping[str, Callable[[], Sequence[object]]] = {
            "bare": lambda: analytics.query(BARE, bare, {"first": first, "last": last}),
            "chart": lambda: analytics.query(statement(week), tables, parameters(week)),
        }
        assert [len(call()) for call in calls.values()] == [PLACES, PLACES], "a chart of synthetic plays is full"
        rounds = [{name: _cost(call) for name, call in calls.items()} for _ in range(ROUNDS)]
    for number, unit in enumerate(("CPU", "wall")):
        bare_s, chart_s = (statistics.median(one[name][number] for one in rounds) for name in calls)
        ratios = sorted(one["chart"][number] / one["bare"][number] for one in rounds)
        show(f"bare statement over {plays:,} plays of a week, {unit}", f"{bare_s:.2f} s")
        show(f"weekly chart over them, {unit}", f"{chart_s:.2f} s")
        show(f"chart / bare, {unit}", f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})", "at most 1.3")
    show("peak memory of the process", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB", "under 2,000 MB")


def work() -> ChartWork:
    """A chart of the week after one that was as full."""
    rules = ChartRules(1, 30_000, 10, 3, (Evidence.SESSION, Evidence.FETCHED))
    before = tuple(PastPosition(f"GBAAA{rank:07}", rank) for rank in range(1, PLACES + 1))
    first, last = str(WEEK[0].date()), str(WEEK[-2].date())
    return ChartWork("bench", first, last, tuple(WEEK), first, last, WORLDWIDE, PLACES, rules, before)


def _make(analytics: Analytics, folder: Path, plays: int) -> Tables:
    days = [WEEK[0].date() + timedelta(days=number) for number in range(7)]
    made = [_plays_of(analytics, folder / f"plays-{day}.parquet", day, plays // len(days)) for day in days]
    late = _plays_of(analytics, folder / "late.parquet", days[0], 1)
    recordings, tracks = folder / "recordings.parquet", folder / "tracks.parquet"
    analytics.write(RECORDED, {}, recordings)
    analytics.write(
        "SELECT recording_id, CAST(md5('track' || CAST(recording_id AS VARCHAR)) AS UUID) AS track_id FROM recordings",
        {"recordings": [recordings]},
        tracks,
    )
    each = len(days)
    return {Table.PLAYS: made, Table.LATE: [late], Table.RECORDINGS: [recordings] * each, Table.TRACKS: [tracks] * each}


def _plays_of(analytics: Analytics, path: Path, day: date, rows: int) -> Path:
    analytics.write(PLAYED, {}, path, {"day": str(day), "rows": rows})
    return path


def _cost(call: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of this process, all its threads, and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    call()
    return time.process_time() - cpu, time.perf_counter() - wall
