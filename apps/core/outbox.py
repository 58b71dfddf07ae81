"""The outbox: domain events are stored in the transaction that made them true, then published at least once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from msgspec import MsgspecError
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from apps.core.contract.actions import Event
from apps.core.contract.codec import EVENTS, encoder
from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn, db, reader
from apps.core.event_tasks import TOLD, tasks_for
from ports.clock.interface import Clock
from ports.container import Container
from ports.task_queue.interface import QueueUnavailable, TaskQueue

SWEEP_AFTER = timedelta(seconds=5)
"""How old an unpublished event is before the relay takes it: younger ones are being published by who wrote them."""
OVERDUE = timedelta(seconds=30)
"""How old an unpublished event is before somebody should know: longer than the relay takes."""
SWEEP_SIZE = 500
MARKED_AT_ONCE = 500
PAUSE_SECONDS = 5.0
"""After a failure, how long this process leaves publishing to the relay rather than keep callers waiting."""

log = structlog.get_logger("core.outbox")


class OutboxRow(Base):
    __tablename__ = "outbox"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    event: Mapped[str]
    fields: Mapped[bytes]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    request_id: Mapped[str | None]
    """Of the request that it happened in."""


@dataclass
class Events:
    """What a handler emits; nothing leaves before its transaction is committed."""

    emitted: list[Event] = field(default_factory=list[Event])

    def emit(self, event: Event) -> None:
        self.emitted.append(event)


class Stored(NamedTuple):
    """An event in the outbox."""

    id: str
    event: str
    fields: bytes
    request_id: str | None = None


def store(session: Session, events: Sequence[Event], now: datetime, request_id: str = "") -> list[Stored]:
    """Add the events to the open transaction; returns those that somebody is to be told of."""
    stored = [(Stored(new_id(), type(one).__name__, encoder.encode(one), request_id or None), type(one) in TOLD) for one in events]
    rows = [{**one._asdict(), "created_at": now, "published_at": None if told else now} for one, told in stored]
    if rows:
        session.execute(insert(OutboxRow), rows)
    return [one for one, told in stored if told]


def why_unpublished(event: str, fields: bytes) -> str:
    """For a person, of an event that has waited for long."""
    if event not in EVENTS:
        return "This release knows no such event: it waits for the one that does."
    try:
        list(tasks_for(EVENTS[event], fields))
    except (LookupError, MsgspecError) as error:
        return f"This release cannot read it ({error}): it waits for one that can."
    return "The task queue has not taken it yet: look whether the broker and the relay run."


@dataclass
class Publisher:
    """Hands stored events to the task queue and marks them published; `timer` counts the seconds of a pause."""

    container: Container
    timer: Callable[[], float] = time.monotonic
    _paused_until: float = 0.0
    _unreadable: set[str] = field(default_factory=set[str])
    """Ids of events that this release cannot read: told once, and in nobody's way."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def publish_at_once(self, rows: Sequence[Stored]) -> None:
        """Called right after the commit; what cannot be published now is left to the relay."""
        if not rows or self.timer() < self._paused_until:
            return
        try:
            self.publish(rows)
        except QueueUnavailable as error:
            with self._lock:
                self._paused_until = self.timer() + PAUSE_SECONDS
            log.warning("events left for the relay", count=len(rows), reason=str(error))
        except Exception:
            # The Command is done, and its caller must hear so.
            log.exception("events left for the relay", count=len(rows))

    def publish(self, rows: Sequence[Stored]) -> None:
        """Raises `QueueUnavailable` at the first event that is not taken; those before it are marked."""
        queue = self.container.get(TaskQueue)
        published: list[str] = []
        try:
            for row in rows:
                try:
                    tasks = list(tasks_for(EVENTS[row.event], row.fields))
                except (LookupError, MsgspecError):
                    log.exception("an event that cannot be read is left", event_name=row.event, id=row.id)
                    self._unreadable.add(row.id)
                    continue
                for task in tasks:
                    queue.enqueue(task.name, task.arguments, task.queue, row.id, row.request_id or "")
                published.append(row.id)
        finally:
            self._mark(published)

    def _mark(self, ids: Sequence[str]) -> None:
        now = self.container.get(Clock).now()
        for start in range(0, len(ids), MARKED_AT_ONCE):
            mine = OutboxRow.id.in_(ids[start : start + MARKED_AT_ONCE])
            with db.engine.begin() as connection:
                connection.execute(update(OutboxRow).where(mine).values(published_at=now))

    def sweep(self) -> int:
        """Publish what was left behind, within an app context; returns how many events that were. Raises `QueueUnavailable`."""
        before = self.container.get(Clock).now() - SWEEP_AFTER
        left = select(OutboxRow.id, OutboxRow.event, OutboxRow.fields, OutboxRow.request_id)
        # Another release's events are left to its own relay.
        left = left.where(OutboxRow.published_at.is_(None), OutboxRow.created_at < before, OutboxRow.event.in_(EVENTS))
        left = left.where(OutboxRow.id.not_in(self._unreadable))
        with reader() as connection:
            rows = [Stored(*row) for row in connection.execute(left.order_by(OutboxRow.id).limit(SWEEP_SIZE))]
        self.publish(rows)
        return len(rows)
