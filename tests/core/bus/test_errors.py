"""Whatever goes wrong leaves the bus as an error of the contract, and what is logged gives nothing away."""

from __future__ import annotations

import os
import random
import string
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import ClassVar

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from apps.core.contract.accounts import ChangePassword, GetOwnAccount, LogIn
from apps.core.contract.actions import ANYONE, Actor, Command, Done, Permission, Service
from apps.core.contract.errors import CelestaError, Conflict, Defect, Invalid, LogInFailed, NotFound, Unavailable
from apps.core.contract.jobs import TakeSlot
from apps.core.database import db
from apps.core.jobs.models import SlotRow

SECRET = "the secret of the trial"


class Fail(Command[Done], frozen=True):
    """Fails as a test wants it to."""

    permission: ClassVar[Permission] = ANYONE

    secret: str = SECRET


@pytest.fixture
def failing(on_the_bus, visitor):
    """Sends a Command whose handler does this, and gives the error that comes out."""

    def send(act) -> CelestaError:
        def fail(session: Session) -> Done:
            act(session)
            return Done()

        on_the_bus(Fail, fail)
        with pytest.raises(CelestaError) as caught:
            visitor.send(Fail())
        return caught.value

    return send


def raising(error: Exception):
    def act(_session: Session) -> None:
        raise error

    return act


def add_slot(session: Session, schedule: str | None = "nightly", slot: datetime | None = None) -> None:
    session.add(SlotRow(schedule=schedule, slot=slot or datetime(2026, 3, 2, tzinfo=UTC), taken_at=datetime(2026, 3, 2, tzinfo=UTC)))
    session.flush()


class TestWhatGoesWrong:
    def test_a_refusal_stays_what_it_is(self, failing):
        refusal = NotFound("There is no such thing.", "Look elsewhere.", {"reason": "gone"})
        assert failing(raising(refusal)) is refusal

    def test_a_clash_is_a_conflict(self, failing):
        def twice(session: Session) -> None:
            add_slot(session)
            session.expunge_all()
            add_slot(session)

        assert isinstance(failing(twice), Conflict)

    def test_a_row_that_lacks_something_is_a_defect(self, failing):
        lacking = text("INSERT INTO slot (schedule, slot) VALUES ('nightly', '2026-03-02')")
        assert isinstance(failing(lambda session: session.execute(lacking)), Defect)

    @pytest.mark.postgresql
    def test_a_text_that_no_index_can_hold_is_invalid(self, failing):
        endless = "".join(random.Random(1).choices(string.printable, k=20_000))
        error = failing(lambda session: add_slot(session, schedule=endless))
        assert isinstance(error, Invalid)
        assert "too long" in error.message

    def test_an_unexpected_error_is_a_defect_that_tells_nothing(self, failing):
        error = failing(raising(ValueError(SECRET)))
        assert isinstance(error, Defect)
        assert SECRET not in str(error.report())

    def test_a_wrong_statement_is_a_defect(self, failing):
        assert isinstance(failing(lambda session: session.execute(text("SELECT nothing FROM nowhere"))), Defect)

    def test_a_naive_time_is_a_defect(self, failing):
        naive = datetime(2026, 3, 2, tzinfo=UTC).replace(tzinfo=None)
        assert isinstance(failing(lambda session: add_slot(session, slot=naive)), Defect)

    def test_an_id_that_no_id_can_be_is_not_found(self, failing):
        from apps.core.accounts.models import AccountRow

        assert isinstance(failing(lambda session: session.get(AccountRow, "7" + "z" * 21)), NotFound)

    def test_a_time_out_of_range_is_invalid(self, failing):
        too_early = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=10)))
        assert isinstance(failing(lambda session: add_slot(session, slot=too_early)), Invalid)

    def test_a_pool_without_a_free_connection_is_unavailable(self, failing):
        assert isinstance(failing(raising(PoolTimeout("all are in use"))), Unavailable)


class TestADatabaseThatTakesNoChanges:
    def test_is_unavailable_to_a_command(self, failing):
        def write_read_only(session: Session) -> None:
            connection = session.connection()
            sqlite = connection.dialect.name == "sqlite"
            connection.execute(text("PRAGMA query_only = ON" if sqlite else "SET TRANSACTION READ ONLY"))
            try:
                connection.execute(text("DELETE FROM slot"))
            finally:
                if sqlite:
                    connection.execute(text("PRAGMA query_only = OFF"))

        error = failing(write_read_only)
        assert isinstance(error, Unavailable)
        assert "takes no changes" in error.message

    @pytest.mark.postgresql
    def test_is_left_for_the_one_that_does(self, core_app, sender):
        """Connections to what was the primary before a failover go on answering."""
        with core_app.app_context(), db.engine.connect() as connection:
            connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
            connection.commit()
        office, slot = sender(Actor(Service.TASKS)), TakeSlot("nightly", datetime(2026, 3, 2, tzinfo=UTC))
        with pytest.raises(Unavailable, match="takes no changes"):
            office.send(slot)
        assert office.send(slot) is True


