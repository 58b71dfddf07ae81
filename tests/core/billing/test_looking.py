"""What the shops are asked about, and when: nothing keeps anything else waiting."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.core.billing.models import CheckoutRow
from apps.core.billing.recording import Recorder
from apps.core.contract.accounts import AccountSuspensionChanged, GetOwnAccount, RestoreAccount, SuspendAccount
from apps.core.contract.billing import (
    CancelSubscription,
    CheckSubscription,
    ClaimUnsettled,
    ConfirmCheckout,
    ListPayments,
    ListPlans,
    PurchaseName,
    ReceiveNotification,
    RefreshSubscription,
    Shop,
    StopCharging,
)
from apps.core.contract.codec import encoder
from apps.core.contract.errors import Unavailable
from apps.core.database import db
from apps.core.event_tasks import tasks_for
from apps.core.rights.plans import Plans
from ports.payments.fake.payments import FakePayments
from ports.payments.interface import Payments
from ports.purchases import NoSuchPurchase, Purchase, ShopUnavailable, State
from tests.core.billing.conftest import charge_of, checkout_of, customer_of, purchase_of


class Absent(FakePayments):
    def purchase(self, reference: str) -> Purchase:
        raise ShopUnavailable("it is not there")


class Another(FakePayments):
    """An account at the shop that knows nothing of the one before."""

    def purchase(self, reference: str) -> Purchase:
        raise NoSuchPurchase(reference)

    def checkout(self, reference: str):
        raise NoSuchPurchase(reference)

    def close_checkout(self, reference: str) -> None:
        raise NoSuchPurchase(reference)


@pytest.fixture
def put(core_app):
    container = core_app.extensions["container"]
    return lambda kind: container.put(Payments, kind.from_env(container.environment))


class TestWhatIsDue:
    def test_is_claimed_by_one_and_given_out_again_when_nobody_looked(self, ana, till, worker, clock):
        till.buy(ana)
        till.shop.refund(charge_of(till), 1)
        till.deliver()
        mine = (PurchaseName(Shop.CARD, purchase_of(till)),)
        assert worker.send(ClaimUnsettled()).purchases == mine
        assert worker.send(ClaimUnsettled()).purchases == ()
        clock.advance(600)
        assert worker.send(ClaimUnsettled()).purchases == mine

    def test_is_not_kept_waiting_by_what_nobody_knows(self, ana, till, api, worker):
        till.buy(ana)
        for number in range(120):
            event = {"id": f"evt_{number}", "type": "customer.subscription.updated", "object": "event"}
            body, proof = till.shop.signed({**event, "data": {"object": {"object": "subscription", "id": f"a_foreign_{number}"}}})
            api.send(ReceiveNotification(Shop.CARD, body, proof))
        till.shop.refund(charge_of(till))
        till.deliver()
        till.reconcile()
        assert till.subscriptions(ana).all[0].state == State.REVOKED
        for _ in range(3):
            till.reconcile()
        assert worker.send(ClaimUnsettled()).purchases == ()

    def test_is_everything_of_a_customer_that_a_notification_names(self, ana, till, api, worker, clock):
        ana.send(CancelSubscription(till.buy(ana).id))
        first, charge = purchase_of(till), charge_of(till)
        till.later(2026, 4, 3, 12)
        till.buy(ana)
        till.shop.refund(charge, 100)
        till.deliver()
        claimed = worker.send(ClaimUnsettled()).purchases
        assert {one.reference for one in claimed} >= {first, purchase_of(till)}
        for one in claimed:
            worker.send(RefreshSubscription(one.shop, one.reference))
        assert [paid.refunded for paid in ana.send(ListPayments()).items] == [0, 100]

    def test_of_a_shop_that_does_not_answer_comes_again_in_some_minutes(self, ana, till, put, worker, clock):
        till.buy(ana)
        till.shop.refund(charge_of(till))
        till.deliver()
        put(Absent)
        with pytest.raises(Unavailable):
            till.reconcile()
        put(FakePayments)
        clock.advance(600)
        till.reconcile()
        assert till.subscriptions(ana).all[0].state == State.REVOKED

    def test_is_a_refund_long_after_the_end_too(self, ana, till):
        ana.send(CancelSubscription(till.buy(ana).id))
        charge = charge_of(till)
        till.later(2026, 4, 3, 12)
        till.shop.refund(charge)
        for event in till.shop.undelivered():
            till.shop.delivered(event["id"])  # and the notification is lost
        for month in (5, 6):
            till.later(2026, month, 10, 12)
        assert ana.send(ListPayments()).items[0].refunded == 499


class TestMoneyThatWentBack:
    @pytest.mark.parametrize("look", ["confirm", "check", "settle"])
    def test_is_not_charged_again_whoever_looks_first(self, ana, till, look):
        page = till.choose(ana)
        till.pay(page)
        bought = ana.send(ConfirmCheckout(page.number)).subscription
        till.shop.refund(charge_of(till))
        for event in till.shop.undelivered():
            till.shop.delivered(event["id"])
        seen = ana.send(ConfirmCheckout(page.number)).subscription if look == "confirm" else ana.send(CheckSubscription(bought.id))
        assert (seen.state, seen.renews) == (State.REVOKED, False)
        till.later(2026, 6, 1, 12)
        assert len([event for event in till.shop.events() if event["type"] == "charge.succeeded"]) == 1


class TestAWayOut:
    @pytest.mark.parametrize("state", [State.PAUSED, State.ON_HOLD, State.PENDING])
    def test_is_there_from_every_state_that_gives_nothing(self, ana, till, altered, state):
        bought = till.buy(ana)
        altered(lambda said: replace(said, state=state, renews=False) if said.state is State.ACTIVE else said)
        stuck = ana.send(CheckSubscription(bought.id))
        assert (stuck.state, stuck.may_cancel, stuck.access_ends_at) == (state, True, None)
        assert till.subscriptions(ana).running == (stuck,)
        assert ana.send(CancelSubscription(bought.id)).state == State.EXPIRED
        assert till.buy(ana, "yearly").plan == "yearly"

    def test_is_there_from_an_account_at_the_shop_that_is_no_more(self, ana, till, put, clock, worker):
        till.buy(ana)
        put(Another)
        clock.advance(40 * 86_400)
        till.reconcile()
        assert till.subscriptions(ana).all[0].state == State.EXPIRED
        assert worker.send(ClaimUnsettled()).purchases == ()
        put(FakePayments)
        assert till.choose(ana).number == 2

    def test_keeps_what_is_paid_though_the_shop_knows_it_no_more(self, ana, till, put, clock, worker):
        till.buy(ana)
        put(Another)
        worker.send(RefreshSubscription(Shop.CARD, purchase_of(till)))
        assert ana.send(GetOwnAccount()).plan == "monthly"

    def test_is_there_from_a_checkout_that_the_shop_forgot(self, ana, till, put, clock):
        first = till.choose(ana)
        put(Another)
        assert ana.send(ConfirmCheckout(first.number)).closed
        put(FakePayments)
        assert till.choose(ana, "yearly").number == first.number + 1

    def test_is_there_past_an_open_checkout_that_the_shop_forgot(self, ana, till, put):
        first = till.choose(ana)
        put(Another)
        assert till.choose(ana, "yearly").number == first.number + 1


class TestAPaidOrderThatWasNeverWrittenDown:
    def test_is_not_sold_again(self, ana, till, core_app):
        till.pay(till.choose(ana))
        with core_app.app_context():
            db.session.execute(db.delete(CheckoutRow))
            db.session.commit()
        again = till.choose(ana)
        assert again.url.endswith(f"?checkout={again.number}")
        assert ana.send(ConfirmCheckout(again.number)).subscription.state == State.ACTIVE
        assert till.balance()["shop:card"] == 499


class TestALostOrder:
    def test_that_can_no_longer_be_paid_is_opened_under_another_number(self, ana, till, core_app):
        first = till.choose(ana)
        with core_app.app_context():
            db.session.execute(db.delete(CheckoutRow))
            db.session.commit()
        till.shop.abandon(checkout_of(first))
        again = till.choose(ana)
        assert again.number == first.number + 1
        till.pay(again)
        assert ana.send(ConfirmCheckout(again.number)).subscription.state == State.ACTIVE


class TestWithoutATrial:
    def test_everything_goes_on(self, ana, till, core_app):
        container = core_app.extensions["container"]
        plans = Plans({plan.code: plan for plan in container.get(Plans) if not plan.days})
        container.put(Plans, plans)
        container.put(Recorder, replace(container.get(Recorder), plans=plans))
        assert [offer.code for offer in ana.send(ListPlans()).plans] == ["monthly", "yearly"]
        till.buy(ana)
        assert ana.send(GetOwnAccount()).plan == "monthly"


class TestATrial:
    def test_is_not_made_longer_or_larger_by_a_card_that_is_declined(self, ana, till):
        till.buy(ana, "trial")
        till.shop.set_card(customer_of(till), works=False)
        till.later(2026, 3, 16, 14)
        trouble = till.subscriptions(ana).current
        assert (trouble.state, trouble.must_pay, trouble.access_ends_at) == (State.ON_HOLD, True, None)
        assert ana.send(GetOwnAccount()).plan == "none"


class TestASuspendedAccount:
    def test_is_charged_nothing_more(self, ana, till, operator, worker):
        till.buy(ana)
        operator.send(SuspendAccount("ana@example.com"))
        (task,) = tasks_for(AccountSuspensionChanged, encoder.encode(AccountSuspensionChanged(ana.actor.account_id, suspended=True)))
        assert (task.name, task.arguments) == ("tasks.billing.stop_charging", {"account_id": ana.actor.account_id})
        worker.send(StopCharging(ana.actor.account_id))
        till.later(2026, 6, 1, 12)
        operator.send(RestoreAccount("ana@example.com"))
        assert len(ana.send(ListPayments()).items) == 1
        assert till.subscriptions(ana).all[0].state == State.EXPIRED

    def test_is_charged_nothing_more_though_the_task_was_lost(self, ana, till, operator, worker):
        till.buy(ana)
        operator.send(SuspendAccount("ana@example.com"))
        till.reconcile()
        assert worker.send(ClaimUnsettled()).purchases == ()
        operator.send(RestoreAccount("ana@example.com"))
        assert till.subscriptions(ana).current.state == State.CANCELLING

    def test_that_is_restored_asks_for_nothing(self, ana):
        assert not [*tasks_for(AccountSuspensionChanged, encoder.encode(AccountSuspensionChanged(ana.actor.account_id, suspended=False)))]
