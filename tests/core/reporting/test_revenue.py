"""What a week earned: counted from the week before on, it is what counting everything from the beginning comes to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, insert, select, text

from apps.core.billing.ledger import REVENUE
from apps.core.billing.models import LedgerRow, PaymentRow, SubscriptionRow
from apps.core.contract.billing import RefreshSubscription, Shop
from apps.core.contract.reporting import Amount, GetRevenue, GetRun, RecordUsage, RunDetail, UsageTotal
from apps.core.database import db
from apps.core.reporting.models import AllocationRow, PoolRow
from apps.core.reporting.rules import Week, earned
from tests.factories.reporting import FIRST_WEEK, SECOND_WEEK


@pytest.fixture
def label_id(catalogue, reports) -> str:
    catalogue.deliver(catalogue.files("Moon", ["One"], label="Moon"))
    reports.agree("Moon", 60)
    return reports.label("Moon")


@pytest.fixture
def jun(person, sender):
    """In Japan, where prices are in pounds as in any land without a price of its own."""
    return sender(msgspec.structs.replace(person("Jun").actor, territory="JP"))


@pytest.fixture
def settled(reports, operator, label_id) -> Callable[[str], RunDetail]:
    """Settle the week, three hours after its end; one play counts in each territory."""

    def settled(week: str) -> RunDetail:
        reports.clock.set(Week.named(week).ends + timedelta(hours=3))
        reports.days_are_exported()
        reports.settle(*(UsageTotal(label_id, territory, 1, 1, 0) for territory in ("GB", "JP")))
        return operator.send(GetRun(week))

    return settled


@pytest.fixture
def from_the_beginning(core_app) -> Callable[[str], tuple[dict[tuple[str, str], tuple[int, int]], dict[str, int]]]:
    """What is earned and what is not by the end of a week, payment by payment; and the ledger's revenue, entry by entry."""

    def count(name: str) -> tuple[dict[tuple[str, str], tuple[int, int]], dict[str, int]]:
        week = Week.named(name)
        kept: Counter[str] = Counter()
        balance: Counter[str] = Counter()
        found: dict[tuple[str, str], tuple[int, int]] = {}
        with core_app.app_context():
            for entry in db.session.scalars(select(LedgerRow).where(LedgerRow.recorded_at < week.closes)):
                amount = entry.amount * ((entry.credit == REVENUE) - (entry.debit == REVENUE))
                kept[entry.payment_id] += amount
                balance[entry.currency] += amount
            payments = select(PaymentRow, SubscriptionRow.territory).join(SubscriptionRow, SubscriptionRow.id == PaymentRow.subscription_id)
            for payment, territory in db.session.execute(payments.where(PaymentRow.id.in_(kept))):
                part = earned(kept[payment.id], payment.period_starts_at, payment.period_ends_at, week.ends)
                before = found.get((territory, payment.currency), (0, 0))
                found[territory, payment.currency] = (before[0] + part, before[1] + kept[payment.id] - part)
        return found, dict(balance)

    return count


@pytest.fixture
def stored(core_app) -> Callable[[str], dict[tuple[str, str], tuple[int, int]]]:
    def stored(week: str) -> dict[tuple[str, str], tuple[int, int]]:
        with core_app.app_context():
            pools = db.session.scalars(select(PoolRow).where(PoolRow.week == week))
            return {(one.territory, one.currency): (one.earned_to_date, one.unearned) for one in pools}

    return stored


@pytest.fixture
def refresh(worker) -> Callable[[str], None]:
    """Record what the shop says of a purchase by now."""
    return lambda purchase: worker.send(RefreshSubscription(Shop.CARD, purchase))


