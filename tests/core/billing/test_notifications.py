"""What shops send: believed only where they signed it, taken once, and nothing more than a hint where to look."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import func, select

from apps.core.app import create_core
from apps.core.billing.models import NotificationRow
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.actions import Actor, Service
from apps.core.contract.billing import (
    LARGEST_NOTIFICATION,
    CancelSubscription,
    ClaimUnsettled,
    ConfirmCheckout,
    ListPayments,
    PurchaseName,
    ReceiveNotification,
    Shop,
)
from apps.core.contract.errors import Forbidden, Invalid, Unavailable
from apps.core.contract.ids import new_id
from apps.core.database import close_engines, reader
from ports.payments.interface import Interval, Order
from ports.payments.stripe_signature import sign
from ports.purchases import State
from tests.at_once import at_once
from tests.core.billing.conftest import customer_of, purchase_of


def notice(name: str, kind: str, **about: str) -> dict[str, Any]:
    """An event in Stripe's shape."""
    return {"id": name, "object": "event", "type": kind, "created": 1_772_452_800, "data": {"object": about}}


FOREIGN = notice("evt_foreign", "customer.subscription.updated", object="subscription", id="sub_of_nobody")


ORDER = Order(
    id="", account_id="", email="ana@example.com", customer=None, plan="monthly", title="Monthly", amount=499, currency="GBP",
    every=Interval.MONTH, trial_days=0, success_url="https://music.example/paid", cancel_url="https://music.example/plans",
)  # fmt: skip


@pytest.fixture
def stored(core_app):
    """How many notifications are on record."""

    def count() -> int:
        with core_app.app_context(), reader() as connection:
            return connection.scalar(select(func.count()).select_from(NotificationRow)) or 0

    return count


@pytest.fixture
def send(api, shop, clock):
    """Send a notification; what is not given is as the shop would send it."""

    (secret,) = shop.webhook_secrets()

    def deliver(event, body: bytes | None = None, proof: str | None = None) -> None:
        sent = json.dumps(event).encode() if body is None else body
        api.send(ReceiveNotification(Shop.CARD, sent, sign(sent, int(clock.now().timestamp()), secret) if proof is None else proof))

    return deliver


class TestWhatIsNotBelieved:
    def test_is_what_is_not_signed(self, send, stored):
        for proof in ("", "t=1", "v1=", "nonsense", "t=,v1="):
            with pytest.raises(Forbidden):
                send(FOREIGN, proof=proof)
        assert stored() == 0

    def test_is_what_has_one_bit_changed(self, send, shop, stored):
        body, proof = shop.signed(FOREIGN)
        for at in range(0, len(body), 7):
            with pytest.raises(Forbidden):
                send(FOREIGN, body=body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :], proof=proof)
        with pytest.raises(Forbidden):
            send(FOREIGN, proof=proof[:-1] + ("0" if proof[-1] != "0" else "1"))
        assert stored() == 0

    def test_is_what_was_signed_with_an_empty_secret(self, send, shop, clock, stored):
        body, _ = shop.signed(FOREIGN)
        with pytest.raises(Forbidden):
            send(FOREIGN, proof=sign(body, int(clock.now().timestamp()), ""))
        assert stored() == 0

    def test_is_what_was_signed_long_ago(self, send, shop, clock, stored):
        body, proof = shop.signed(FOREIGN)
        clock.advance(301)
        with pytest.raises(Forbidden):
            send(FOREIGN, body=body, proof=proof)
        assert stored() == 0

    def test_is_anything_at_all_where_no_secret_is_set(self, values, clock, shop, stored):
        for secret in ({}, {"STRIPE_WEBHOOK_SECRET": ""}):
            core = create_core({**values, "PAYMENTS": "stripe", "STRIPE_SECRET_KEY": "sk_test_4eC39HqLyjWDarjtT1zdp7dc", **secret})
            api = Sender(InProcessClient(core, Service.API), Actor(Service.API))
            body, _ = shop.signed(FOREIGN)
            with pytest.raises(Unavailable, match="believed"):
                api.send(ReceiveNotification(Shop.CARD, body, sign(body, int(clock.now().timestamp()), "")))
            with core.app_context():
                close_engines()
        assert stored() == 0

    def test_is_what_is_too_large(self, api, shop):
        with pytest.raises(Invalid):
            api.send(ReceiveNotification(Shop.CARD, b" " * (LARGEST_NOTIFICATION + 1), "t=1,v1=0"))


