"""What each Action costs: time, SQL statements, rows and database time, by Action."""

from __future__ import annotations

import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

_current: ContextVar[Measure | None] = ContextVar("measure", default=None)


@dataclass(slots=True)
class Measure:
    """The cost of one dispatch."""

    seconds: float = 0.0
    statements: int = 0
    rows: int = 0
    """Fetched by a Query, or written."""
    database_seconds: float = 0.0
    asked_at: float = 0.0
    """When the running statement began."""


@dataclass(slots=True)
class Cost:
    """The cost of all dispatches of one Action in this process."""

    count: int = 0
    errors: int = 0
    seconds: float = 0.0
    statements: int = 0
    rows: int = 0
    database_seconds: float = 0.0

    def add(self, measure: Measure, *, failed: bool) -> None:
        self.count += 1
        self.errors += failed
        self.seconds += measure.seconds
        self.statements += measure.statements
        self.rows += measure.rows
        self.database_seconds += measure.database_seconds


@dataclass
class Meter:
    """Totals by Action name."""

    costs: dict[str, Cost] = field(default_factory=dict[str, Cost])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, action: str, measure: Measure, *, failed: bool) -> None:
        with self._lock:
            self.costs.setdefault(action, Cost()).add(measure, failed=failed)


def begin(measure: Measure) -> Any:
    """Let what this thread's connections do count towards the measure; returns what `end` takes."""
    return _current.set(measure)


def end(token: Any) -> None:
    _current.reset(token)


def count_rows(rows: int) -> None:
    """Rows a Query fetched: not every driver tells."""
    if (measure := _current.get()) is not None:
        measure.rows += rows


def watch(engine: Engine) -> None:
    """Count every statement of this engine."""

    def before(*_: Any) -> None:
        if (measure := _current.get()) is not None:
            measure.asked_at = time.perf_counter()

    def after(connection: Connection, cursor: Any, *_: Any) -> None:  # noqa: ARG001 - SQLAlchemy's signature
        if (measure := _current.get()) is not None:
            measure.statements += 1
            measure.database_seconds += time.perf_counter() - measure.asked_at
            if cursor.description is None:
                measure.rows += max(cursor.rowcount, 0)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
