"""Invitations, roles and suspensions; there is always somebody to administer the service."""

from __future__ import annotations

from threading import Barrier

import pytest

from apps.core.accounts.passwords import Passwords
from apps.core.accounts.rules import INVITATION_LIFETIME
from apps.core.contract.accounts import (
    AcceptInvitation,
    AccountRegistered,
    AccountStatus,
    AccountSuspensionChanged,
    ChangeRoles,
    GetAccount,
    InviteAdministrator,
    ListAccounts,
    LogIn,
    RestoreAccount,
    SuspendAccount,
)
from apps.core.contract.actions import Role
from apps.core.contract.errors import AccountSuspended, Conflict, Invalid, NotFound
from tests.at_once import at_once
from tests.conftest import PASSWORD, START

NOBODY = "nobody@example.com"


@pytest.fixture
def accept(visitor):
    def send(token: str, name: str = "ada", password: str = PASSWORD):
        return visitor.send(AcceptInvitation(token, f"{name}@example.com", name, password))

    return send


class TestAnInvitation:
    def test_makes_the_first_administrator(self, operator, accept, visitor, emitted):
        invitation = operator.send(InviteAdministrator())
        assert invitation.expires_at == START + INVITATION_LIFETIME
        account = accept(invitation.token)
        assert account.roles == {Role.LISTENER, Role.ADMINISTRATOR}
        assert visitor.send(LogIn("ada@example.com", PASSWORD)) == account
        assert emitted(AccountRegistered) == 1

    def test_is_good_once(self, operator, accept):
        token = operator.send(InviteAdministrator()).token
        accept(token)
        with pytest.raises(NotFound, match="has been used or has expired"):
            accept(token, "eve")

    def test_is_good_once_for_any_number_at_the_same_moment(self, operator, accept, monkeypatch):
        token, names, hashes = operator.send(InviteAdministrator()).token, ("ada", "eve", "mia", "zoe"), Passwords.hash
        found_good = Barrier(len(names))

        def hash_together(passwords: Passwords, password: str) -> str:
            found_good.wait(timeout=60)
            return hashes(passwords, password)

        monkeypatch.setattr(Passwords, "hash", hash_together)
        answers = at_once([lambda name=name: accept(token, name) for name in names])
        assert sum(isinstance(answer, NotFound) for answer in answers) == 3
        assert len(operator.send(ListAccounts()).items) == 1

    def test_expires(self, operator, accept, clock):
        token = operator.send(InviteAdministrator()).token
        clock.advance(INVITATION_LIFETIME.total_seconds())
        with pytest.raises(NotFound):
            accept(token)

    def test_is_good_until_it_expires(self, operator, accept, clock):
        token = operator.send(InviteAdministrator()).token
        clock.advance(INVITATION_LIFETIME.total_seconds() - 1)
        accept(token)

    def test_replaces_an_earlier_one(self, operator, accept):
        old, new = (operator.send(InviteAdministrator()).token for _ in range(2))
        with pytest.raises(NotFound):
            accept(old)
        accept(new)

    @pytest.mark.parametrize("token", ["", "a guess", "%"])
    def test_cannot_be_guessed(self, token, operator, accept):
        operator.send(InviteAdministrator())
        with pytest.raises(NotFound):
            accept(token)

    def test_survives_an_attempt_that_was_refused(self, operator, accept, ana):
        token = operator.send(InviteAdministrator()).token
        with pytest.raises(Invalid):
            accept(token, password="aaaaaaaaaaaa")
        with pytest.raises(Conflict):
            accept(token, "ana")
        accept(token)

    def test_is_not_made_where_there_is_an_administrator(self, operator, administrator):
        with pytest.raises(Conflict, match="already"):
            operator.send(InviteAdministrator())


class TestChangeRoles:
    def test_gives_exactly_these(self, operator, visitor, ana):
        for roles in ({Role.STAFF, Role.PARTNER}, {Role.PARTNER}, set()):
            account = operator.send(ChangeRoles("ANA@example.com", frozenset(roles)))
            assert account.roles == roles | {Role.LISTENER}
            assert visitor.send(GetAccount(ana.actor.account_id)).roles == roles | {Role.LISTENER}

    def test_of_nobody_is_not_found(self, operator):
        with pytest.raises(NotFound, match=NOBODY):
            operator.send(ChangeRoles(NOBODY, frozenset()))

    def test_does_not_know_other_roles(self, operator, ana):
        with pytest.raises(Invalid, match="roles"):
            operator.send(ChangeRoles("ana@example.com", frozenset({"owner"})))


class TestSuspending:
    def test_closes_an_account_and_restoring_opens_it(self, operator, visitor, ana, emitted):
        assert operator.send(SuspendAccount("ana@example.com")).status == AccountStatus.SUSPENDED
        with pytest.raises(AccountSuspended):
            visitor.send(GetAccount(ana.actor.account_id))
        assert operator.send(RestoreAccount("ana@example.com")).status == AccountStatus.ACTIVE
        assert visitor.send(GetAccount(ana.actor.account_id)).status == AccountStatus.ACTIVE
        assert emitted(AccountSuspensionChanged) == 2

    def test_twice_changes_nothing(self, operator, ana, emitted):
        for action in (SuspendAccount, SuspendAccount, RestoreAccount, RestoreAccount):
            operator.send(action("ana@example.com"))
        assert emitted(AccountSuspensionChanged) == 2

    @pytest.mark.parametrize("action", [SuspendAccount(NOBODY), RestoreAccount(NOBODY)])
    def test_nobody_is_not_found(self, action, operator):
        with pytest.raises(NotFound, match=NOBODY):
            operator.send(action)

    def test_an_account_that_is_not_there_is_not_found(self, visitor):
        with pytest.raises(NotFound):
            visitor.send(GetAccount("0" * 22))


TAKE_AWAY = [SuspendAccount, lambda email: ChangeRoles(email, frozenset())]


@pytest.mark.parametrize("take_away", TAKE_AWAY, ids=["suspending", "changing roles"])
class TestTheLastAdministrator:
    def test_stays(self, take_away, administrator, operator):
        for one in (administrator, operator):
            with pytest.raises(Conflict, match="nobody to administer"):
                one.send(take_away("ada@example.com"))
        assert operator.send(ListAccounts()).items[0].roles == {Role.LISTENER, Role.ADMINISTRATOR}

    def test_is_not_a_suspended_one(self, take_away, administrator, person, operator):
        person("Bea", Role.ADMINISTRATOR)
        operator.send(SuspendAccount("bea@example.com"))
        with pytest.raises(Conflict):
            operator.send(take_away("ada@example.com"))

    def test_may_go_where_there_is_another(self, take_away, administrator, person, operator):
        person("Bea", Role.ADMINISTRATOR)
        operator.send(take_away("ada@example.com"))

    def test_stays_when_two_go_at_the_same_moment(self, take_away, administrator, person, operator):
        person("Bea", Role.ADMINISTRATOR)
        answers = at_once([lambda email=email: operator.send(take_away(email)) for email in ("ada@example.com", "bea@example.com")])
        assert sum(isinstance(answer, Conflict) for answer in answers) == 1
