"""Opening a listener's account."""

from __future__ import annotations

import pytest

from apps.core.accounts.passwords import Passwords
from apps.core.accounts.rules import FAILURES_PER_EMAIL
from apps.core.contract.accounts import (
    AcceptInvitation,
    AccountRegistered,
    AccountStatus,
    ChangePassword,
    GetAccount,
    GetOwnAccount,
    InviteAdministrator,
    ListAccounts,
    LogIn,
    RegisterAccount,
)
from apps.core.contract.actions import Actor, Role, Service
from apps.core.contract.errors import AccountExists, Conflict, Invalid, LogInFailed, TooMany
from apps.core.database import db
from tests.at_once import at_once
from tests.conftest import PASSWORD, START


class TestRegisterAccount:
    def test_opens_an_account_that_can_log_in(self, visitor, emitted):
        account = visitor.send(RegisterAccount("Ana@Example.com", "Ana", PASSWORD))
        assert (account.email, account.name, account.status, account.plan) == ("Ana@Example.com", "Ana", AccountStatus.ACTIVE, "none")
        assert (account.roles, account.created_at) == (frozenset({Role.LISTENER}), START)
        assert visitor.send(LogIn("ana@example.com", PASSWORD)) == account
        assert emitted(AccountRegistered) == 1

    @pytest.mark.parametrize("email", ["ana@example.com", "ANA@EXAMPLE.COM", "ana@EXAMPLE.com", "\uff41na@example.com"])
    def test_one_mailbox_has_one_account(self, email, visitor, emitted):
        visitor.send(RegisterAccount("Ana@Example.com", "Ana", PASSWORD))
        with pytest.raises(Conflict, match="already"):
            visitor.send(RegisterAccount(email, "Ana", PASSWORD))
        assert emitted(AccountRegistered) == 1

    def test_at_the_same_moment_it_still_has_one(self, visitor, emitted):
        calls = [
            lambda email=email: visitor.send(RegisterAccount(email, "Ana", PASSWORD)) for email in ("ana@example.com", "Ana@example.com")
        ]
        assert sum(isinstance(answer, Conflict) for answer in at_once(calls)) == 1
        assert emitted(AccountRegistered) == 1

    @pytest.mark.parametrize(
        "email", ["", "ana", "ana@", "@example.com", "ana@example", "a b@example.com", "ana@example.com,b@c.d", "a@b@c.d"]
    )
    def test_refuses_what_is_no_address(self, email, visitor):
        with pytest.raises(Invalid, match="email"):
            visitor.send(RegisterAccount(email, "Ana", PASSWORD))

    @pytest.mark.parametrize(
        "password",
        ["short", "x" * 201, "aaaaaaaaaaaa", "password123", "PassWord123", "password1234", "Qwerty!!2026", "20260101!!", "ana@example.com"],
    )
    def test_refuses_a_password_that_is_too_easy(self, password, visitor, operator):
        with pytest.raises(Invalid):
            visitor.send(RegisterAccount("ana@example.com", "Ana", password))
        assert operator.send(ListAccounts()).items == ()

    def test_calls_a_nameless_account_by_its_address(self, visitor):
        assert visitor.send(RegisterAccount("ana@example.com", "  ", PASSWORD)).name == "ana@example.com"


class TestGetOwnAccount:
    def test_shows_whoever_asks(self, ana, ben):
        assert [one.send(GetOwnAccount()).name for one in (ana, ben)] == ["Ana", "Ben"]


class TestGetAccount:
    def test_shows_a_front_end_whom_a_session_belongs_to(self, visitor, ana):
        assert visitor.send(GetAccount(ana.actor.account_id)) == ana.send(GetOwnAccount())

    def test_shows_roles(self, administrator, sender):
        account = sender(Actor(Service.API)).send(GetAccount(administrator.actor.account_id))
        assert account.roles == {Role.LISTENER, Role.ADMINISTRATOR}


