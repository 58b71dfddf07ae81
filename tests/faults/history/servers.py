"""A house as on several machines: API, Core, relay, workers, beats, PostgreSQL and Valkey, each a process that can be killed."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from apps.console.embedded import free_port
from apps.core.contract.ids import id_from_bytes
from apps.core.contract.jobs import JobStatus
from apps.core.migrate import migrate
from ports.clock.stepped import SteppedClock
from ports.container import Container
from ports.payments.fake.payments import FakePayments
from ports.payments.fake.shop import TestShop
from ports.payments.interface import Payments
from ports.storage.interface import Storage
from tests.faults.house import House, Process
from tests.services import PostgresServer, ValkeyServer, postgresql, valkey

SABOTAGE = Path(__file__).parents[1] / "sabotage"
PROGRAM = "tests.faults.history.program"
QUEUES = "default,media,reports,billing"
SETTINGS = {
    "CORE_CLIENT": "http", "CLOCK": "stepped", "PAYMENTS": "fake", "APPLE": "off", "GOOGLE": "off", "AMAZON": "fake",
    "TRANSCODER": "fake", "STORAGE": "filesystem", "MAIL": "outbox", "REPORT_DISPATCH": "hold", "TERRITORY": "fixed",
    "CHARTS_PATH": str(Path(__file__).with_name("charts.toml")), "PASSWORD_MEMORY": "64", "API_REQUESTS_PER_SECOND": "1000000",
    "WEB_CONCURRENCY": "2", "LOG_LEVEL": "INFO",
}  # fmt: skip
STEP_SECONDS = 0.05


@dataclass
class LargeHouse(House):
    database: PostgresServer | None = None
    sabotage: str = ""
    """One of those in `tests/faults/sabotage`: a module that every process imports first, or what is done to the database."""
    core_port: int = field(default_factory=free_port)
    api_port: int = field(default_factory=free_port)
    running: dict[str, Process] = field(default_factory=dict[str, Process])
    """By name: what runs now, or was killed last."""

    @property
    def values(self) -> dict[str, str]:
        chosen = {**SETTINGS, "CORE_URL": f"http://127.0.0.1:{self.core_port}", "HISTORY": str(self.history)}
        stored = {"DATABASE_URL": self.database.url("template")} if self.database else {}
        return {**super().values, **chosen, **stored, **self.settings}

    @property
    def history(self) -> Path:
        return self.folder / "history"

    @cached_property
    def container(self) -> Container:
        """The ports as the test itself uses them."""
        return Container(self.values)

    @property
    def storage(self) -> Storage:
        return self.container.get(Storage)

    @property
    def shop(self) -> TestShop:
        payments = self.container.get(Payments)
        assert isinstance(payments, FakePayments)
        return payments.shop

    @cached_property
    def clock(self) -> SteppedClock:
        return SteppedClock(self.folder / "home" / "clock")

    def build(self) -> None:
        self.history.mkdir()
        (self.folder / "home").mkdir()
        migrate(self.values)
        if (statements := SABOTAGE / f"{self.sabotage}.sql").exists():
            self.sql(statements.read_text())

    def begin(self, name: str) -> None:
        """Start the process of that name; it may take a while until it can do anything."""
        self.running[name] = self._begin(name)

    def _begin(self, name: str) -> Process:
        match name:
            case "core" | "api":
                port = str(self.core_port if name == "core" else self.api_port)
                return self._program(name, ("gunicorn", "-c", "python:wsgi.gunicorn", f"wsgi.{name}:application"), {"PORT": port})
            case "relay":
                return self._program(name, ("apps.core.relay",), {})
            case "beat 1" | "beat 2":
                schedule = self.folder / f"schedule of {name}"
                words = ("celery", "-A", "tasks.app", "beat", "-s", str(schedule), "--pidfile=")
                return self._program(name, words, {"LOG_LEVEL": "DEBUG"}, "hurried")  # or it does not tell what it announces
            case _:
                node = f"{name.replace(' ', '')}@test"
                options = ("--without-gossip", "--without-mingle", "-c", "1", "-l", "INFO", "-Q", QUEUES, "-n", node)
                return self._program(name, ("celery", "-A", "tasks.app", "worker", *options), {}, "hurried", "of_tasks")

    def _program(self, name: str, words: tuple[str, ...], settings: Mapping[str, str], *first: str) -> Process:
        modules = [*(f"tests.faults.history.{one}" for one in first), *self._sabotaging()]
        return self.start(name, "-m", PROGRAM, ",".join(modules), *words, settings=settings)

    def _sabotaging(self) -> list[str]:
        return [f"tests.faults.sabotage.{self.sabotage}"] if (SABOTAGE / f"{self.sabotage}.py").exists() else []

    def sql(self, statement: str, address: str = "") -> list[tuple[Any, ...]]:
        """On a connection of its own, past everything of ours; of the house's database, or of another at this address."""
        address = address or self.values["DATABASE_URL"]
        if address.startswith("sqlite:"):
            with closing(sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None, timeout=5)) as connection:
                return connection.execute(statement).fetchall()
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement)  # pyright: ignore[reportArgumentType] - our own text
            return cursor.fetchall() if cursor.description else []

    def unfinished(self) -> dict[str, tuple[JobStatus, int]]:
        """By id: whether it waits or runs, and how often it was begun."""
        rows = self.sql("SELECT id, status, attempts FROM job WHERE status IN ('waiting', 'running')")
        return {id_from_bytes(job): (JobStatus(status), attempts) for job, status, attempts in rows}

    def set_read_only(self, on: bool) -> None:
        """As a database is after its machine failed over to a replica, until that is made the new primary."""
        self.sql("SET default_transaction_read_only = off")
        self.sql(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if on else 'off'}")
        self.sql("SELECT pg_reload_conf()")

    @contextmanager
    def time_passing(self) -> Generator[None]:
        """The clock goes as fast as the machine's, from where it stands."""
        over = threading.Event()

        def tick() -> None:
            last = time.monotonic()
            while not over.wait(STEP_SECONDS):
                now = time.monotonic()
                self.clock.advance(now - last)
                last = now

        ticking = threading.Thread(target=tick, daemon=True)
        ticking.start()
        try:
            yield
        finally:
            over.set()
            ticking.join()


PROCESSES = ("core", "api", "relay", "worker 1", "worker 2", "beat 1", "beat 2")


@contextmanager
def large_house(folder: Path, sabotage: str = "", on: str = "postgresql") -> Generator[LargeHouse]:
    """On PostgreSQL, or on SQLite, which all processes of Core share then."""
    with postgresql() if on == "postgresql" else nullcontext() as database, valkey() as broker:
        house = _built(folder, broker, database, sabotage)
        try:
            with house.time_passing():
                for name in PROCESSES:
                    house.begin(name)
                yield house
        finally:
            house.end()


def _built(folder: Path, broker: ValkeyServer, database: PostgresServer | None, sabotage: str) -> LargeHouse:
    house = LargeHouse(folder, broker, database=database, sabotage=sabotage)
    house.build()
    return house
