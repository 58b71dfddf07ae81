"""Logging in, and being kept from guessing."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from apps.core.accounts.models import AccountRow
from apps.core.accounts.passwords import Passwords
from apps.core.accounts.rules import FAILURE_WINDOW, FAILURES_PER_ADDRESS, FAILURES_PER_EMAIL
from apps.core.client.interface import Sender
from apps.core.contract.accounts import ChangePassword, LogIn, RegisterAccount, RestoreAccount, SuspendAccount
from apps.core.contract.actions import Actor, Service
from apps.core.contract.errors import AccountSuspended, CelestaError, Invalid, LogInFailed, TooMany
from apps.core.database import db, reader
from ports.environment import BootError, Environment
from tests.at_once import at_once
from tests.conftest import PASSWORD

ANA, NOBODY = "ana@example.com", "nobody@example.com"
WRONG = "a wrong password"


@pytest.fixture
def from_address(sender) -> Callable[[str], Sender]:
    return lambda address: sender(Actor(Service.WEBSITE, address=address))


def refusal(of: Sender, email: str, password: str = WRONG) -> CelestaError:
    with pytest.raises(CelestaError) as caught:
        of.send(LogIn(email, password))
    return caught.value


class TestLogIn:
    def test_takes_the_address_however_it_is_written(self, visitor, ana):
        assert visitor.send(LogIn(" ANA@example.com ", PASSWORD)).id == ana.actor.account_id

    def test_the_password_must_be_exact(self, visitor, ana):
        assert isinstance(refusal(visitor, ANA, PASSWORD.upper()), LogInFailed)

    @pytest.mark.parametrize("email", ["%", "_", "%@example.com", "ana_example.com", "' OR '1'='1", ""])
    def test_no_pattern_is_an_address(self, email, visitor, ana):
        assert isinstance(refusal(visitor, email, PASSWORD), LogInFailed)

    @pytest.mark.parametrize("email", [ANA, NOBODY])
    def test_an_empty_password_opens_nothing(self, email, visitor, ana):
        assert isinstance(refusal(visitor, email, ""), LogInFailed)

    def test_the_password_that_stands_in_for_nobodys_opens_nothing(self, visitor, ana):
        assert isinstance(refusal(visitor, NOBODY, "the password of nobody"), LogInFailed)

    def test_tells_of_a_suspension_only_whoever_knows_the_password(self, visitor, operator, ana):
        operator.send(SuspendAccount(ANA))
        assert isinstance(refusal(visitor, ANA), LogInFailed)
        assert isinstance(refusal(visitor, ANA, PASSWORD), AccountSuspended)
        operator.send(RestoreAccount(ANA))
        assert visitor.send(LogIn(ANA, PASSWORD)).id == ana.actor.account_id

    def test_renews_a_hash_of_older_parameters(self, visitor, ana, core_app):
        with core_app.app_context(), db.engine.begin() as connection:
            old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
            connection.execute(update(AccountRow).values(password_hash=old))
        visitor.send(LogIn(ANA, PASSWORD))
        with core_app.app_context(), reader() as connection:
            stored = connection.scalar(select(AccountRow.password_hash))
        assert stored is not None
        assert "m=8,t=2,p=1" in stored
        visitor.send(LogIn(ANA, PASSWORD))


class TestKnownAndUnknownAddresses:
    def test_are_answered_in_the_same_words(self, visitor, ana):
        assert refusal(visitor, ANA).report() == refusal(visitor, NOBODY).report()

    def test_cost_the_same_work(self, visitor, ana, core_app):
        """One verification each, against a hash of the same parameters."""

        class Counting(Passwords):
            verified: ClassVar[list[bool]] = []

            def matches(self, stored, password):
                matched = super().matches(stored, password)
                self.verified.append((stored or self._nobodys).startswith("$argon2id$v=19$m=8,t=2,p=1$"))
                return matched

        core_app.extensions["container"].put(Passwords, Counting(8))
        for email in (ANA, NOBODY):
            refusal(visitor, email)
        assert Counting.verified == [True, True]

    def test_are_limited_alike(self, visitor, ana):
        answers = [[refusal(visitor, email).report() for _ in range(FAILURES_PER_EMAIL + 1)] for email in (ANA, NOBODY)]
        assert answers[0] == answers[1]
        assert answers[0][-1].code == "too_many"


class TestTheLimitForOneAddress:
    def test_is_ten_failures_then_even_the_right_password_waits(self, visitor, ana):
        codes = [refusal(visitor, ANA).code for _ in range(FAILURES_PER_EMAIL)]
        assert codes == ["log_in_failed"] * FAILURES_PER_EMAIL
        assert isinstance(refusal(visitor, ANA, PASSWORD), TooMany)

    def test_counts_the_same_mailbox_however_it_is_written(self, visitor, ana):
        for number in range(FAILURES_PER_EMAIL):
            refusal(visitor, ANA.upper() if number % 2 else f" {ANA}")
        assert isinstance(refusal(visitor, ANA, PASSWORD), TooMany)

    def test_follows_the_account_from_one_network_to_the_next(self, from_address, ana):
        for number in range(FAILURES_PER_EMAIL):
            refusal(from_address(f"192.0.2.{number}"), ANA)
        assert isinstance(refusal(from_address("198.51.100.1"), ANA, PASSWORD), TooMany)

    def test_ends_with_its_quarter_of_an_hour(self, visitor, ana, clock):
        for _ in range(FAILURES_PER_EMAIL + 1):
            refusal(visitor, ANA)
        clock.advance(FAILURE_WINDOW.total_seconds())
        assert visitor.send(LogIn(ANA, PASSWORD)).id == ana.actor.account_id

    def test_begins_anew_after_a_success(self, visitor, ana):
        for _ in range(2):
            for _ in range(FAILURES_PER_EMAIL - 1):
                refusal(visitor, ANA)
            visitor.send(LogIn(ANA, PASSWORD))

    def test_leaves_others_alone(self, visitor, ana, ben):
        for _ in range(FAILURES_PER_EMAIL + 1):
            refusal(visitor, ANA)
        assert visitor.send(LogIn("ben@example.com", PASSWORD)).id == ben.actor.account_id

    def test_is_exact_however_many_try_at_once(self, visitor, ana):
        answers = at_once([lambda: visitor.send(LogIn(ANA, WRONG))] * 25)
        kinds = sorted(type(answer).__name__ for answer in answers)
        assert kinds == ["LogInFailed"] * FAILURES_PER_EMAIL + ["TooMany"] * (25 - FAILURES_PER_EMAIL)


class TestTheLimitForOneNetwork:
    def test_is_thirty_failures_over_any_addresses(self, from_address, ana):
        for number in range(FAILURES_PER_ADDRESS):
            assert isinstance(refusal(from_address("192.0.2.1"), f"guess{number}@example.com"), LogInFailed)
        assert isinstance(refusal(from_address("192.0.2.1"), ANA, PASSWORD), TooMany)
        assert from_address("192.0.2.2").send(LogIn(ANA, PASSWORD)).id == ana.actor.account_id

    def test_does_not_count_successes(self, from_address, ana):
        for _ in range(FAILURES_PER_ADDRESS + 1):
            from_address("192.0.2.1").send(LogIn(ANA, PASSWORD))

    def test_is_not_lifted_by_a_success(self, from_address, ana):
        for number in range(FAILURES_PER_ADDRESS - 1):
            refusal(from_address("192.0.2.1"), f"guess{number}@example.com")
        from_address("192.0.2.1").send(LogIn(ANA, PASSWORD))
        refusal(from_address("192.0.2.1"), NOBODY)
        assert isinstance(refusal(from_address("192.0.2.1"), NOBODY), TooMany)


class TestChangePassword:
    def test_replaces_the_old_one(self, visitor, ana):
        ana.send(ChangePassword(PASSWORD, "quite another one"))
        assert isinstance(refusal(visitor, ANA, PASSWORD), LogInFailed)
        assert visitor.send(LogIn(ANA, "quite another one")).id == ana.actor.account_id

    def test_asks_for_the_present_one_and_counts_failures(self, visitor, ana):
        for _ in range(FAILURES_PER_EMAIL):
            with pytest.raises(LogInFailed, match="present password"):
                ana.send(ChangePassword(WRONG, "quite another one"))
        with pytest.raises(TooMany):
            ana.send(ChangePassword(PASSWORD, "quite another one"))
        assert isinstance(refusal(visitor, ANA, PASSWORD), TooMany)

    @pytest.mark.parametrize("new", ["too short", "aaaaaaaaaaaa", ANA])
    def test_refuses_one_that_is_too_easy_and_keeps_the_old(self, new, visitor, ana):
        for present in (PASSWORD, WRONG):  # or an uncounted attempt would tell the right one
            with pytest.raises(Invalid):
                ana.send(ChangePassword(present, new))
        assert visitor.send(LogIn(ANA, PASSWORD)).id == ana.actor.account_id

    def test_is_ones_own_alone(self, visitor, ana, ben):
        ana.send(ChangePassword(PASSWORD, "quite another one"))
        assert visitor.send(LogIn("ben@example.com", PASSWORD)).id == ben.actor.account_id


class TestPasswords:
    def test_are_stored_hashed_with_argon2id(self, visitor, core_app):
        visitor.send(RegisterAccount(ANA, "Ana", PASSWORD))
        with core_app.app_context(), reader() as connection:
            stored = connection.scalar(select(AccountRow.password_hash))
        assert stored is not None
        assert stored.startswith("$argon2id$")
        assert PASSWORD not in stored

    def test_take_as_much_to_guess_as_owasp_asks_for_and_no_less_in_production(self):
        production = {"CELESTA_ENV": "production"}
        assert "m=19456,t=2,p=1" in Passwords.from_env(Environment(production)).hash(PASSWORD)
        assert "m=8,t=2,p=1" in Passwords.from_env(Environment({"PASSWORD_MEMORY": "8"})).hash(PASSWORD)
        with pytest.raises(BootError, match="PASSWORD_MEMORY=19455 makes stolen passwords cheap to guess"):
            Passwords.from_env(Environment({**production, "PASSWORD_MEMORY": "19455"}))

    def test_that_are_stored_as_something_else_open_nothing(self):
        assert Passwords().matches("plain text", "plain text") is False
