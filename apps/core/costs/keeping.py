"""Keeping what Actions cost: each process adds its sums to the database's, a few rows at a time and off the way of any request."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import case
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from apps.core.costs.models import ActionCostRow, StatementCostRow, StatementTextRow
from apps.core.costs.rules import LONGEST_TEXT, fingerprint_of, shape_of
from apps.core.database import Base, db, insert
from apps.core.meter import Cost, Executions, Meter, Spending
from ports.clock.interface import Clock
from ports.container import Container

TURN_SECONDS = 10.0
"""How long nobody may know yet; and what is lost with a process that is killed."""
LAST_SECONDS = 2.0
"""For how long a process that ends waits for its last turn: a database that is away keeps nobody from ending."""
KEPT = timedelta(days=4)
"""So that on Monday one can look at Friday night."""
TOLD_AGAIN = timedelta(hours=6)
"""How often a process says that a statement is still in use."""

PASSING = (OperationalError, InterfaceError, InternalError, PoolTimeout)
"""What another try may mend: a database that is away, takes no changes at the moment, or has no connection to spare."""

log = structlog.get_logger("core.costs")

Batch = Mapping[tuple[datetime, str], Spending]


class CostKeeper(threading.Thread):
    """Started in every process that Core is in, after it has forked."""

    def __init__(self, core: Flask, turn_seconds: float = TURN_SECONDS) -> None:
        super().__init__(name="cost keeper", daemon=True)
        self._core = core
        container: Container = core.extensions["container"]
        self._meter, self._clock = container.get(Meter), container.get(Clock)
        self._batch: Batch = {}
        self._told: dict[bytes, datetime] = {}
        self._stopped = threading.Event()
        self._turn_seconds = turn_seconds

    def run(self) -> None:
        while not self._stopped.wait(self._turn_seconds):
            self.turn()
        # The first may write only what could not be written before.
        for _ in range(2):
            self.turn()

    def stop(self) -> None:
        """Begin the last turn."""
        self._stopped.set()

    def finish(self) -> None:
        """Stop, and wait for the last turn, though not for long."""
        self.stop()
        self.join(LAST_SECONDS)

    def turn(self) -> bool:
        """Write what was spent since the last turn, or what could not be written then; returns whether that went well."""
        self._batch = self._batch or self._meter.take()
        if not self._batch:
            return True
        try:
            self._write(self._batch)
        except PASSING as error:
            log.warning("what Actions cost is written later", reason=str(getattr(error, "orig", error)))
            return False
        except Exception:
            log.exception("what Actions cost is not known for these seconds")
        self._batch = {}
        return True

    def _write(self, batch: Batch) -> None:
        now = self._clock.now()
        statements, texts = _by_fingerprint(batch)
        new = {one: text for one, text in texts.items() if self._told.get(one, now - TOLD_AGAIN) <= now - TOLD_AGAIN}
        # In the order of their keys, so that of two processes one waits for the other and never both.
        actions = [_action_row(*key, spending.cost) for key, spending in sorted(batch.items())]
        parts = [_statement_row(*key, executions) for key, executions in sorted(statements.items(), key=lambda one: one[0])]
        seen = [{"fingerprint": one, "text": text[:LONGEST_TEXT], "seen_at": now} for one, text in sorted(new.items())]
        with self._core.app_context(), Session(db.engine) as session:
            _add(session, ActionCostRow, actions)
            _add(session, StatementCostRow, parts)
            if seen:
                added = insert(session, StatementTextRow)
                again = {"seen_at": added.excluded.seen_at}
                session.execute(added.on_conflict_do_update(index_elements=[StatementTextRow.fingerprint], set_=again), seen)
            session.commit()
        self._told.update(dict.fromkeys(new, now))


def _by_fingerprint(batch: Batch) -> tuple[dict[tuple[str, datetime, bytes], Executions], dict[bytes, str]]:
    """The statements' sums, texts of one shape together; and the shapes."""
    sums: defaultdict[tuple[str, datetime, bytes], Executions] = defaultdict(Executions)
    texts: dict[bytes, str] = {}
    for (minute, action), spending in batch.items():
        for statement, executions in spending.statements.items():
            shape = shape_of(statement)
            fingerprint = fingerprint_of(shape)
            texts[fingerprint] = shape
            sums[action, minute, fingerprint].add(executions)
    return sums, texts


def _action_row(minute: datetime, action: str, cost: Cost) -> dict[str, Any]:
    return {
        "minute": minute, "action": action, "count": cost.count, "errors": cost.errors, "microseconds": _microseconds(cost.seconds),
        "statements": cost.statements, "rows": cost.rows, "database_microseconds": _microseconds(cost.database_seconds),
        "slowest": _microseconds(cost.slowest),
    }  # fmt: skip


def _statement_row(action: str, minute: datetime, fingerprint: bytes, executions: Executions) -> dict[str, Any]:
    return {
        "action": action, "minute": minute, "fingerprint": fingerprint, "count": executions.count, "rows": executions.rows,
        "microseconds": _microseconds(executions.seconds), "slowest": _microseconds(executions.slowest),
    }  # fmt: skip


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)


def _add(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Add the rows' numbers to those that other processes, or this one before, have written under the same keys."""
    if not rows:
        return
    columns, added = table.__table__.columns, insert(session, table)
    sums = {column.name: column + added.excluded[column.name] for column in columns if not column.primary_key and column.name != "slowest"}
    slower = added.excluded.slowest > columns.slowest
    sums["slowest"] = case((slower, added.excluded.slowest), else_=columns.slowest)
    session.execute(added.on_conflict_do_update(index_elements=list(table.__table__.primary_key), set_=sums), list(rows))
