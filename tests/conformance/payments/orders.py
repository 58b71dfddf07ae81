"""What the suites of the card payments port buy, and when."""

from __future__ import annotations

from datetime import UTC, datetime

from ports.payments.interface import Interval, Order

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
FAILED = datetime(2026, 2, 28, 13, 0, tzinfo=UTC)
"""When the first renewal is charged: an hour after its period began."""
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


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)
