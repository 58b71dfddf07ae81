"""The same Command with the same key has one effect, however often and however fast it is sent."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from apps.core.contract.accounts import AccountRegistered, ListAccounts, RegisterAccount
from apps.core.contract.actions import ANYONE, Actor, Command, Permission, Service
from apps.core.contract.errors import Conflict, Invalid, KeyReused
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import TakeSlot
from apps.core.database import reader
from apps.core.jobs.models import SlotRow
from apps.core.middleware.idempotency import LONGEST_KEY, IdempotencyRow
from ports.clock.interface import Clock
from tests.at_once import at_once

REGISTRATION = RegisterAccount("ana@example.com", "Ana", "correct horse battery")
SLOT = TakeSlot("nightly", datetime(2026, 3, 2, tzinfo=UTC))


class Append(Command[int], frozen=True):
    """Adds a row each time it is done, and tells how many there are."""

    permission: ClassVar[Permission] = ANYONE


class Vanish(Command[None], frozen=True):
    """Adds a row and has nothing to tell."""

    permission: ClassVar[Permission] = ANYONE


def append(session: Session, clock: Clock) -> int:
    session.add(SlotRow(schedule=new_id(), slot=clock.now(), taken_at=clock.now()))
    session.flush()
    return session.scalar(select(func.count()).select_from(SlotRow)) or 0


def vanish(session: Session, clock: Clock) -> None:
    append(session, clock)


@pytest.fixture
def rows(core_app):
    def count(table: type) -> int:
        with core_app.app_context(), reader() as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0

    return count


class TestTheSameKey:
    def test_gets_the_first_answer_and_changes_nothing(self, visitor, emitted):
        first, second = (visitor.send(REGISTRATION, "key") for _ in range(2))
        assert first == second
        assert emitted(AccountRegistered) == 1

    def test_gets_a_plain_result_unchanged(self, worker):
        assert [worker.send(SLOT, "key") for _ in range(2)] == [True, True]
        assert worker.send(SLOT) is False

    def test_gets_no_result_unchanged(self, visitor, on_the_bus, rows):
        on_the_bus(Vanish, vanish)
        assert [visitor.send(Vanish(), "key") for _ in range(2)] == [None, None]
        assert rows(SlotRow) == 1

    def test_with_other_content_is_refused(self, visitor, emitted):
        visitor.send(REGISTRATION, "key")
        with pytest.raises(KeyReused):
            visitor.send(RegisterAccount("ben@example.com", "Ben", "correct horse battery"), "key")
        assert emitted(AccountRegistered) == 1

    def test_with_another_command_is_refused(self, visitor, on_the_bus, rows):
        on_the_bus(Append, append)
        on_the_bus(Vanish, vanish)
        visitor.send(Append(), "key")
        with pytest.raises(KeyReused):
            visitor.send(Vanish(), "key")
        assert rows(SlotRow) == 1

    @pytest.mark.parametrize(
        "other",
        [
            Actor(Service.API),
            Actor(Service.WEBSITE, address="192.0.2.7"),
            Actor(Service.WEBSITE, client="an app"),
        ],
        ids=["front end", "address", "app"],
    )
    def test_of_another_caller_is_another_key(self, other, visitor, sender, on_the_bus):
        on_the_bus(Append, append)
        assert [visitor.send(Append(), "key"), sender(other).send(Append(), "key")] == [1, 2]

    def test_of_another_account_is_another_key(self, ana, ben, on_the_bus):
        on_the_bus(Append, append)
        assert [ana.send(Append(), "key"), ben.send(Append(), "key")] == [1, 2]

    def test_on_a_query_means_nothing(self, operator, visitor):
        assert operator.send(ListAccounts(), "key").items == ()
        visitor.send(REGISTRATION)
        assert len(operator.send(ListAccounts(), "key").items) == 1

    def test_after_a_refusal_may_succeed(self, visitor, operator, on_the_bus, rows):
        with pytest.raises(Invalid):
            visitor.send(RegisterAccount("ana@example.com", "Ana", "aaaaaaaaaa"), "key")
        assert rows(IdempotencyRow) == 0
        visitor.send(REGISTRATION, "key")

    @pytest.mark.parametrize("key", ["", "k" * (LONGEST_KEY + 1)])
    def test_of_an_impossible_length_is_refused(self, key, visitor, emitted):
        with pytest.raises(Invalid, match="1 to 255 characters"):
            visitor.send(REGISTRATION, key)
        assert emitted(AccountRegistered) == 0

    def test_of_the_greatest_length_is_taken(self, visitor):
        assert visitor.send(REGISTRATION, "k" * LONGEST_KEY) == visitor.send(REGISTRATION, "k" * LONGEST_KEY)


class TestManyAtOnce:
    def test_have_one_effect_and_one_answer(self, visitor, on_the_bus, rows):
        on_the_bus(Append, append)
        answers = at_once([lambda: visitor.send(Append(), "key")] * 20)
        assert answers == [1] * 20
        assert rows(SlotRow) == 1

    def test_that_would_refuse_each_other_get_the_first_answer(self, visitor, emitted):
        first, *others = at_once([lambda: visitor.send(REGISTRATION, "key")] * 5)
        assert others == [first] * 4
        assert emitted(AccountRegistered) == 1

    def test_without_a_key_refuse_each_other(self, visitor, emitted):
        answers = at_once([lambda: visitor.send(REGISTRATION)] * 5)
        assert sum(isinstance(one, Conflict) for one in answers) == 4
        assert emitted(AccountRegistered) == 1

    def test_with_different_content_have_one_effect(self, visitor, emitted):
        two = [RegisterAccount(f"{name}@example.com", name, "correct horse battery") for name in ("ana", "ben")]
        answers = at_once([lambda one=one: visitor.send(one, "key") for one in two])
        assert sum(isinstance(one, KeyReused) for one in answers) == 1
        assert emitted(AccountRegistered) == 1


class TestWhatIsKept:
    def test_tells_neither_the_key_nor_what_was_sent(self, visitor, core_app):
        """Whoever reads the table must not be able to try passwords against a plain digest."""
        visitor.send(REGISTRATION, "a key nobody guesses")
        with core_app.app_context(), reader() as connection:
            row = connection.execute(select(IdempotencyRow)).one()
        assert "nobody guesses" not in str(row)
        assert _without_the_key(REGISTRATION) != row.digest

    def test_means_the_same_to_every_process(self, values, operator, visitor):
        """Sets have another order in each process."""
        visitor.send(REGISTRATION)
        for seed in ("1", "2", "3"):
            environment = {**os.environ, **values, "PYTHONHASHSEED": seed}
            sent = subprocess.run([sys.executable, "-c", CHANGE_ROLES], env=environment, capture_output=True, text=True, check=False)
            assert sent.returncode == 0, sent.stderr


CHANGE_ROLES = """
import os
from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.contract.accounts import ChangeRoles
from apps.core.contract.actions import Actor, Role, Service

operator = InProcessClient(create_core(os.environ), Service.CONSOLE)
operator.send(ChangeRoles("ana@example.com", frozenset(Role)), Actor(Service.CONSOLE), "key")
"""


def _without_the_key(command: Command) -> bytes:
    import hashlib

    from apps.core.contract.codec import encoder

    return hashlib.sha256(f"{type(command).__name__}\n".encode() + encoder.encode(command)).digest()
