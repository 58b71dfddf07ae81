"""A test shop at a moment of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ports.clock.stepped import SteppedClock
from ports.payments.fake.payments import FakePayments
from ports.payments.interface import Interval, Order

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SITE = "http://localhost"
ORDER = Order(
    id="order-1",
    account_id="ana-7",
    email="ana@example.org",
    customer=None,
    plan="solo",
    title="Celesta <for one>",
    amount=499,
    currency="GBP",
    every=Interval.MONTH,
    trial_days=0,
    success_url=f"{SITE}/account/plan?checkout={{CHECKOUT_SESSION_ID}}",
    cancel_url=f"{SITE}/account/plan",
)


@pytest.fixture
def shop_clock(tmp_path: Path) -> SteppedClock:
    clock = SteppedClock(tmp_path / "shop-clock")
    clock.set(START)
    return clock


@pytest.fixture
def test_shop(tmp_path: Path, shop_clock: SteppedClock) -> FakePayments:
    return FakePayments(tmp_path / "test-shop.db", shop_clock)
