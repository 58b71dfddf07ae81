"""What each Action costs."""

from __future__ import annotations

from typing import ClassVar

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection

from apps.core.contract.accounts import GetOwnAccount, ListAccounts, SuspendAccount
from apps.core.contract.actions import ANYONE, Permission, Query
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.errors import Defect, NotFound
from apps.core.meter import Cost, Meter


@pytest.fixture
def costs(core_app):
    return core_app.extensions["container"].get(Meter).costs


class TestTheMeter:
    def test_counts_a_querys_statements_and_rows(self, operator, ana, ben, costs):
        operator.send(ListAccounts())
        cost = costs["ListAccounts"]
        assert (cost.count, cost.errors, cost.statements, cost.rows) == (1, 0, 2, 2)
        assert 0 < cost.database_seconds < cost.seconds

    def test_counts_the_look_at_the_account_too(self, ana, costs):
        ana.send(GetOwnAccount())
        assert costs["GetOwnAccount"].statements == 2

    def test_counts_the_rows_a_command_writes(self, operator, ana, costs):
        """The account, the event, and that the event is published."""
        operator.send(SuspendAccount("ana@example.com"))
        operator.send(SuspendAccount("ana@example.com"))
        assert (costs["SuspendAccount"].count, costs["SuspendAccount"].rows) == (2, 3)

    def test_counts_refusals(self, operator, costs):
        with pytest.raises(NotFound):
            operator.send(SuspendAccount("nobody@example.com"))
        assert (costs["SuspendAccount"].count, costs["SuspendAccount"].errors) == (1, 1)

    def test_starts_with_nothing(self):
        assert Cost() == Cost(0, 0, 0.0, 0, 0, 0.0)

    def test_counts_a_statement_that_fails_with_its_time(self, visitor, on_the_bus, core_app):
        def give_up(connection: Connection) -> int:
            return connection.scalar(text("SELECT 1 FROM nowhere")) or 0

        on_the_bus(GiveUp, give_up)
        with pytest.raises(Defect):
            visitor.send(GiveUp())
        (spent,) = (one for (_, name), one in core_app.extensions["container"].get(Meter).take().items() if name == "GiveUp")
        assert (spent.cost.errors, spent.cost.statements) == (1, 1)
        assert 0 < spent.statements["SELECT 1 FROM nowhere"].slowest <= spent.cost.database_seconds

    def test_counts_no_statement_that_never_reached_the_database(self, visitor, core_app):
        """Its id has the form of one, and no room in 16 bytes."""
        meter = core_app.extensions["container"].get(Meter)
        meter.take()
        with pytest.raises(NotFound):
            visitor.send(GetRelease("7" + "z" * 21))
        (spent,) = (one for (_, name), one in meter.take().items() if name == "GetRelease")
        assert spent.cost.database_seconds <= spent.cost.seconds
        assert not [text for text in spent.statements if "FROM release" in text]


class GiveUp(Query[int], frozen=True):
    """Ask for what is not there."""

    permission: ClassVar[Permission] = ANYONE
