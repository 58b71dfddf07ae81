"""Core believes no front end about an account: it looks itself, at once for Commands, within five seconds for Queries."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from apps.core.accounts.models import AccountRoleRow, AccountRow
from apps.core.accounts.standing import REMEMBERED, TRUSTED_SECONDS, Standings
from apps.core.contract.accounts import ChangeRoles, GetOwnAccount, ListAccounts, RestoreAccount, SuspendAccount
from apps.core.contract.actions import Actor, Role, Service
from apps.core.contract.errors import AccountSuspended, Forbidden, Unauthenticated
from apps.core.contract.ids import new_id
from apps.core.contract.listening import ClearHistory
from apps.core.database import db


@pytest.fixture
def seconds(core_app, clock) -> list[float]:
    """What the snapshots' timer shows; a test moves it."""
    shown = [1000.0]
    core_app.extensions["container"].put(Standings, Standings(clock, timer=lambda: shown[0]))
    return shown


class TestSuspension:
    def test_stops_commands_at_once(self, ana, operator):
        ana.send(ClearHistory())
        operator.send(SuspendAccount("ana@example.com"))
        with pytest.raises(AccountSuspended):
            ana.send(ClearHistory())

    def test_stops_queries_within_five_seconds(self, ana, operator, seconds):
        ana.send(GetOwnAccount())
        operator.send(SuspendAccount("ana@example.com"))
        seconds[0] += TRUSTED_SECONDS
        ana.send(GetOwnAccount())
        seconds[0] += 0.001
        with pytest.raises(AccountSuspended):
            ana.send(GetOwnAccount())

    def test_that_a_command_has_met_is_known_to_the_next_query(self, ana, operator, seconds):
        ana.send(GetOwnAccount())
        operator.send(SuspendAccount("ana@example.com"))
        for action in (ClearHistory(), GetOwnAccount()):
            with pytest.raises(AccountSuspended):
                ana.send(action)

    def test_ends_when_the_account_is_restored(self, ana, operator):
        operator.send(SuspendAccount("ana@example.com"))
        operator.send(RestoreAccount("ana@example.com"))
        ana.send(ClearHistory())


class TestRoles:
    def test_are_those_that_core_knows_not_those_the_front_end_claims(self, ana, sender):
        boastful = Actor(Service.WEBSITE, account_id=ana.actor.account_id, roles=frozenset({Role.ADMINISTRATOR}))
        with pytest.raises(Forbidden):
            sender(boastful).send(ListAccounts())

    def test_may_be_claimed_rightly(self, administrator, sender):
        claimed = Actor(Service.WEBSITE, account_id=administrator.actor.account_id, roles=frozenset({Role.LISTENER, Role.ADMINISTRATOR}))
        assert sender(claimed).send(ListAccounts()).items[0].name == "Ada"

    def test_taken_away_stop_commands_at_once(self, person, administrator, operator):
        second = person("Bea", Role.ADMINISTRATOR)
        second.send(ChangeRoles("ada@example.com", frozenset({Role.ADMINISTRATOR})))
        administrator.send(ChangeRoles("bea@example.com", frozenset()))
        with pytest.raises(Forbidden):
            second.send(ChangeRoles("ada@example.com", frozenset()))


class TestAnAccountThatIsGone:
    def test_may_do_nothing(self, ana, core_app):
        with core_app.app_context():
            db.session.execute(delete(AccountRoleRow))
            db.session.execute(delete(AccountRow))
            db.session.commit()
        for action in (ClearHistory(), GetOwnAccount()):
            with pytest.raises(Unauthenticated):
                ana.send(action)

    def test_is_the_same_as_one_that_never_was(self, sender):
        with pytest.raises(Unauthenticated):
            sender(Actor(Service.WEBSITE, account_id=new_id())).send(GetOwnAccount())


class TestSnapshots:
    def test_of_the_accounts_seen_longest_ago_make_room(self, ana, ben, core_app, seconds):
        standings = core_app.extensions["container"].get(Standings)
        ana.send(GetOwnAccount())
        with core_app.app_context():
            known = next(iter(standings._known.values()))
        standings._known.update((f"account {number}", known) for number in range(REMEMBERED - 1))
        ben.send(GetOwnAccount())
        assert len(standings._known) == REMEMBERED
        assert ana.actor.account_id not in standings._known
