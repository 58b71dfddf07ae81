"""A test shop at a moment of its own, and somebody who buys in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ports.clock.stepped import SteppedClock
from ports.payments.fake.payments import FakePayments
from tests.conformance.payments.orders import FAILED, MONTHLY, START


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
def bought(payments) -> Callable[..., str]:
    """Buys, with what differs from an order of a month: the purchase's name."""

    def buy(**different: Any) -> str:
        return payments.shop.pay(payments.open_checkout(replace(MONTHLY, **different)).reference)

    return buy


@pytest.fixture
def failing(payments, bought, clock) -> str:
    """A purchase whose first renewal failed a minute ago."""
    purchase = bought()
    payments.shop.set_card(payments.purchase(purchase).customer, works=False)
    clock.set(FAILED + timedelta(minutes=1))
    return purchase
