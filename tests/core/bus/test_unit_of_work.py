"""One Command is one transaction; a Query cannot write."""

from __future__ import annotations

from typing import ClassVar

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from apps.core.contract.actions import ANYONE, Actor, Command, Done, Permission, Query
from apps.core.contract.errors import CelestaError, Conflict, Defect, LogInFailed, NotFound
from apps.core.contract.jobs import JobReady
from apps.core.database import reader
from apps.core.jobs.models import SlotRow
from apps.core.outbox import Events
from ports.clock.interface import Clock


class Stumble(Command[Done], frozen=True):
    """Writes, emits, then fails as it is told."""

    permission: ClassVar[Permission] = ANYONE

    over: str


class Scribble(Query[Done], frozen=True):
    """A Query that writes."""

    permission: ClassVar[Permission] = ANYONE


class Ponder(Query[bool], frozen=True):
    """A Query that needs no database."""

    permission: ClassVar[Permission] = ANYONE


ERRORS: dict[str, Exception] = {
    "a refusal": Conflict("no"),
    "a wrong password": LogInFailed("no"),
    "a mistake of ours": ZeroDivisionError("oops"),
}


def stumble(action: Stumble, session: Session, events: Events, clock: Clock) -> Done:
    session.add(SlotRow(schedule=action.over, slot=clock.now(), taken_at=clock.now()))
    session.flush()
    events.emit(JobReady("0" * 22, "receive"))
    raise ERRORS[action.over]


def scribble(connection: Connection) -> Done:
    connection.execute(text("DELETE FROM slot"))
    return Done()


@pytest.fixture
def written(core_app):
    """How many rows the trial Command has left behind."""

    def count() -> int:
        with core_app.app_context(), reader() as connection:
            return connection.scalar(select(func.count()).select_from(SlotRow)) or 0

    return count


class TestACommand:
    @pytest.mark.parametrize("over", ["a refusal", "a mistake of ours"])
    def test_that_fails_leaves_nothing_behind(self, over, visitor, on_the_bus, written, emitted, task_queue):
        on_the_bus(Stumble, stumble)
        with pytest.raises(CelestaError):
            visitor.send(Stumble(over))
        assert (written(), emitted(JobReady), task_queue.held) == (0, 0, [])

    def test_keeps_what_a_failed_log_in_wrote_and_tells_nobody(self, visitor, on_the_bus, written, emitted, task_queue):
        on_the_bus(Stumble, stumble)
        with pytest.raises(LogInFailed):
            visitor.send(Stumble("a wrong password"))
        assert (written(), emitted(JobReady), task_queue.held) == (1, 0, [])

    def test_whose_process_is_stopped_leaves_nothing_behind(self, visitor, on_the_bus, written, monkeypatch):
        on_the_bus(Stumble, stumble)
        monkeypatch.setitem(ERRORS, "a signal", KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            visitor.send(Stumble("a signal"))
        assert written() == 0

    def test_is_one_transaction(self, visitor, on_the_bus, statements):
        def stumble(session: Session) -> Done:
            session.execute(text("DELETE FROM slot"))
            session.execute(text("DELETE FROM slot"))
            return Done()

        on_the_bus(Stumble, stumble)
        visitor.send(Stumble(""))
        assert [one for one in statements if one in ("BEGIN", "COMMIT", "ROLLBACK")] == ["BEGIN", "COMMIT"]


class TestAQuery:
    def test_cannot_write(self, visitor, on_the_bus):
        on_the_bus(Scribble, scribble)
        with pytest.raises(Defect):
            visitor.send(Scribble())

    def test_that_needs_no_database_touches_none(self, visitor, on_the_bus, statements):
        def ponder(actor: Actor) -> bool:
            return actor.account_id is None

        on_the_bus(Ponder, ponder)
        assert visitor.send(Ponder()) is True
        assert statements == []

    def test_ends_its_reading_when_it_fails(self, visitor, on_the_bus, statements):
        def ponder(connection: Connection) -> bool:
            connection.execute(text("SELECT 1"))
            raise NotFound("nothing")

        on_the_bus(Ponder, ponder)
        with pytest.raises(NotFound):
            visitor.send(Ponder())
        assert statements == ["BEGIN", "SELECT 1", "ROLLBACK"]
