"""Choosing a plan, paying for it, and what that gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.billing import (
    CancelSubscription,
    CheckSubscription,
    ClaimUnsettled,
    ConfirmCheckout,
    ListPayments,
    ListPlans,
    OpenPaymentPage,
    ResumeSubscription,
    StartCheckout,
)
from apps.core.contract.errors import Conflict, NotFound
from apps.core.contract.ids import new_id
from ports.purchases import ShopRefused, State
from tests.core.billing.conftest import SITE, charge_of, checkout_of, customer_of, purchase_of


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


class TestPlansOnOffer:
    def test_are_sold_in_the_currency_of_the_territory(self, visitor, sender):
        def prices(territory: str) -> list[tuple[str, int, str]]:
            asking = sender(msgspec.structs.replace(visitor.actor, territory=territory))
            return [(offer.code, offer.amount, offer.currency) for offer in asking.send(ListPlans()).plans]

        assert prices("GB") == [("trial", 499, "GBP"), ("monthly", 499, "GBP"), ("yearly", 4990, "GBP")]
        assert prices("FR") == [("trial", 599, "EUR"), ("monthly", 599, "EUR"), ("yearly", 5990, "EUR")]
        assert prices("JP") == prices("GB")

    def test_say_what_each_gives(self, visitor):
        trial, monthly, yearly = visitor.send(ListPlans()).plans
        assert (trial.title, trial.trial_days, trial.every, trial.streams, trial.devices) == ("Free trial", 14, "month", 1, 1)
        assert (monthly.trial_days, monthly.streams, monthly.devices) == (0, 2, 3)
        assert (yearly.every, yearly.devices) == ("year", 5)

    def test_leave_the_trial_out_for_whoever_had_a_subscription(self, ana, ben, till):
        till.buy(ana, "yearly")
        assert [offer.code for offer in ana.send(ListPlans()).plans] == ["monthly", "yearly"]
        assert ben.send(ListPlans()).plans[0].code == "trial"


class TestSubscribing:
    def test_gives_the_plan_until_it_is_paid_further(self, ana, till):
        bought = till.buy(ana)
        assert (bought.plan, bought.title, bought.state, bought.amount, bought.currency) == ("monthly", "Monthly", State.ACTIVE, 499, "GBP")
        assert (bought.period_ends_at, bought.access_ends_at) == (moment(2026, 4, 2, 12), moment(2026, 4, 3, 12))
        assert (bought.renews, bought.may_cancel, bought.may_resume, bought.must_pay) == (True, True, False, False)
        assert ana.send(GetOwnAccount()).plan == "monthly"
        assert till.subscriptions(ana).current == bought

    def test_shows_what_was_paid(self, ana, till):
        till.buy(ana)
        (paid,) = ana.send(ListPayments()).items
        assert (paid.title, paid.amount, paid.tax, paid.refunded, paid.currency) == ("Monthly", 499, 83, 0, "GBP")
        assert (paid.paid_at, paid.period_ends_at) == (moment(2026, 3, 2, 12), moment(2026, 4, 2, 12))

    def test_by_a_trial_pays_nothing_at_first(self, ana, till):
        bought = till.buy(ana, "trial")
        assert (bought.plan, bought.state, bought.period_ends_at) == ("monthly", State.TRIAL, moment(2026, 3, 16, 12))
        assert ana.send(ListPayments()).items == ()
        assert ana.send(GetOwnAccount()).plan == "trial"
        till.later(2026, 3, 16, 14)
        assert ana.send(GetOwnAccount()).plan == "monthly"
        assert [paid.amount for paid in ana.send(ListPayments()).items] == [499]

    def test_by_a_trial_that_is_cancelled_keeps_the_trial_to_its_end(self, ana, till):
        ana.send(CancelSubscription(till.buy(ana, "trial").id))
        assert ana.send(GetOwnAccount()).plan == "trial"
        till.later(2026, 3, 16, 14)
        assert ana.send(GetOwnAccount()).plan == "none"
        assert ana.send(ListPayments()).items == ()
        with pytest.raises(Conflict, match="had your free trial"):
            till.choose(ana, "trial")

    def test_renews_by_itself(self, ana, till):
        till.buy(ana)
        for month in range(4, 10):
            till.later(2026, month, 2, 14)
        assert till.subscriptions(ana).current.period_ends_at == moment(2026, 10, 2, 12)
        first = ana.send(ListPayments(size=4))
        rest = ana.send(ListPayments(size=4, cursor=first.next))
        months = [paid.period_starts_at.month for paid in (*first.items, *rest.items)]
        assert months == [9, 8, 7, 6, 5, 4, 3] and rest.next is None

    def test_to_a_plan_nobody_sells_is_refused(self, ana):
        for plan in ("none", "gold", "full"):
            with pytest.raises(NotFound):
                ana.send(StartCheckout(plan, f"{SITE}/paid", f"{SITE}/plans"))

    def test_twice_is_refused(self, ana, till):
        till.buy(ana)
        with pytest.raises(Conflict, match="have a subscription already"):
            till.choose(ana, "yearly")

    def test_again_is_possible_once_it_is_over(self, ana, till):
        ana.send(CancelSubscription(till.buy(ana).id))
        till.later(2026, 4, 2, 14)
        again = till.buy(ana, "yearly")
        assert (again.plan, again.state) == ("yearly", State.ACTIVE)
        assert [one.state for one in till.subscriptions(ana).all] == [State.ACTIVE, State.EXPIRED]
        assert ana.send(GetOwnAccount()).plan == "yearly"


class TestACheckout:
    def test_is_the_same_however_often_it_is_asked_for(self, ana, till):
        assert till.choose(ana) == till.choose(ana)

    def test_of_another_plan_takes_the_place_of_the_first(self, ana, till):
        monthly, yearly = till.choose(ana), till.choose(ana, "yearly")
        assert yearly.number == monthly.number + 1
        with pytest.raises(ShopRefused, match="can no longer be paid"):
            till.pay(monthly)
        till.pay(yearly)
        assert ana.send(ConfirmCheckout(yearly.number)).subscription.plan == "yearly"

    def test_that_is_paid_already_keeps_one_from_choosing_another(self, ana, till):
        till.pay(till.choose(ana))
        with pytest.raises(Conflict, match="just paid"):
            till.choose(ana, "yearly")

    def test_that_is_not_paid_gives_nothing(self, ana, till):
        page = till.choose(ana)
        till.shop.decline(checkout_of(page))
        result = ana.send(ConfirmCheckout(page.number))
        assert (result.subscription, result.closed) == (None, False)
        assert ana.send(GetOwnAccount()).plan == "none"

    def test_that_ran_out_is_closed_and_a_new_one_opened(self, ana, till, clock):
        page = till.choose(ana)
        clock.advance(25 * 3600)
        result = ana.send(ConfirmCheckout(page.number))
        assert (result.subscription, result.closed) == (None, True)
        assert till.choose(ana).number == page.number + 1

    def test_that_is_about_to_run_out_is_not_shown_again(self, ana, till, clock):
        page = till.choose(ana)
        clock.advance(24 * 3600 - 200)
        assert till.choose(ana).number == page.number + 1

    def test_of_somebody_else_is_not_found(self, ana, ben, till):
        page = till.choose(ana)
        till.pay(page)
        for number in (page.number, 2, 999):
            with pytest.raises(NotFound):
                ben.send(ConfirmCheckout(number))

    def test_nobody_came_back_from_is_found_by_the_back_office(self, ana, till, clock):
        till.pay(till.choose(ana))
        assert ana.send(GetOwnAccount()).plan == "none"
        till.reconcile()
        assert ana.send(GetOwnAccount()).plan == "none"
        clock.advance(120)
        till.reconcile()
        assert ana.send(GetOwnAccount()).plan == "monthly"

    def test_nobody_pays_is_asked_about_until_it_runs_out(self, ana, till, clock, worker):
        till.choose(ana)
        for _ in range(3):
            clock.advance(600)
            till.reconcile()
        clock.advance(24 * 3600)
        till.reconcile()
        clock.advance(24 * 3600)
        assert worker.send(ClaimUnsettled()).checkouts == ()


class TestCancelling:
    def test_lets_it_end_with_what_is_paid(self, ana, till, clock):
        bought = till.buy(ana)
        cancelled = ana.send(CancelSubscription(bought.id))
        assert (cancelled.state, cancelled.renews, cancelled.access_ends_at) == (State.CANCELLING, False, moment(2026, 4, 2, 12))
        assert (cancelled.may_cancel, cancelled.may_resume) == (False, True)
        clock.set(moment(2026, 4, 2, 11, 59))
        assert ana.send(GetOwnAccount()).plan == "monthly"
        clock.set(moment(2026, 4, 2, 12))
        assert ana.send(GetOwnAccount()).plan == "none"  # though nobody has asked the shop yet
        assert till.subscriptions(ana).all[0].state == State.EXPIRED
        till.reconcile()
        assert len(ana.send(ListPayments()).items) == 1

    def test_twice_changes_nothing(self, ana, till):
        bought = till.buy(ana)
        assert ana.send(CancelSubscription(bought.id)) == ana.send(CancelSubscription(bought.id))

    def test_is_taken_back_by_resuming(self, ana, till):
        bought = till.buy(ana)
        ana.send(CancelSubscription(bought.id))
        resumed = ana.send(ResumeSubscription(bought.id))
        assert (resumed.state, resumed.renews) == (State.ACTIVE, True)
        till.later(2026, 4, 2, 14)
        assert ana.send(GetOwnAccount()).plan == "monthly"

    def test_cannot_be_taken_back_once_it_is_over(self, ana, till):
        bought = till.buy(ana)
        ana.send(CancelSubscription(bought.id))
        till.later(2026, 4, 3, 14)
        with pytest.raises(Conflict):
            ana.send(ResumeSubscription(bought.id))

    @pytest.mark.parametrize(
        "kind", [CancelSubscription, ResumeSubscription, CheckSubscription, lambda one: OpenPaymentPage(one, f"{SITE}/back")]
    )
    def test_what_is_not_ones_own_is_refused(self, ana, ben, till, kind):
        bought = till.buy(ana)
        for subscription_id in (bought.id, new_id()):
            with pytest.raises(NotFound):
                ben.send(kind(subscription_id))
        assert till.subscriptions(ana).current == bought


class TestTheShopsAccountPage:
    def test_is_not_to_be_had_where_the_shop_does_not_say_who_pays(self, ana, till, altered):
        bought = till.buy(ana)
        altered(lambda said: replace(said, customer=None))
        ana.send(CheckSubscription(bought.id))
        with pytest.raises(Conflict, match="does not know who pays"):
            ana.send(OpenPaymentPage(bought.id, f"{SITE}/back"))


class TestAFailedPayment:
    @pytest.fixture
    def failing(self, ana, till):
        """Ana's monthly subscription, whose renewal was declined."""
        bought = till.buy(ana)
        till.shop.set_card(customer_of(till), works=False)
        till.later(2026, 4, 2, 14)
        return bought

    def test_leaves_the_plan_for_a_while_and_says_what_to_do(self, ana, till, failing):
        now = till.subscriptions(ana).current
        assert (now.state, now.must_pay, now.renews) == (State.GRACE, True, True)
        assert now.access_ends_at == moment(2026, 4, 9, 12)
        assert ana.send(GetOwnAccount()).plan == "monthly"

    def test_takes_the_plan_away_when_it_goes_on(self, ana, till, failing, clock):
        clock.set(moment(2026, 4, 9, 12))
        assert ana.send(GetOwnAccount()).plan == "none"
        trouble = till.subscriptions(ana).current
        assert (trouble.state, trouble.must_pay, trouble.access_ends_at) == (State.ON_HOLD, True, None)

    def test_is_mended_by_paying_what_is_open(self, ana, till, failing):
        till.later(2026, 4, 10, 12)
        page = ana.send(OpenPaymentPage(failing.id, f"{SITE}/subscription"))
        assert page.url.startswith(f"{SITE}/test-shop/")
        till.shop.set_card(customer_of(till), works=True)
        till.shop.pay_open_invoice(purchase_of(till))
        assert ana.send(CheckSubscription(failing.id)).state == State.ACTIVE
        assert till.subscriptions(ana).current.state == State.ACTIVE
        assert ana.send(GetOwnAccount()).plan == "monthly"
        assert len(ana.send(ListPayments()).items) == 2

    def test_that_nobody_mends_ends_the_subscription(self, ana, till, failing):
        till.later(2026, 5, 20, 12)
        assert till.subscriptions(ana).all[0].state == State.EXPIRED
        assert till.subscriptions(ana).current is None
        assert len(ana.send(ListPayments()).items) == 1


class TestMoneyGivenBack:
    def test_in_full_ends_everything_at_once_and_is_not_charged_again(self, ana, till, clock):
        till.buy(ana)
        till.shop.refund(charge_of(till))
        till.deliver()
        till.reconcile()
        (over,) = till.subscriptions(ana).all
        assert (over.state, over.access_ends_at, over.renews) == (State.REVOKED, None, False)
        assert ana.send(GetOwnAccount()).plan == "none"
        till.later(2026, 6, 1, 12)
        (paid,) = ana.send(ListPayments()).items
        assert (paid.amount, paid.refunded) == (499, 499)

    def test_in_part_leaves_the_plan(self, ana, till):
        till.buy(ana)
        till.shop.refund(charge_of(till), 100)
        till.deliver()
        till.reconcile()
        assert ana.send(GetOwnAccount()).plan == "monthly"
        assert ana.send(ListPayments()).items[0].refunded == 100

    def test_by_a_lost_dispute_ends_it_too(self, ana, till):
        till.buy(ana)
        till.shop.decide(till.shop.dispute(charge_of(till)), won=False)
        till.deliver()
        till.reconcile()
        assert till.subscriptions(ana).all[0].state == State.REVOKED
