"""A Command that the database ends so that another may go on is done again, whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from apps.core.contract.actions import ANYONE, Command, Done, Permission
from apps.core.contract.errors import Unavailable
from apps.core.contract.jobs import JobReady
from apps.core.database import READER, db
from apps.core.jobs.models import SlotRow
from apps.core.middleware.repeat import ATTEMPTS
from apps.core.outbox import Events

pytestmark = pytest.mark.postgresql

MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


class LockBoth(Command[Done], frozen=True):
    """Lock one row, then the other."""

    permission: ClassVar[Permission] = ANYONE


@pytest.fixture
def locked(on_the_bus):
    """How often the trial Command began."""
    begun: list[int] = []

    def lock_both(session: Session, events: Events) -> Done:
        begun.append(len(begun))
        for name in ("first", "second"):
            session.execute(row(name))
        events.emit(JobReady("0" * 22, "transcode"))
        return Done()

    on_the_bus(LockBoth, lock_both)
    return begun


class LoseEveryTime(Command[Done], frozen=True):
    """Be ended for another, however often it is done again."""

    permission: ClassVar[Permission] = ANYONE


def test_one_that_is_ended_every_time_is_told_to_try_later(core_app, visitor, on_the_bus):
    begun: list[int] = []

    def lose_every_time(session: Session) -> Done:
        begun.append(1)
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'ended for another' USING ERRCODE = 'deadlock_detected'; END $$"))
        return Done()

    on_the_bus(LoseEveryTime, lose_every_time)
    with pytest.raises(Unavailable):
        visitor.send(LoseEveryTime())
    assert len(begun) == ATTEMPTS


def row(name):
    return select(SlotRow.slot).where(SlotRow.schedule == name).with_for_update()


def test_the_victim_of_a_deadlock_is_done_again_and_its_events_are_emitted_once(core_app, visitor, locked, task_queue):
    with core_app.app_context(), ThreadPoolExecutor(1) as threads, db.engine.connect() as other, db.engines[READER].connect() as watcher:
        for name in ("first", "second"):
            other.execute(insert(SlotRow).values(schedule=name, slot=MOMENT, taken_at=MOMENT))
        other.execute(text("SET deadlock_timeout = '1min'"))  # so that it is not this one that is ended
        other.commit()
        other.execute(row("second"))
        answer = threads.submit(visitor.send, LockBoth())
        while not watcher.scalar(WAITING):
            assert not answer.done()
        other.execute(row("first"))
        other.commit()
        assert answer.result(timeout=20) == Done()
    assert len(locked) == 2
    assert len(task_queue.held) == 1
