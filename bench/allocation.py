"""Allocation over ten million plays, against the same grouping in bare DuckDB."""

# ruff: noqa: S608 - the statements are made of our own texts and numbers

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import duckdb

from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.exports import Table
from apps.core.contract.ids import id_from_bytes
from apps.core.contract.labels import Eligibility, Label, Share, Terms
from apps.core.contract.reporting import Due, StatementOrder
from ports.analytics.duckdb import DuckdbAnalytics
from tasks.usage import (
    DUES,
    TABLES,
    TERMS,
    TOTALS,
    count_usage,
    dues_as_lines,
    kinds_of,
    numbered,
    split_dues,
    terms_as_lines,
)

DAYS, LABELS, RECORDINGS = 7, 100, 50_000
MEGABYTES, THREADS = 1_000, 2
TERRITORIES = "['GB', 'DE', 'FR', 'US', 'JP']"
Tables = Mapping[str, Sequence[Path]]
FIRST_DAY = "TIMESTAMP '2026-03-06 00:00:00'"
BARE = """
SELECT label_id, recording_id, track_id, release_id, plays.territory, plan, COUNT(*) AS plays,
    COUNT(*) FILTER (WHERE played_ms >= 30000 AND evidence <> 'claimed') AS eligible
FROM plays JOIN (SELECT DISTINCT recording_id, label_id FROM ownership) AS owned USING (recording_id)
WHERE NOT preview GROUP BY ALL ORDER BY ALL
"""
"""What anybody would write who knows that no recording changes hands and all contracts are alike."""