class TestListAccounts:
    @pytest.fixture
    def people(self, visitor, clock) -> None:
        for name in ("ana", "anton", "ben", "a_x", "a%x"):
            visitor.send(RegisterAccount(f"{name}@example.com", name, PASSWORD))
            clock.advance(60)

    def test_lists_the_newest_first(self, operator, people):
        assert [one.name for one in operator.send(ListAccounts()).items] == ["a%x", "a_x", "ben", "anton", "ana"]

    def test_turns_pages_without_a_gap_or_a_repeat(self, operator, people):
        first = operator.send(ListAccounts(size=2))
        second = operator.send(ListAccounts(size=2, cursor=first.next))
        third = operator.send(ListAccounts(size=2, cursor=second.next))
        assert [one.name for page in (first, second, third) for one in page.items] == ["a%x", "a_x", "ben", "anton", "ana"]
        assert third.next is None

    def test_tells_accounts_of_the_same_moment_apart(self, operator, visitor):
        for name in ("ana", "ben", "cem"):
            visitor.send(RegisterAccount(f"{name}@example.com", name, PASSWORD))
        first = operator.send(ListAccounts(size=2))
        second = operator.send(ListAccounts(size=2, cursor=first.next))
        assert {one.name for page in (first, second) for one in page.items} == {"ana", "ben", "cem"}

    @pytest.mark.parametrize(
        ("beginning", "found"),
        [("an", ["anton", "ana"]), (" AN", ["anton", "ana"]), ("a_", ["a_x"]), ("a%", ["a%x"]), ("nobody", [])],
    )
    def test_narrows_to_addresses_that_begin_so(self, beginning, found, operator, people):
        assert [one.name for one in operator.send(ListAccounts(email=beginning)).items] == found

    @pytest.mark.parametrize("size", [0, 101])
    def test_refuses_an_impossible_page(self, size, operator):
        with pytest.raises(Invalid, match="size"):
            operator.send(ListAccounts(size=size))


class TestHashing:
    @pytest.fixture
    def writing(self, core_app):
        """Whether a transaction was open whenever a password was hashed or compared."""
        seen: list[bool] = []

        class Watching(Passwords):
            def hash(self, password):
                seen.append(db.session().in_transaction())
                return super().hash(password)

            def matches(self, stored, password):
                seen.append(db.session().in_transaction())
                return super().matches(stored, password)

        core_app.extensions["container"].put(Passwords, Watching())
        return seen

    def test_keeps_nobody_from_writing(self, writing, visitor, operator, ana):
        visitor.send(RegisterAccount("cleo@example.com", "Cleo", PASSWORD))
        visitor.send(LogIn("cleo@example.com", PASSWORD))
        ana.send(ChangePassword(PASSWORD, "quite another one"))
        visitor.send(AcceptInvitation(operator.send(InviteAdministrator()).token, "dan@example.com", "Dan", PASSWORD))
        assert len(writing) >= 5
        assert not any(writing)

    def test_is_spared_where_the_limit_was_reached(self, writing, visitor, ana, sender, monkeypatch):
        for _ in range(FAILURES_PER_EMAIL):
            with pytest.raises(LogInFailed):
                visitor.send(LogIn("ana@example.com", "a wrong password"))
        monkeypatch.setattr("apps.core.accounts.attempts.REGISTRATIONS_PER_ADDRESS", 1)
        stranger = sender(Actor(Service.WEBSITE, address="192.0.2.1"))
        stranger.send(RegisterAccount("cleo@example.com", "Cleo", PASSWORD))
        writing.clear()
        for action in (LogIn("ana@example.com", PASSWORD), RegisterAccount("dan@example.com", "Dan", PASSWORD)):
            with pytest.raises(TooMany):
                stranger.send(action)
        assert writing == []


class TestTheLimitForOneNetwork:
    def test_is_exact_however_many_try_at_once(self, sender, monkeypatch):
        """All of them are let past the first look, which counts nothing."""
        monkeypatch.setattr("apps.core.accounts.attempts.REGISTRATIONS_PER_ADDRESS", 2)
        stranger = sender(Actor(Service.WEBSITE, address="192.0.2.7"))
        tries = [lambda number=number: stranger.send(RegisterAccount(f"{number}@example.com", "X", PASSWORD)) for number in range(6)]
        answers = at_once(tries)
        assert sum(isinstance(answer, TooMany) for answer in answers) == 4

    def test_counts_accounts_made_and_addresses_tried(self, sender, monkeypatch, clock):
        monkeypatch.setattr("apps.core.accounts.attempts.REGISTRATIONS_PER_ADDRESS", 2)
        stranger = sender(Actor(Service.WEBSITE, address="2001:db8::1"))
        neighbour = sender(Actor(Service.WEBSITE, address="2001:db8::2"))
        stranger.send(RegisterAccount("one@example.com", "One", PASSWORD))
        with pytest.raises(AccountExists):
            neighbour.send(RegisterAccount("one@example.com", "One", PASSWORD))
        with pytest.raises(TooMany) as refused:
            stranger.send(RegisterAccount("two@example.com", "Two", PASSWORD))
        clock.advance(float(refused.value.details["retry_after"]))
        assert stranger.send(RegisterAccount("two@example.com", "Two", PASSWORD)).name == "Two"
