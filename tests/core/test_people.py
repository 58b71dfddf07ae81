"""The user provider: Core is asked, and what it said is good for five seconds."""

from __future__ import annotations

import pytest

from apps.core.client.in_process import InProcessClient
from apps.core.client.people import People
from apps.core.client.recent import CAPACITY, SECONDS, Recent
from apps.core.contract.accounts import RestoreAccount, SuspendAccount
from apps.core.contract.actions import Actor, Scope, Service
from apps.core.contract.errors import AccountSuspended, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.oauth import ConnectApp, DisconnectApp, RegisterApp

ASKING = Actor(Service.API)


class Seconds:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def people(core_app, seconds):
    return People(InProcessClient(core_app, Service.API), seconds)


@pytest.fixture
def client_id(ana, operator):
    client_id = operator.send(RegisterApp("Pocket player", ("https://player.example.com/",), frozenset(Scope))).client.id
    ana.send(ConnectApp(client_id, frozenset(Scope)))
    return client_id


class TestAccounts:
    def test_are_as_core_told_within_five_seconds(self, people, ana, operator, seconds):
        mine = ana.actor.account_id
        assert people.account(mine, ASKING).name == "Ana"
        operator.send(SuspendAccount("ana@example.com"))
        seconds.now += SECONDS - 0.1
        assert people.account(mine, ASKING).name == "Ana"
        with pytest.raises(AccountSuspended):
            people.account(mine, ASKING, at_once=True)
        seconds.now += 0.1
        with pytest.raises(AccountSuspended):
            people.account(mine, ASKING)
        operator.send(RestoreAccount("ana@example.com"))
        assert people.account(mine, ASKING).name == "Ana"

    def test_that_are_kept_need_no_trip_until_they_are_forgotten(self, people, ana):
        account = people.account(ana.actor.account_id, ASKING)
        elsewhere = type(account)(
            new_id(), "b@example.com", "B", account.status, account.roles, "none", account.created_at, account.created_at
        )
        people.keep(elsewhere)
        assert people.account(elsewhere.id, ASKING) == elsewhere
        for forgotten in (elsewhere.id, None):
            people.keep(elsewhere)
            people.forget(forgotten)
            with pytest.raises(NotFound):
                people.account(elsewhere.id, ASKING)


class TestHolders:
    def test_are_as_core_told_within_five_seconds(self, people, ana, client_id, seconds):
        mine = ana.actor.account_id
        assert people.holder(mine, client_id, ASKING).account.name == "Ana"
        ana.send(DisconnectApp(client_id))
        assert people.holder(mine, client_id, ASKING).connection.name == "Pocket player"
        with pytest.raises(NotFound):
            people.holder(mine, client_id, ASKING, at_once=True)
        seconds.now += SECONDS
        with pytest.raises(NotFound):
            people.holder(mine, client_id, ASKING)


def test_the_memory_is_bounded(seconds):
    recent: Recent[int] = Recent(seconds)
    for number in range(CAPACITY + 1):
        recent.put(f"{number}", number)
    assert recent.get("0") is None
    assert recent.get(f"{CAPACITY}") == CAPACITY