class TestANotification:
    def test_is_taken_once_however_often_it_comes(self, send, stored, clock):
        send(FOREIGN)
        clock.advance(4 * 86_400)
        send(FOREIGN)
        assert stored() == 1

    def test_is_taken_once_where_fifty_come_at_once(self, send, stored):
        assert at_once([lambda: send(FOREIGN)] * 50) == [None] * 50
        assert stored() == 1

    def test_of_a_kind_nobody_knows_is_taken_and_asks_for_nothing(self, send, stored, worker):
        send(notice("evt_new", "moon.phase.changed", object="moon"))
        assert stored() == 1
        assert worker.send(ClaimUnsettled()).purchases == ()

    def test_asks_for_one_look_whatever_it_says(self, send, worker, till, ana):
        till.buy(ana)
        send(notice("evt_lie", "customer.subscription.deleted", object="subscription", id=purchase_of(till), status="canceled"))
        assert worker.send(ClaimUnsettled()).purchases == (PurchaseName(Shop.CARD, purchase_of(till)),)
        till.reconcile()
        assert worker.send(ClaimUnsettled()).purchases == ()
        assert till.subscriptions(ana).current.state == State.ACTIVE

    def test_of_a_customer_asks_for_what_they_bought(self, send, worker, till, ana):
        till.buy(ana)
        send(notice("evt_charge", "charge.refunded", object="charge", id="ch_1", customer=customer_of(till)))
        assert worker.send(ClaimUnsettled()).purchases == (PurchaseName(Shop.CARD, purchase_of(till)),)
        till.reconcile()
        assert worker.send(ClaimUnsettled()).purchases == ()

    def test_of_what_nobody_here_bought_is_put_aside(self, send, worker, till):
        send(FOREIGN)
        assert len(worker.send(ClaimUnsettled()).purchases) == 1
        till.reconcile()
        assert worker.send(ClaimUnsettled()).purchases == ()

    def test_of_what_was_bought_for_an_unknown_account_is_put_aside(self, till, payments, worker, send):
        for buyer in ("no-id-at-all", "z" * 22, new_id()):
            till.shop.pay(payments.open_checkout(replace(ORDER, id=f"order of {buyer}", account_id=buyer)).reference)
            till.deliver()
            till.reconcile()
        assert worker.send(ClaimUnsettled()).purchases == ()

    def test_comes_before_the_listener_does(self, ana, till):
        page = till.choose(ana)
        till.pay(page)
        till.deliver()
        till.reconcile()
        assert ana.send(GetOwnAccount()).plan == "monthly"
        assert ana.send(ConfirmCheckout(page.number)).subscription == till.subscriptions(ana).current
        assert len(ana.send(ListPayments()).items) == 1


LIFE = {"customer.subscription.created", "customer.subscription.updated", "invoice.paid", "invoice.payment_failed"}


class TestTheShopsWord:
    @pytest.mark.faults
    def test_is_what_stands_in_whatever_order_its_notifications_come(self, ana, till, send, shop):
        till.buy(ana)
        till.later(2026, 4, 2, 14)
        shop.set_card(customer_of(till), works=False)
        till.later(2026, 5, 2, 14)
        shop.set_card(customer_of(till), works=True)
        shop.pay_open_invoice(purchase_of(till))
        till.later(2026, 5, 4, 12)
        ana.send(CancelSubscription(till.subscriptions(ana).current.id))
        life = [event for event in shop.events() if event["type"] in LIFE][-6:]
        assert len({event["id"] for event in life}) == 6
        truth, paid = till.subscriptions(ana).current, ana.send(ListPayments())
        assert (truth.state, len(paid.items)) == (State.CANCELLING, 3)
        for number, order in enumerate(permutations(life)):
            for event in order:
                send({**event, "id": f"{event['id']}-{number}"})
            till.reconcile()
            assert till.subscriptions(ana).current == truth
        assert ana.send(ListPayments()) == paid