@click.command()
@click.option("--plays", default=10_000_000, show_default=True)
@click.option("--rounds", default=2, show_default=True)
def main(plays: int, rounds: int) -> None:
    """Count a week's usage, allocate a pool to a hundred labels and split it over their lines."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = _make(folder, plays)
        taken = [[_seconds(run, tables, folder) for run in (_bare, _allocate)] for _ in range(rounds)]
        bare, ours = map(min, zip(*taken, strict=True))
    click.echo(f"{plays:,} plays, {RECORDINGS:,} recordings, {LABELS} labels, {DAYS} days")
    click.echo(f"CPU: grouping in bare DuckDB {bare:.2f} s, usage and allocation {ours:.2f} s")
    click.echo(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
    click.echo(f"allocation_ratio {ours / bare:.3f}")


def _seconds(run: Callable[[Tables, Path], None], tables: Tables, folder: Path) -> float:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        began = time.process_time()  # of all threads: whoever else uses the machine does not count
        run(tables, Path(name))
        return time.process_time() - began


def _bare(tables: Tables, folder: Path) -> None:
    _analytics(folder).write(BARE, {name: tables[name] for name in ("plays", "ownership")}, folder / "bare.parquet")


def _analytics(folder: Path) -> DuckdbAnalytics:
    return DuckdbAnalytics(folder / "spill", MEGABYTES, THREADS)


def _numbered(tables: Tables) -> dict[str, Sequence[Path]]:
    """Each day has one file of each table."""
    return numbered({str(day): {Table(name): [paths[day]] for name, paths in tables.items()} for day in range(DAYS)})


def _label(number: int) -> str:
    return id_from_bytes(number.to_bytes(16))


def _allocate(tables: Tables, folder: Path) -> None:
    """What the task does but for writing the files; a pool of a hundred thousand pounds in each territory."""
    analytics, usual = _analytics(folder), Eligibility()
    terms = [Terms(_label(number), WORLDWIDE, Share(65, 100), usual) for number in range(LABELS)]
    kinds = kinds_of(terms, usual)
    (folder / "terms").write_text(terms_as_lines(terms, usual, kinds))
    analytics.pack(folder / "terms", TERMS, folder / "terms.parquet")
    statement, parameters = count_usage(DAYS, kinds)
    usage = folder / "usage.parquet"
    analytics.write(statement, {**_numbered(tables), "terms": [folder / "terms.parquet"]}, usage, {**parameters, "week": "2026-03-06"})
    totals = analytics.query(TOTALS, {"usage": [usage]}, {"week": "2026-03-06"})
    (folder / "dues").write_text(dues_as_lines(_orders(totals)))
    analytics.pack(folder / "dues", DUES, folder / "dues.parquet")
    lines = {**_numbered(tables), "usage": [usage], "dues": [folder / "dues.parquet"]}
    analytics.write(split_dues(DAYS), lines, folder / "lines.parquet")


def _orders(totals: list[tuple[Any, ...]]) -> list[StatementOrder]:
    now, pool = datetime.now(UTC), 10_000_000
    everything: dict[str, int] = {}
    for _, territory, _, eligible, _ in totals:
        everything[territory] = everything.get(territory, 0) + eligible
    return [
        StatementOrder("2026-000001", Label(id_from_bytes(label.bytes), ""), None, now, (
            Due(territory, "GBP", pool, everything[territory], plays, eligible, Share(65, 100), pool * eligible // everything[territory]),
        ))
        for label, territory, plays, eligible, _ in totals
        if label is not None
    ]  # fmt: skip


def _make(folder: Path, plays: int) -> Tables:
    """Seven days whose plays are spread over the recordings as they are in life: few are played much."""
    tables: dict[str, list[Path]] = {str(table): [] for table in TABLES}
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.5)")
        for day in range(DAYS):
            for table, query in _queries(day, plays // DAYS).items():
                path = folder / f"{table}-{day}.parquet"
                connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)")
                tables[table].append(path)
    return tables


def _queries(day: int, plays: int) -> dict[str, str]:
    def known(*columns: str) -> str:
        return f"SELECT {', '.join(columns)} FROM range({RECORDINGS}) AS numbers(n)"

    recording, release, label = (f"{_uuid(number)} AS " for number in ("n", "n // 12", f"n % {LABELS}"))
    return {
        "plays": _plays(day, plays),
        "late": _plays(day, 0),
        "recordings": known(
            f"{recording}recording_id", "'GBAAA2600001' AS isrc", "'Title ' || n AS title", "'Artist' AS artist", f"{recording}artist_id",
            "200000 AS duration_ms", "'Pop' AS genre",
        ),
        "tracks": known(f"{recording}track_id", f"{recording}recording_id", f"{release}release_id", "'Title ' || n AS title"),
        "releases": known(
            f"{release}release_id", "'Release' AS title", "'Artist' AS artist", "'1' AS upc", "'album' AS type", f"{label}label_id",
            "'' AS p_line",
        ) + " WHERE n % 12 = 0",
        "ownership": known(
            f"{recording}ownership_id", f"{recording}recording_id", f"'{WORLDWIDE}' AS territory", f"{label}label_id", "'Label' AS label",
            "TIMESTAMP '0001-01-01' AS starts_at", "CAST(NULL AS TIMESTAMP) AS ends_at",
        ),
    }  # fmt: skip


def _plays(day: int, plays: int) -> str:
    moment = f"{FIRST_DAY} + INTERVAL {day} DAY + INTERVAL (CAST(random() * 86399 AS BIGINT)) SECOND"
    return f"""
    SELECT uuid() AS play_id, {_uuid("CAST(random() * 200000 AS BIGINT)")} AS listener, {moment} AS started_at, {moment} AS received_at,
        CAST(random() * 240000 AS INTEGER) AS played_ms, {_uuid("n")} AS track_id, {_uuid("n")} AS recording_id,
        {_uuid("n // 12")} AS release_id, {TERRITORIES}[1 + CAST(floor(random() * 5) AS INTEGER)] AS territory,
        CASE WHEN random() < 0.8 THEN 'monthly' ELSE 'yearly' END AS plan, random() < 0.02 AS preview, 'website' AS client,
        CASE WHEN random() < 0.05 THEN 'claimed' ELSE 'session' END AS evidence
    FROM (SELECT CAST(floor(pow(random(), 3) * {RECORDINGS}) AS BIGINT) AS n FROM range({plays}))
    """


def _uuid(number: str) -> str:
    return f"CAST(printf('%032x', {number}) AS UUID)"