class TestAWeeksRevenue:
    def test_is_what_counting_from_the_beginning_comes_to(self, ana, ben, jun, reports, refresh, settled, stored, from_the_beginning):
        """Renewals, a plan of a year, refunds of what runs and of what is long over, and one that failed."""
        bought = [reports.buy(ana), reports.buy(jun, "yearly")]
        first, year = reports.charges()
        happens: dict[int, Callable[[], object]] = {
            1: lambda: bought.append(reports.buy(ben)),
            3: lambda: reports.shop.refund(year, 700),
            7: lambda: refunds.append(reports.shop.refund(first)),
            8: lambda: reports.shop.fail_refund(*refunds),
        }
        refunds: list[str] = []
        earned_in: list[int] = []
        week = Week.named(FIRST_WEEK)
        for number in range(10):
            reports.clock.set(max(week.begins + timedelta(days=3, hours=12), reports.clock.now()))
            happens.get(number, lambda: None)()
            for purchase in bought:
                refresh(purchase)
            run = settled(week.name)
            pools, balance = from_the_beginning(week.name)
            assert stored(week.name) == pools
            assert {one.currency: one.revenue for one in run.reconciliation} == balance
            assert [one.difference for one in run.reconciliation] == [0] * len(run.reconciliation)
            earned_in.append(sum(one.earned for one in run.pools))
            week = week.following
        assert min(earned_in) == earned_in[7] < 0 < earned_in[8]
        assert {territory for territory, _ in pools} == {"GB", "JP"}

    def test_takes_in_what_was_written_after_the_week_before_was_settled(self, ana, ben, reports, settled, stored, from_the_beginning):
        """An entry of the last minute, by a process that took its time."""
        reports.buy(ana)
        assert settled(FIRST_WEEK).reconciliation[0].revenue == 416
        reports.later(2026, 3, 6, 1, 59)
        reports.buy(ben)
        for week, revenue in ((SECOND_WEEK, 832), ("2026-03-13", 832), ("2026-03-20", 832)):
            (reconciled,) = settled(week).reconciliation
            assert (reconciled.revenue, reconciled.difference) == (revenue, 0)
            assert stored(week) == from_the_beginning(week)[0]


class TestTheCost:
    @pytest.fixture
    def statements(self, core_app) -> Callable[[Callable[[], object]], list[tuple[str, Any]]]:
        """What the database is asked, with its parameters, by what is done."""

        def statements(done: Callable[[], object]) -> list[tuple[str, Any]]:
            told: list[tuple[str, Any]] = []
            with core_app.app_context():
                for engine in db.engines.values():
                    event.listen(engine, "before_cursor_execute", lambda *of: told.append((of[2], of[3])))
            done()
            return [one for one in told if one[0].startswith("SELECT")]

        return statements

    @pytest.fixture
    def scanned(self, core_app) -> Callable[[list[tuple[str, Any]]], set[str]]:
        """The tables of which every row would be read, were they many."""

        def scanned(statements: list[tuple[str, Any]]) -> set[str]:
            with core_app.app_context(), db.engine.connect() as connection:
                explain = "EXPLAIN QUERY PLAN"
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SET LOCAL enable_seqscan = off"))
                    explain = "EXPLAIN"
                plans = [str(row) for one, values in statements for row in connection.exec_driver_sql(f"{explain} {one}", values)]
            return {found for plan in plans for found in re.findall(r"(?:SCAN|Seq Scan on) (\w+)", plan)}

        return scanned

    def test_is_of_the_week_and_of_what_still_runs(self, ana, reports, settled, operator, statements, scanned):
        reports.buy(ana)
        settled(FIRST_WEEK)
        reports.later(2026, 3, 13, 3)
        reports.days_are_exported()
        claim = reports.claim()
        reports.open(claim)
        revenue = reports.worker.send(GetRevenue(SECOND_WEEK))
        asked = statements(lambda: reports.worker.send(RecordUsage(claim.job_id, claim.lease, (), revenue)))
        assert len([one for one, _ in asked if "FROM ledger" in one]) == 2  # what was entered, and what runs
        asked += statements(lambda: operator.send(GetRun(SECOND_WEEK)))
        assert scanned(asked).isdisjoint({"ledger", "payment", "subscription", "pool", "allocation"})


class TestADifference:
    def test_between_the_ledger_and_the_pools_is_told(self, ana, reports, label_id, operator):
        reports.buy(ana)
        reports.later(2026, 3, 6, 3)
        reports.days_are_exported()
        claim = reports.claim()
        reports.open(claim)
        reports.worker.send(RecordUsage(claim.job_id, claim.lease, (), (Amount("EUR", 7), Amount("GBP", 417))))
        run = operator.send(GetRun(FIRST_WEEK))
        assert [(one.currency, one.revenue, one.difference) for one in run.reconciliation] == [("EUR", 7, 7), ("GBP", 417, 1)]
        assert run.pools[0].earned == 46

    def test_between_a_weeks_allocations_and_its_pools_is_told(self, ana, reports, settled, operator, core_app):
        reports.buy(ana)
        settled(FIRST_WEEK)
        with core_app.app_context():
            row = {"week": FIRST_WEEK, "territory": "GB", "currency": "GBP", "payee": "nobody", "amount": 5}
            counted = {"plays": 0, "eligible": 0, "share_numerator": 1, "share_denominator": 1}
            db.session.execute(insert(AllocationRow).values(**row, **counted))
            db.session.commit()
        assert operator.send(GetRun(FIRST_WEEK)).reconciliation[0].difference == -5