class TestAFullDisk:
    def test_is_unavailable_and_says_so(self, failing):
        error = failing(fill_the_disk)
        assert isinstance(error, Unavailable)
        assert "disk is full" in error.message


def fill_the_disk(session):
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$"))
    else:
        session.execute(text("PRAGMA max_page_count = 1"))  # as many as there are
        session.execute(text("CREATE TABLE more AS SELECT zeroblob(1000000)"))


class TestWhatPostgresqlHasNoWayToHold:
    @pytest.mark.postgresql
    def test_is_refused_and_says_so(self, failing):
        """SQLite would hold a text that ends in the middle."""
        error = failing(lambda session: session.execute(text("SELECT CAST(:held AS text)"), {"held": "a\0b"}))
        assert isinstance(error, Invalid)
        assert "cannot be stored" in error.message


class TestALockedDatabase:
    def test_is_unavailable(self, core_app, worker):
        """Another process writes for longer than anybody waits."""
        moment = datetime(2026, 3, 2, tzinfo=UTC)
        with core_app.app_context(), db.engine.connect() as ours, db.engine.connect() as another:
            impatient = "SET lock_timeout = 50" if db.engine.dialect.name == "postgresql" else "PRAGMA busy_timeout = 50"
            ours.execute(text(impatient))
            ours.commit()
            ours.close()
            another.execute(insert(SlotRow).values(schedule="nightly", slot=moment, taken_at=moment))
            with pytest.raises(Unavailable):
                worker.send(TakeSlot("nightly", moment))


class TestTheLog:
    def test_tells_what_was_done_by_whom(self, ana):
        with capture_logs() as lines:
            ana.send(ChangePassword("correct horse battery", "another long password"))
        (line,) = [one for one in lines if one["event"] == "done" and one["log_level"] == "info"]
        assert (line["action"], line["service"], line["account"]) == ("ChangePassword", "website", ana.actor.account_id)
        assert line["statements"] > 0

    def test_tells_of_a_refusal_and_why(self, visitor):
        with capture_logs() as lines, pytest.raises(LogInFailed):
            visitor.send(LogIn("nobody@example.com", "a wrong password"))
        (line,) = lines
        assert (line["event"], line["code"]) == ("refused", "log_in_failed")

    def test_tells_what_stands_behind_an_outage(self, failing):
        with capture_logs() as lines:
            failing(raising(PoolTimeout("all are in use")))
        (line,) = lines
        assert (line["log_level"], line["cause"]) == ("warning", "all are in use")

    def test_tells_how_background_tasks_go_about_their_work_only_to_whom_asks_for_it(self, worker, clock):
        with capture_logs() as lines:
            worker.send(TakeSlot("nightly", clock.now()))
        (line,) = lines
        assert (line["event"], line["action"], line["log_level"]) == ("done", "TakeSlot", "debug")

    def test_does_not_tell_of_queries_that_succeed(self, ana):
        with capture_logs() as lines:
            ana.send(GetOwnAccount())
        assert lines == []

    @pytest.mark.parametrize("log_format", ["console", "json"])
    def test_never_holds_what_was_sent(self, log_format, values):
        """In a process that logs as ours do: a Command that is done, one that is refused, one that fails within a statement."""
        environment = {**os.environ, **values, "LOG_FORMAT": log_format, "SECRET": SECRET}
        ran = subprocess.run([sys.executable, "-c", SEND_SECRETS], env=environment, capture_output=True, text=True, check=True)
        for word in ("done", "refused", "failed", "RegisterAccount", "LogIn", "Fail", "Traceback"):
            assert word in ran.stderr
        assert SECRET not in ran.stdout + ran.stderr


SEND_SECRETS = """
import os
from contextlib import suppress
from typing import ClassVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from apps.core.app import create_core
from apps.core.bus import handles
from apps.core.client.in_process import InProcessClient
from apps.core.contract.accounts import LogIn, RegisterAccount
from apps.core.contract.actions import ANYONE, Actor, Command, Done, Permission, Service
from apps.core.contract.errors import CelestaError
from ports.environment import Environment
from ports.logs import configure_logs


class Fail(Command[Done], frozen=True):
    permission: ClassVar[Permission] = ANYONE

    secret: str


environment = Environment(os.environ)
configure_logs(environment)
client = InProcessClient(create_core(os.environ), Service.WEBSITE)


@handles(Fail)
def fail(action: Fail, session: Session) -> Done:
    session.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": action.secret})
    return Done()


secret = os.environ["SECRET"]
for action in (RegisterAccount("ana@example.com", "Ana", secret), LogIn("ana@example.com", secret * 2), Fail(secret)):
    with suppress(CelestaError):
        client.send(action, Actor(Service.WEBSITE))
"""
