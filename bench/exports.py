"""Exporting a day of the play log as Parquet, against the database's own way to read it: COPY TO, or a bare cursor."""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import insert, select, text

from apps.core.app import create_core
from apps.core.contract.days import Day, starts_at
from apps.core.contract.exports import AskForExports
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import ExportWork
from apps.core.database import db, reader
from apps.core.jobs.models import JobRow
from apps.core.listening.models import PlayRow
from bench.measure import end_cleanly, show
from bench.servers import home, migrate, postgresql
from tasks.exports import export_day
from tasks.leases import do_job
from tasks.office import Office

ROUNDS = 3
PLAYS = 500_000
"""A day; each round has a day of its own."""
LISTENERS, TRACKS = 20_000, 10_000
AT_ONCE = 20_000
FIRST = (datetime.now(UTC) - timedelta(days=ROUNDS + 2)).date()
DAYS = [(FIRST + timedelta(days=number)).isoformat() for number in range(ROUNDS)]


def main() -> None:
    end_cleanly()
    with ExitStack() as stack:
        environment = {**stack.enter_context(home()), "TASK_QUEUE": "held"}
        path = environment["DATABASE_URL"].removeprefix("sqlite:///")
        _compare("SQLite", "a bare cursor", environment, lambda day: _read_cursor(path, day))
        url, _process = stack.enter_context(postgresql())
        environment |= {"DATABASE_URL": url}
        migrate(environment)
        _compare("PostgreSQL", "COPY TO", environment, lambda day: _copy(url, day))


def _compare(name: str, other: str, environment: Mapping[str, str], read: Callable[[Day], int]) -> None:
    core = create_core(environment)
    _fill(core)
    office = Office({**os.environ, **environment}, core)
    office.core.send(AskForExports())
    jobs = _jobs(core)
    ours: list[float] = []
    theirs: list[float] = []
    for day in DAYS:
        theirs.append(_seconds(lambda day=day: read(day)))
        ours.append(_seconds(lambda day=day: do_job(office, jobs[day], ExportWork, export_day)))
    show(f"{name}: rows a second, {other}", f"{PLAYS / statistics.median(theirs):,.0f}")
    show(f"{name}: rows a second, export", f"{PLAYS / statistics.median(ours):,.0f}")
    share = [bare / whole for bare, whole in zip(theirs, ours, strict=True)]
    show(f"{name}: export / {other}", f"{statistics.median(share):.2f} ({min(share):.2f} to {max(share):.2f})", "at least 0.5")


def _jobs(core: Flask) -> dict[Day, str]:
    with core.app_context(), reader() as connection:
        return {row.subject: row.id for row in connection.execute(select(JobRow.subject, JobRow.id).where(JobRow.kind == "export"))}


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _read_cursor(path: str, day: Day) -> int:
    with sqlite3.connect(path) as connection:
        return sum(1 for _ in connection.execute("SELECT * FROM play WHERE day = ?", (day,)))


def _copy(url: str, day: Day) -> int:
    statement = "COPY (SELECT * FROM play WHERE day = %s) TO STDOUT"
    with psycopg.connect(url) as connection, connection.cursor() as cursor, cursor.copy(statement, (day,)) as copy:
        return sum(len(block) for block in copy)


def _fill(core: Flask) -> None:
    with core.app_context():
        with db.engine.begin() as connection:
            rows = _plays()
            while some := list(islice(rows, AT_ONCE)):
                connection.execute(insert(PlayRow), some)
        # A server does so by itself, within a minute.
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE play"))
        else:
            with db.engine.begin() as connection:
                connection.execute(text("ANALYZE"))


def _plays() -> Iterator[dict[str, Any]]:
    chance = random.Random(5)  # noqa: S311 - the same every time
    listeners, tracks = [new_id() for _ in range(LISTENERS)], [new_id() for _ in range(TRACKS)]
    for day in DAYS:
        start = starts_at(day)
        for number in range(PLAYS):
            moment = start + timedelta(seconds=number * 86_000 / PLAYS)
            track = chance.choice(tracks)
            yield {
                "id": new_id(), "listener": chance.choice(listeners), "event_id": f"{day}-{number}",
                "day": day, "export_day": day, "late": False, "started_at": moment,
                "received_at": moment + timedelta(seconds=200), "played_ms": 200_000, "track_id": track, "recording_id": track,
                "release_id": track, "territory": "GB", "plan": "monthly", "preview": False, "client": "website", "evidence": "session",
            }  # fmt: skip
