"""What burns the database is named: first whatever took more of it than in the time before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.costs import (
    LONGEST_WINDOW,
    CostOrder,
    Executed,
    ListActionCosts,
    ListStatementCosts,
    Spent,
    StatementCost,
)
from apps.core.contract.errors import Forbidden, Invalid, NotFound
from apps.core.meter import Measure, Meter
from tests.conftest import START

MINUTE = 60


@pytest.fixture
def spend(core_app, keeper):
    """Measures so many dispatches of one statement of so many milliseconds each."""
    meter = core_app.extensions["container"].get(Meter)
    meter.take()

    def spend(action: str, count: int = 1, ms: float = 1.0, statement: str = "SELECT 1", rows: int = 1) -> None:
        for _ in range(count):
            measure = Measure(seconds=ms / 500)
            measure.ended(statement, rows)
            measure.database_seconds = measure.by_statement[statement].seconds = measure.by_statement[statement].slowest = ms / 1000
            meter.record(action, measure, failed=action == "Refused")
        keeper.turn()

    return spend


@pytest.fixture
def ranked(operator):
    return lambda order, minutes=60: [one.action for one in operator.send(ListActionCosts(minutes, order)).actions]


class TestTheRanking:
    def test_compares_with_as_much_time_before(self, spend, clock, operator):
        spend("One", 3, ms=2)
        clock.advance(5 * MINUTE)
        spend("One", 1, ms=8)
        costs = operator.send(ListActionCosts(5))
        assert costs.since == START + timedelta(minutes=1)
        (one,) = costs.actions
        assert one.now == Spent(1, 0, 16.0, 16.0, 1, 1, 8.0)
        assert one.before == Spent(3, 0, 12.0, 4.0, 3, 3, 6.0)
        assert one.rise_ms == 2.0

    def test_reaches_back_as_far_as_it_is_asked_and_no_further(self, spend, clock, ranked):
        for name in ("Gone", "Before", "First", "Last"):
            spend(name)
            clock.advance(MINUTE)
        clock.advance(-MINUTE)
        assert set(ranked(CostOrder.RISE, 2)) == {"Gone", "Before", "First", "Last"}
        assert set(ranked(CostOrder.RISE, 1)) == {"First", "Last"}

    def test_begins_with_what_rose_most_and_ends_with_what_fell(self, spend, clock, ranked):
        for name, ms in (("Steady", 90), ("Falling", 50), ("Rising", 1)):
            spend(name, ms=ms)
        clock.advance(5 * MINUTE)
        for name, ms in (("Steady", 95), ("Falling", 10), ("Rising", 20), ("New", 30)):
            spend(name, ms=ms)
        assert ranked(CostOrder.RISE, 5) == ["New", "Rising", "Steady", "Falling"]

    @pytest.mark.parametrize(
        ("order", "first"),
        [
            (CostOrder.DATABASE_TIME, "Slow"), (CostOrder.TIME, "Slow"), (CostOrder.SLOWEST, "Slow"), (CostOrder.COUNT, "Often"),
            (CostOrder.ERRORS, "Refused"), (CostOrder.STATEMENTS, "Often"), (CostOrder.ROWS, "Broad"),
        ],
    )  # fmt: skip
    def test_goes_by_what_is_asked(self, spend, ranked, order, first):
        spend("Slow", ms=100)
        spend("Often", 5)
        spend("Refused", 2)
        spend("Broad", rows=1000)
        assert ranked(order)[0] == first

    def test_knows_nothing_where_nothing_was_kept(self, operator):
        assert operator.send(ListActionCosts()).actions == ()

    @pytest.mark.parametrize("minutes", [0, LONGEST_WINDOW + 1])
    def test_refuses_a_window_that_is_not_kept(self, operator, minutes):
        with pytest.raises(Invalid):
            operator.send(ListActionCosts(minutes))

    def test_is_for_staff(self, staff, ana):
        staff.send(ListActionCosts())
        with pytest.raises(Forbidden):
            ana.send(ListActionCosts())


class TestTheStatements:
    def test_of_an_action_are_compared_too(self, spend, clock, operator):
        spend("One", statement="SELECT a", ms=5)
        spend("One", statement="SELECT b", ms=1)
        clock.advance(5 * MINUTE)
        spend("One", statement="SELECT a", ms=6)
        spend("One", 2, statement="SELECT b", ms=3)
        spend("Other", statement="SELECT c", ms=50)
        costs = operator.send(ListStatementCosts("One", 5))
        assert costs.action.action == "One"
        assert costs.action.now.count == 3
        first, second = costs.statements
        assert first == StatementCost(first.fingerprint, "SELECT b", Executed(2, 2, 6.0, 3.0), Executed(1, 1, 1.0, 1.0))
        assert (second.text, second.rise_ms) == ("SELECT a", 1.0)

    @pytest.mark.parametrize(
        ("order", "first"),
        [
            (CostOrder.DATABASE_TIME, "SELECT a"), (CostOrder.SLOWEST, "SELECT a"), (CostOrder.COUNT, "SELECT b"),
            (CostOrder.ROWS, "SELECT c"), (CostOrder.ERRORS, "SELECT a"),
        ],
    )  # fmt: skip
    def test_go_by_what_is_asked(self, spend, operator, order, first):
        spend("One", statement="SELECT a", ms=100)
        spend("One", 5, statement="SELECT b")
        spend("One", statement="SELECT c", rows=1000)
        assert operator.send(ListStatementCosts("One", order=order)).statements[0].text == first

    def test_of_what_nobody_sent_are_not_found(self, operator, spend):
        spend("One")
        with pytest.raises(NotFound, match="Nothing is known of Two"):
            operator.send(ListStatementCosts("Two"))

    def test_are_for_staff(self, staff, ana, keeper):
        ana.send(GetOwnAccount())
        keeper.turn()
        staff.send(ListStatementCosts("GetOwnAccount"))
        with pytest.raises(Forbidden):
            ana.send(ListStatementCosts("GetOwnAccount"))
