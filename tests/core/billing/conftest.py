"""Buying in the test shop, which answers as Stripe does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from apps.core.client.interface import Sender
from apps.core.contract.actions import Actor, Service
from apps.core.contract.billing import (
    CheckoutPage,
    ClaimUnsettled,
    ConfirmCheckout,
    GetLedger,
    ListSubscriptions,
    ReceiveNotification,
    RefreshSubscription,
    SettleCheckout,
    Shop,
    StartCheckout,
    Subscription,
    Subscriptions,
)
from ports.clock.stepped import SteppedClock
from ports.payments.fake.payments import FakePayments
from ports.payments.fake.shop import TestShop
from ports.payments.interface import Payments
from ports.purchases import Purchase

SITE = "https://music.example"


@pytest.fixture
def payments(core_app: Flask) -> FakePayments:
    payments = core_app.extensions["container"].get(Payments)
    assert isinstance(payments, FakePayments)
    return payments


@pytest.fixture
def shop(payments: FakePayments) -> TestShop:
    return payments.shop


@pytest.fixture
def api(sender: Callable[[Actor], Sender]) -> Sender:
    return sender(Actor(Service.API))


@dataclass(frozen=True)
class Till:
    """Buys as a listener does: chooses, pays at the shop, comes back."""

    shop: TestShop
    clock: SteppedClock
    worker: Sender
    api: Sender
    office: Sender

    def choose(self, who: Sender, plan: str = "monthly") -> CheckoutPage:
        return who.send(StartCheckout(plan, f"{SITE}/paid", f"{SITE}/plans"))

    def pay(self, page: CheckoutPage) -> str:
        """The shop's name of the purchase."""
        return self.shop.pay(checkout_of(page))

    def buy(self, who: Sender, plan: str = "monthly") -> Subscription:
        page = self.choose(who, plan)
        self.pay(page)
        bought = who.send(ConfirmCheckout(page.number)).subscription
        assert bought is not None
        return bought

    def reconcile(self) -> None:
        """What the back office does every minute."""
        unsettled = self.worker.send(ClaimUnsettled())
        for purchase in unsettled.purchases:
            self.worker.send(RefreshSubscription(purchase.shop, purchase.reference))
        for checkout in unsettled.checkouts:
            self.worker.send(SettleCheckout(checkout.account_id, checkout.number))

    def deliver(self) -> None:
        """The shop's notifications arrive, in order."""
        for event in self.shop.undelivered():
            body, proof = self.shop.signed(event)
            self.api.send(ReceiveNotification(Shop.CARD, body, proof))
            self.shop.delivered(event["id"])

    def later(self, *moment: int) -> None:
        """It is then; what the shop did meanwhile has arrived and was looked at."""
        self.clock.set(datetime(*moment, tzinfo=UTC))
        self.deliver()
        self.reconcile()

    def subscriptions(self, who: Sender) -> Subscriptions:
        return who.send(ListSubscriptions())

    def balance(self) -> dict[str, int]:
        """Debits less credits by account of the ledger, in pence."""
        return {one.account: one.debit - one.credit for one in self.office.send(GetLedger())}


class Altered(FakePayments):
    """The test shop, whose answers a test may alter."""

    alter: Callable[[Purchase], Purchase] = staticmethod(lambda said: said)

    def purchase(self, reference: str) -> Purchase:
        return type(self).alter(super().purchase(reference))


@pytest.fixture
def altered(core_app: Flask) -> Iterator[Callable[[Callable[[Purchase], Purchase]], None]]:
    """Alter what the shop says of every purchase from now on."""
    container = core_app.extensions["container"]

    def alter(how: Callable[[Purchase], Purchase]) -> None:
        Altered.alter = staticmethod(how)
        container.put(Payments, Altered.from_env(container.environment))

    yield alter
    Altered.alter = staticmethod(lambda said: said)


def checkout_of(page: CheckoutPage) -> str:
    """The shop's name of a checkout."""
    return urlsplit(page.url).path.rpartition("/")[2]


@pytest.fixture
def till(shop: TestShop, clock: SteppedClock, worker: Sender, api: Sender, operator: Sender) -> Till:
    return Till(shop, clock, worker, api, operator)


def _last(till: Till, kind: str) -> dict[str, Any]:
    return [event["data"]["object"] for event in till.shop.events() if event["type"] == kind][-1]


def purchase_of(till: Till) -> str:
    """The shop's name of what was bought last."""
    return _last(till, "customer.subscription.created")["id"]


def customer_of(till: Till) -> str:
    """Its name of who bought that."""
    return _last(till, "customer.subscription.created")["customer"]


def charge_of(till: Till) -> str:
    """Its name of what was paid last."""
    return _last(till, "charge.succeeded")["id"]
