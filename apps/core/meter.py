"""What each Action costs: time, SQL statements, rows and database time, by Action and by statement."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext

from ports.clock.interface import Clock

MINUTE = timedelta(minutes=1)
MOST_SPENDINGS = 2_000
"""Of minutes and Actions that a process holds until they are written; the oldest make room."""
MOST_STATEMENTS = 500
"""Of one Action in one minute: a list of values may be of any length, and each makes a text of its own."""
OTHER_STATEMENTS = "other statements"

_current: ContextVar[Measure | None] = ContextVar("measure", default=None)


@dataclass(slots=True)
class Executions:
    """What one statement cost, all its executions together."""

    count: int = 0
    rows: int = 0
    seconds: float = 0.0
    slowest: float = 0.0

    def add(self, other: Executions) -> None:
        self.count += other.count
        self.rows += other.rows
        self.seconds += other.seconds
        self.slowest = max(self.slowest, other.slowest)


@dataclass(slots=True)
class Measure:
    """The cost of one dispatch."""

    seconds: float = 0.0
    statements: int = 0
    rows: int = 0
    """Fetched by a Query, or written."""
    database_seconds: float = 0.0
    by_statement: dict[str, Executions] = field(default_factory=dict[str, Executions])
    """By its text, which has no values in it but how many rows are wanted."""
    asked_at: float = 0.0
    """When the running statement began; 0 while none runs."""
    last: Executions | None = None

    def ended(self, statement: str, rows: int) -> None:
        seconds, self.asked_at = time.perf_counter() - self.asked_at, 0.0
        self.statements += 1
        self.rows += rows
        self.database_seconds += seconds
        self.last = one = self.by_statement.get(statement)
        if one is None:
            self.last = self.by_statement[statement] = Executions(1, rows, seconds, seconds)
            return
        one.count += 1
        one.rows += rows
        one.seconds += seconds
        one.slowest = max(one.slowest, seconds)

    def fetched(self, rows: int) -> None:
        """By the statement before."""
        self.rows += rows
        if self.last is not None:
            self.last.rows += rows


@dataclass(slots=True)
class Cost:
    """The cost of all dispatches of one Action."""

    count: int = 0
    errors: int = 0
    seconds: float = 0.0
    statements: int = 0
    rows: int = 0
    database_seconds: float = 0.0
    slowest: float = 0.0

    def add(self, measure: Measure, *, failed: bool) -> None:
        self.count += 1
        self.errors += failed
        self.seconds += measure.seconds
        self.statements += measure.statements
        self.rows += measure.rows
        self.database_seconds += measure.database_seconds
        self.slowest = max(self.slowest, measure.seconds)


@dataclass(slots=True)
class Spending:
    """What one Action cost in one minute."""

    cost: Cost = field(default_factory=Cost)
    statements: dict[str, Executions] = field(default_factory=dict[str, Executions])

    def add(self, measure: Measure, *, failed: bool) -> None:
        self.cost.add(measure, failed=failed)
        for text, executions in measure.by_statement.items():
            (self.statements.get(text) or self._first(text)).add(executions)

    def _first(self, text: str) -> Executions:
        return self.statements.setdefault(text if len(self.statements) < MOST_STATEMENTS else OTHER_STATEMENTS, Executions())


class Meter:
    """Sums of this process: since it began, and by the minute until somebody takes them. Safe to use from any number of threads."""

    def __init__(self, clock: Clock) -> None:
        self.costs: defaultdict[str, Cost] = defaultdict(Cost)
        """By Action name, since the process began."""
        self._clock = clock
        self._spendings: dict[tuple[datetime, str], Spending] = {}
        self._minute = datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()

    def record(self, name: str, measure: Measure, *, failed: bool) -> None:
        now = self._clock.now()
        with self._lock:
            if not self._minute <= now < self._minute + MINUTE:
                self._minute = now.replace(second=0, microsecond=0)
            spending = self._spendings.get((self._minute, name)) or self._first(name)
            spending.add(measure, failed=failed)
            self.costs[name].add(measure, failed=failed)

    def _first(self, name: str) -> Spending:
        """Of this minute."""
        if len(self._spendings) >= MOST_SPENDINGS:
            del self._spendings[next(iter(self._spendings))]
        spending = self._spendings[self._minute, name] = Spending()
        return spending

    def take(self) -> dict[tuple[datetime, str], Spending]:
        """What was spent since this was last called, by minute and name."""
        with self._lock:
            taken, self._spendings = self._spendings, {}
        return taken


@contextmanager
def measured(meter: Meter, name: str, measure: Measure) -> Generator[None]:
    """Let what this thread's connections do count towards the measure, and what it comes to towards the name."""
    token = _current.set(measure)
    started = time.perf_counter()
    failed = True
    try:
        yield
        failed = False
    finally:
        measure.seconds = time.perf_counter() - started
        _current.reset(token)
        meter.record(name, measure, failed=failed)


def count_rows(rows: int) -> None:
    """Rows a Query fetched: not every driver tells."""
    if (measure := _current.get()) is not None:
        measure.fetched(rows)


def watch(engine: Engine) -> None:
    """Count every statement of this engine."""

    def before(*_: Any) -> None:
        if (measure := _current.get()) is not None:
            measure.asked_at = time.perf_counter()

    def after(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:  # noqa: ARG001 - SQLAlchemy's signature
        if (measure := _current.get()) is not None:
            measure.ended(statement, max(cursor.rowcount, 0) if cursor.description is None else 0)

    def failed(context: ExceptionContext) -> None:
        """One given up after half a minute is what somebody looks for; one whose values were refused never reached the database."""
        if context.statement is not None and (measure := _current.get()) is not None and measure.asked_at:
            measure.ended(context.statement, 0)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "handle_error", failed)
