"""Every implementation of the card payments port passes this suite: the real one over the test shop, which answers as Stripe does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ports.clock.stepped import SteppedClock
from ports.payments.fake.payments import FakePayments
from ports.payments.interface import Interval, Order
from ports.purchases import State

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
MONTHLY = Order(
    id="4kZ1f0e",
    account_id="ana-7",
    email="ana@example.org",
    customer=None,
    plan="solo",
    title="Celesta for one",
    amount=499,
    currency="GBP",
    every=Interval.MONTH,
    trial_days=0,
    success_url="https://music.example.org/account/plan?paid=1",
    cancel_url="https://music.example.org/account/plan",
)
BOOKED, HOUR = 3700, timedelta(hours=1)
"""Seconds after which a renewal's charge has been made."""


@pytest.fixture
def settings(settings: dict[str, str]) -> dict[str, str]:
    return settings | {"CLOCK": "stepped"}


@pytest.fixture
def clock(environment) -> SteppedClock:
    clock = SteppedClock.from_env(environment)
    clock.set(START)
    return clock


@pytest.fixture
def payments(environment, clock) -> FakePayments:
    return FakePayments.from_env(environment)


@pytest.fixture
def bought(payments):
    """Buys, with what differs from an order of a month: the purchase's name."""

    def buy(**different: object) -> str:
        return payments.shop.pay(payments.open_checkout(replace(MONTHLY, **different)).reference)

    return buy


def to(clock: SteppedClock, *moment: int) -> None:
    clock.set(datetime(*moment, tzinfo=UTC))


class TestCheckout:
    def test_is_paid_on_a_page_of_the_shop(self, payments):
        opened = payments.open_checkout(MONTHLY)
        assert (opened.purchase, opened.expires_at) == (None, START + timedelta(days=1))
        assert opened.url == f"https://music.example.org/test-shop/checkout/{opened.reference}"
        assert payments.checkout(opened.reference) == opened

    def test_of_one_order_is_one(self, payments, clock):
        first = payments.open_checkout(MONTHLY)
        clock.advance(3600)
        assert payments.open_checkout(MONTHLY) == first
        assert payments.open_checkout(replace(MONTHLY, id="other")).reference != first.reference

    def test_that_is_paid_names_its_purchase_for_ever(self, payments, clock):
        opened = payments.open_checkout(MONTHLY)
        purchase = payments.shop.pay(opened.reference)
        paid = payments.checkout(opened.reference)
        assert (paid.purchase, paid.url) == (purchase, None)
        assert payments.open_checkout(MONTHLY) == paid

    def test_of_an_order_that_was_paid_long_ago_is_not_opened_anew(self, payments, clock):
        paid = payments.shop.pay(payments.open_checkout(MONTHLY).reference)
        clock.advance(25 * 3600)
        assert payments.open_checkout(MONTHLY).purchase == paid
        known = replace(MONTHLY, customer=payments.purchase(paid).customer)
        assert payments.open_checkout(known).purchase == paid


class TestRenewals:
    def test_are_paid_month_by_month(self, payments, bought, clock):
        purchase = bought()
        to(clock, 2026, 3, 31, 13, 5)
        now = payments.purchase(purchase)
        assert (now.state, now.renews) == (State.ACTIVE, True)
        assert [(charge.period_starts_at.date().isoformat(), charge.amount) for charge in now.charges] == [
            ("2026-01-31", 499),
            ("2026-02-28", 499),
            ("2026-03-31", 499),
        ]

    def test_that_fail_go_through_grace_to_hold_to_the_end(self, payments, bought, clock):
        purchase = bought()
        payments.shop.set_card(payments.purchase(purchase).customer, works=False)
        seen: dict[str, State] = {}
        for day in (1, 6, 7, 14, 15):
            clock.set(datetime(2026, 2, 28, 13, 5, tzinfo=UTC) + timedelta(days=day))
            seen[day] = payments.purchase(purchase).state
        assert seen == {1: State.GRACE, 6: State.GRACE, 7: State.ON_HOLD, 14: State.ON_HOLD, 15: State.EXPIRED}
