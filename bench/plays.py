"""Plays in batches of a hundred over the API, each with its proof and history, against batched INSERTs of bare rows into the same table."""

from __future__ import annotations

import json
import secrets
import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple

import msgspec
import psycopg

from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.actions import Actor, Service
from apps.core.contract.catalogue import GetRelease, ListReleases
from bench.library import fill
from bench.load import Load, Post
from bench.measure import Target, end_cleanly, show
from bench.servers import bearer_token, gunicorn, home, migrate, postgresql

BATCH, REQUESTS, ROUNDS = 100, 200, 5
COLUMNS = (
    *("id", "listener", "event_id", "day", "export_day", "started_at", "received_at", "played_ms"),
    *("track_id", "recording_id", "release_id", "territory", "plan", "preview", "client", "evidence", "late"),
)


@dataclass
class Plays:
    """Batches as an app sends them, each play another."""

    tracks: Sequence[str]
    token: str
    numbers: count[int] = field(default_factory=count)

    def posts(self) -> tuple[Post, ...]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        return tuple(Post(json.dumps({"plays": [self._play() for _ in range(BATCH)]}), headers) for _ in range(REQUESTS))

    def _play(self) -> dict[str, Any]:
        number = next(self.numbers)
        started = datetime.now(UTC).isoformat()
        return {"event_id": f"bench-{number:09}", "track_id": self.tracks[number % len(self.tracks)], "started_at": started, "played_ms": 1}


def main() -> None:
    end_cleanly()
    with ExitStack() as stack:
        environment = stack.enter_context(home())
        _compare("SQLite", environment, _sqlite(environment["DATABASE_URL"].removeprefix("sqlite:///")))
        url, _process = stack.enter_context(postgresql())
        environment |= {"DATABASE_URL": url}
        migrate(environment)
        _compare("PostgreSQL", environment, _postgresql(url))


class Bare(NamedTuple):
    """The database without anything before it."""

    insert: Callable[[Sequence[Sequence[Any]]], None]
    analyze: Callable[[], object]


def _compare(name: str, environment: Mapping[str, str], bare: Bare) -> None:
    fill(environment)
    with gunicorn("wsgi.all:application", environment) as ours:
        plays = Plays(_tracks(environment), bearer_token(environment, ours.port))
        target = Target("plays", Load(ours.port, "/api/v1/plays", requests=REQUESTS), (ours.process,))
        rates: list[tuple[float, float]] = []
        for _ in range(ROUNDS + 1):
            target.load = msgspec.structs.replace(target.load, posts=plays.posts())
            rates.append((REQUESTS * BATCH / target.measure().seconds, _insert_rate(bare.insert)))
            # A server does so by itself, within a minute.
            bare.analyze()
    http, inserts = (statistics.median(column) for column in zip(*rates[1:], strict=True))
    show(f"{name}: plays a second, over HTTP", f"{http:,.0f}")
    show(f"{name}: plays a second, bare INSERTs", f"{inserts:,.0f}")
    shares = [one / other for one, other in rates[1:]]
    show(f"{name}: over HTTP / bare INSERTs", f"{statistics.median(shares):.2f} ({min(shares):.2f} to {max(shares):.2f})", "at least 0.33")


def _tracks(environment: Mapping[str, str]) -> list[str]:
    from apps.core.app import create_core  # noqa: PLC0415 - Core is loaded by whoever needs it

    visitor = Sender(InProcessClient(create_core(environment), Service.WEBSITE), Actor(Service.WEBSITE))
    releases = visitor.send(ListReleases(size=50)).items
    return [track.id for release in releases for track in visitor.send(GetRelease(release.id)).tracks]


def _insert_rate(insert: Callable[[Sequence[Sequence[Any]]], None]) -> float:
    batches = [[_row(f"{number}-{at}") for at in range(BATCH)] for number in range(REQUESTS)]
    began = time.perf_counter()
    for batch in batches:
        insert(batch)
    return REQUESTS * BATCH / (time.perf_counter() - began)


def _row(event: str) -> tuple[Any, ...]:
    ids = [secrets.token_bytes(16) for _ in range(5)]
    now = datetime.now(UTC).isoformat(sep=" ")
    return (*ids[:2], event, now[:10], now[:10], now, now, 1, *ids[2:], "GB", "monthly", False, "api", "claimed", False)


def _sqlite(path: str) -> Bare:
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {setting}")
    statement = f"INSERT INTO play ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - our own names

    def insert(batch: Sequence[Sequence[Any]]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(statement, batch)
        connection.execute("COMMIT")

    return Bare(insert, lambda: connection.execute("ANALYZE"))


def _postgresql(url: str) -> Bare:
    connection = psycopg.connect(url)
    statement = f"INSERT INTO play ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})".encode()  # noqa: S608 - our own names

    def insert(batch: Sequence[Sequence[Any]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(statement, batch)
        connection.commit()

    def analyze() -> None:
        connection.execute("ANALYZE")
        connection.commit()

    return Bare(insert, analyze)
