"""What happens at the same moment: one checkout, one subscription, one payment, and never an old word over a newer one."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from threading import Event, Thread

import msgspec
import pytest

from apps.console.checkout import ROOT
from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.billing import (
    CancelSubscription,
    ConfirmCheckout,
    ListPayments,
    RefreshSubscription,
    ResumeSubscription,
    SettleCheckout,
    Shop,
    Subscription,
)
from apps.core.contract.errors import Conflict, Unavailable
from ports.payments.fake.payments import FakePayments
from ports.payments.interface import Payments
from ports.purchases import Purchase, ShopRefused, ShopUnavailable, State
from tests.at_once import at_once
from tests.core.billing.conftest import purchase_of


class Halting(FakePayments):
    """A shop whose answer to the first question is long on its way: what it says was so when it was asked."""

    def halt(self) -> None:
        self.answered, self.go_on = Event(), Event()

    def purchase(self, reference: str) -> Purchase:
        said = super().purchase(reference)
        if not self.answered.is_set():
            self.answered.set()
            assert self.go_on.wait(20)
        return said


class Busy(FakePayments):
    """A shop at which something else goes on between a question and its answer."""

    meanwhile: Callable[[], object] | None = None

    def purchase(self, reference: str) -> Purchase:
        said, meanwhile = super().purchase(reference), self.meanwhile
        if meanwhile is not None:
            self.meanwhile = None
            meanwhile()
            self.meanwhile = meanwhile
        return said


class Absent(FakePayments):
    """A shop that does not answer."""

    def purchase(self, reference: str) -> Purchase:
        raise ShopUnavailable("it is not there")


@pytest.fixture
def put(core_app, values):
    """Put another shop in the place of the test shop, over the same books."""

    def replace(kind: type[FakePayments]) -> FakePayments:
        container = core_app.extensions["container"]
        other = kind.from_env(container.environment)
        container.put(Payments, other)
        return other

    return replace


class TestAtTheSameMoment:
    def test_twenty_choices_of_one_plan_are_one_checkout(self, ana, till):
        pages = at_once([lambda: till.choose(ana)] * 20)
        assert len(set(pages)) == 1

    def test_two_plans_chosen_are_one_that_can_be_paid(self, ana, till):
        pages = at_once([lambda: till.choose(ana), lambda: till.choose(ana, "yearly")] * 5)
        shown = {page for page in pages if not isinstance(page, Exception)}
        assert all(isinstance(page, Conflict) for page in pages if page not in shown)
        paid = 0
        for page in shown:
            try:
                till.pay(page)
                paid += 1
            except ShopRefused as refusal:
                assert "can no longer be paid" in str(refusal)
        assert paid == 1

    def test_webhook_return_page_and_double_click_are_one_subscription_and_one_payment(self, ana, till, worker):
        page = till.choose(ana)
        purchase = till.pay(page)
        confirm = [lambda: ana.send(ConfirmCheckout(page.number))] * 2
        settle = [lambda: worker.send(SettleCheckout(ana.actor.account_id, page.number))]
        refresh = [lambda: worker.send(RefreshSubscription(Shop.CARD, purchase))] * 2
        results = at_once([*confirm, *settle, *refresh])
        assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, Unavailable)]
        assert len(till.subscriptions(ana).all) == 1
        assert len(ana.send(ListPayments()).items) == 1
        assert till.balance() == {"shop:card": 499, "revenue": -416, "tax:GB": -83}

    def test_an_old_word_never_overwrites_a_newer_one(self, ana, till, worker, put):
        bought = till.buy(ana)
        shop = put(Halting)
        shop.halt()
        late = Thread(target=lambda: worker.send(RefreshSubscription(Shop.CARD, purchase_of(till))))
        late.start()
        assert shop.answered.wait(20)  # it was told that the subscription renews
        assert ana.send(CancelSubscription(bought.id)).state == State.CANCELLING
        shop.go_on.set()
        late.join(20)
        assert till.subscriptions(ana).current.state == State.CANCELLING

    def test_the_first_record_of_a_purchase_is_not_made_twice(self, ana, till, worker, put):
        page = till.choose(ana)
        purchase = till.pay(page)
        shop = put(Halting)
        shop.halt()
        late = Thread(target=lambda: worker.send(RefreshSubscription(Shop.CARD, purchase)))
        late.start()
        assert shop.answered.wait(20)
        assert isinstance(ana.send(ConfirmCheckout(page.number)).subscription, Subscription)
        shop.go_on.set()
        late.join(20)
        assert len(till.subscriptions(ana).all) == 1


class TestOneThatIsOvertakenAgainAndAgain:
    def test_gives_up_and_says_to_try_again(self, ana, till, worker, put):
        """Each time the shop is asked, somebody else asks as well and is faster."""
        till.buy(ana)
        shop = put(Busy)
        shop.meanwhile = lambda: worker.send(RefreshSubscription(Shop.CARD, purchase_of(till)))
        with pytest.raises(Unavailable, match="Others change the same"):
            worker.send(RefreshSubscription(Shop.CARD, purchase_of(till)))
        assert till.subscriptions(ana).current.state == State.ACTIVE


class TestAShopThatDoesNotAnswer:
    def test_leaves_everything_as_it_was_and_is_asked_again(self, ana, till, worker, put, clock):
        page = till.choose(ana)
        purchase = till.pay(page)
        put(Absent)
        for command in (RefreshSubscription(Shop.CARD, purchase), SettleCheckout(ana.actor.account_id, page.number)):
            with pytest.raises(Unavailable, match="payment service does not answer"):
                worker.send(command)
        assert till.subscriptions(ana).all == ()
        put(FakePayments)
        clock.advance(120)
        till.reconcile()
        assert ana.send(GetOwnAccount()).plan == "monthly"

    def test_changes_nothing_for_the_listener_either(self, ana, till, put):
        bought = till.buy(ana)
        put(Absent)
        for change in (CancelSubscription(bought.id), ResumeSubscription(bought.id)):
            with pytest.raises(Unavailable):
                ana.send(change)
        assert till.subscriptions(ana).current == bought


KILLED = """
import os, signal, sys
import msgspec
from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.contract.actions import Actor, Service
from apps.core.contract.billing import ConfirmCheckout
from ports.payments.fake.payments import FakePayments
from ports.payments.interface import Payments

class Killed(FakePayments):
    def purchase(self, reference):
        super().purchase(reference)
        os.kill(os.getpid(), signal.SIGKILL)

values, account_id = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[dict[str, str], str])
core = create_core(values)
container = core.extensions["container"]
container.put(Payments, Killed.from_env(container.environment))
InProcessClient(core, Service.WEBSITE).send(ConfirmCheckout(1), Actor(Service.WEBSITE, account_id=account_id))
"""
"""Dies once the shop has said what was paid, and before any of it is recorded."""


class TestAProcessThatDies:
    def test_between_the_charge_and_its_record_loses_and_doubles_nothing(self, ana, till, values):
        page = till.choose(ana)
        till.pay(page)
        sent = msgspec.json.encode((values, ana.actor.account_id))
        died = subprocess.run([sys.executable, "-c", KILLED], input=sent, cwd=ROOT, capture_output=True, check=False, timeout=60)
        assert died.returncode == -signal.SIGKILL, died.stderr
        assert till.subscriptions(ana).all == ()
        assert ana.send(GetOwnAccount()).plan == "none"
        for _ in range(2):
            assert ana.send(ConfirmCheckout(page.number)).subscription.state == State.ACTIVE
        assert till.balance() == {"shop:card": 499, "revenue": -416, "tax:GB": -83}
