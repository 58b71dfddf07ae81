"""Every implementation of the card payments port passes this suite: the real one over the test shop, which answers as Stripe does."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from ports.environment import BootError
from ports.payments.fake.payments import FakePayments
from ports.payments.interface import Interval, Payments
from ports.purchases import Charge, NoSuchPurchase, Purchase, ShopRefused, State
from ports.registry import port_of
from tests.at_once import at_once
from tests.conformance.payments.orders import FAILED, MONTHLY, START, at


def period(purchase: Purchase | Charge) -> tuple[datetime, datetime]:
    return purchase.period_starts_at, purchase.period_ends_at


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

    def test_of_one_order_is_one_when_opened_many_times_at_once(self, payments):
        opened = at_once([lambda: payments.open_checkout(MONTHLY) for _ in range(8)])
        assert opened == [payments.open_checkout(MONTHLY)] * 8

    def test_of_an_order_whose_details_changed_is_refused(self, payments):
        payments.open_checkout(MONTHLY)
        with pytest.raises(ShopRefused, match=MONTHLY.id):
            payments.open_checkout(replace(MONTHLY, amount=599))

    def test_that_is_paid_names_its_purchase_for_ever(self, payments):
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

    def test_of_a_customer_who_was_deleted_at_the_shop_makes_a_new_one(self, payments, bought):
        customer = payments.purchase(bought()).customer
        payments.shop.forget(customer)
        again = replace(MONTHLY, id="again", customer=customer)
        opened = payments.open_checkout(again)
        assert payments.open_checkout(again) == opened
        told = payments.purchase(payments.shop.pay(opened.reference))
        assert (told.state, told.buyer) == (State.ACTIVE, MONTHLY.account_id)
        assert told.customer not in {None, customer}
        assert payments.open_checkout(again).purchase == told.reference

    def test_that_was_open_when_its_customer_was_deleted_is_opened_anew(self, payments, bought):
        customer = payments.purchase(bought()).customer
        again = replace(MONTHLY, id="again", customer=customer)
        first = payments.open_checkout(again)
        payments.shop.forget(customer)
        second = payments.open_checkout(again)
        assert second.reference != first.reference
        assert payments.purchase(payments.shop.pay(second.reference)).state is State.ACTIVE

    def test_expires(self, payments, clock):
        opened = payments.open_checkout(MONTHLY)
        clock.set(opened.expires_at)
        assert (payments.checkout(opened.reference).url, payments.checkout(opened.reference).purchase) == (None, None)
        with pytest.raises(ShopRefused):
            payments.shop.pay(opened.reference)

    def test_that_is_closed_can_not_be_paid(self, payments):
        opened = payments.open_checkout(MONTHLY)
        payments.close_checkout(opened.reference)
        payments.close_checkout(opened.reference)
        assert payments.checkout(opened.reference).url is None
        with pytest.raises(ShopRefused):
            payments.shop.pay(opened.reference)

    def test_that_is_closed_stays_so_when_its_order_is_opened_again(self, payments):
        opened = payments.open_checkout(MONTHLY)
        payments.close_checkout(opened.reference)
        assert payments.open_checkout(MONTHLY) == replace(opened, url=None)

    def test_that_is_paid_stays_so_when_closed(self, payments):
        opened = payments.open_checkout(MONTHLY)
        purchase = payments.shop.pay(opened.reference)
        payments.close_checkout(opened.reference)
        assert payments.checkout(opened.reference).purchase == purchase
        assert payments.purchase(purchase).state is State.ACTIVE

    def test_with_a_declined_card_buys_nothing_and_stays_open(self, payments):
        opened = payments.open_checkout(MONTHLY)
        payments.shop.decline(opened.reference)
        assert payments.checkout(opened.reference) == opened
        assert payments.shop.pay(opened.reference)

    def test_that_was_abandoned_is_over(self, payments):
        opened = payments.open_checkout(MONTHLY)
        payments.shop.abandon(opened.reference)
        assert payments.checkout(opened.reference).url is None

    def test_is_paid_once_when_paid_many_times_at_once(self, payments):
        opened = payments.open_checkout(MONTHLY)
        results = at_once([lambda: payments.shop.pay(opened.reference) for _ in range(6)])
        (purchase,) = (result for result in results if not isinstance(result, ShopRefused))
        assert len(payments.purchase(purchase).charges) == 1

    def test_of_what_is_no_address_is_refused(self, payments):
        with pytest.raises(ShopRefused, match="nobody"):
            payments.open_checkout(replace(MONTHLY, email="nobody"))


class TestPurchase:
    def test_tells_everything_of_a_month(self, payments, bought):
        purchase = bought()
        told = payments.purchase(purchase)
        (charge,) = told.charges
        assert told == Purchase(
            reference=purchase,
            buyer="ana-7",
            customer=told.customer,
            plan="solo",
            state=State.ACTIVE,
            amount=499,
            currency="GBP",
            period_starts_at=START,
            period_ends_at=at(2026, 2, 28, 12),
            renews=True,
            charges=(charge,),
        )
        assert charge == Charge(charge.reference, 499, "GBP", START, START, at(2026, 2, 28, 12))
        assert told.customer.startswith("cus_")

    def test_of_a_year_ends_in_a_year(self, payments, bought):
        told = payments.purchase(bought(plan="solo-year", amount=4990, every=Interval.YEAR))
        assert (period(told), told.amount) == ((START, at(2027, 1, 31, 12)), 4990)

    @pytest.mark.parametrize(("currency", "amount"), [("JPY", 980), ("KWD", 1490), ("ISK", 990), ("UGX", 9900), ("MGA", 990_000)])
    def test_is_told_in_the_currency_it_was_sold_in(self, payments, bought, currency, amount):
        purchase = bought(currency=currency, amount=amount)
        charge = payments.purchase(purchase).charges[0]
        payments.shop.refund(charge.reference)
        told = payments.purchase(purchase)
        assert (told.amount, told.currency, charge.amount, charge.currency) == (amount, currency, amount, currency)
        assert told.charges[0].refunds[0].amount == amount

    def test_of_an_amount_that_the_shop_cannot_tell_is_refused(self, payments):
        with pytest.raises(ShopRefused, match="MGA"):
            payments.open_checkout(replace(MONTHLY, currency="MGA", amount=990_050))

    def test_of_a_known_customer_is_theirs_and_paid_with_the_card_of_the_day(self, payments, bought):
        customer = payments.purchase(bought()).customer
        payments.shop.set_card(customer, works=False)
        told = payments.purchase(bought(id="second", customer=customer, plan="duo"))
        assert (told.customer, told.state, len(told.charges)) == (customer, State.ACTIVE, 1)

    def test_has_only_its_own_charges(self, payments, bought):
        customer = payments.purchase(bought()).customer
        second = payments.purchase(bought(id="second", customer=customer, plan="duo", amount=799))
        assert [charge.amount for charge in second.charges] == [799]

    def test_that_nobody_knows(self, payments):
        for unknown in ("sub_unknown", "cs_test_unknown"):
            with pytest.raises(NoSuchPurchase):
                payments.purchase(unknown)
        for call in (payments.checkout, payments.close_checkout, payments.cancel, payments.resume, payments.end):
            with pytest.raises(NoSuchPurchase):
                call("sub_unknown")


class TestTrial:
    def test_is_a_trial_until_it_ends_and_costs_nothing(self, payments, bought):
        told = payments.purchase(bought(trial_days=14))
        assert (told.state, told.renews, told.charges) == (State.TRIAL, True, ())
        assert period(told) == (START, START + timedelta(days=14))

    def test_is_paid_through_to_its_end_in_the_hour_before_it_is_charged(self, payments, bought, clock):
        purchase = bought(trial_days=14)
        clock.set(at(2026, 2, 14, 12, 59))
        told = payments.purchase(purchase)
        assert (told.state, period(told), told.charges) == (State.ACTIVE, (START, at(2026, 2, 14, 12)), ())

    def test_is_charged_when_it_ends(self, payments, bought, clock):
        purchase = bought(trial_days=14)
        clock.set(at(2026, 2, 14, 13))
        told = payments.purchase(purchase)
        assert (told.state, period(told)) == (State.ACTIVE, (at(2026, 2, 14, 12), at(2026, 3, 14, 12)))
        assert [charge.amount for charge in told.charges] == [499]

    def test_that_was_cancelled_ends_without_a_charge(self, payments, bought, clock):
        purchase = bought(trial_days=14)
        payments.cancel(purchase)
        told = payments.purchase(purchase)
        assert (told.state, told.renews, told.period_ends_at) == (State.CANCELLING, False, at(2026, 2, 14, 12))
        clock.set(at(2026, 2, 20))
        assert (payments.purchase(purchase).state, payments.purchase(purchase).charges) == (State.EXPIRED, ())

    def test_whose_first_payment_fails_was_paid_through_to_its_end(self, payments, bought, clock):
        purchase = bought(trial_days=14)
        payments.shop.set_card(payments.purchase(purchase).customer, works=False)
        clock.set(at(2026, 2, 15))
        told = payments.purchase(purchase)
        assert (told.state, told.period_ends_at, told.charges) == (State.GRACE, at(2026, 2, 14, 12), ())


class TestRenewals:
    def test_are_paid_month_by_month(self, payments, bought, clock):
        purchase = bought()
        clock.set(at(2026, 3, 31, 13))
        told = payments.purchase(purchase)
        begun = (START, at(2026, 2, 28, 12), at(2026, 3, 31, 12), at(2026, 4, 30, 12))
        assert (told.state, told.renews, period(told)) == (State.ACTIVE, True, begun[2:])
        assert [period(charge) for charge in told.charges] == list(pairwise(begun))
        assert [charge.paid_at for charge in told.charges] == [START, FAILED, at(2026, 3, 31, 13)]

    def test_are_all_told_after_years(self, payments, bought, clock):
        purchase = bought()
        clock.set(at(2036, 1, 31, 13))
        told = payments.purchase(purchase)
        assert len(told.charges) == 121
        assert [period(charge)[0] for charge in told.charges[1:]] == [period(charge)[1] for charge in told.charges[:-1]]

    def test_are_active_in_the_hour_before_they_are_charged(self, payments, bought, clock):
        purchase = bought()
        clock.set(FAILED - timedelta(minutes=1))
        told = payments.purchase(purchase)
        assert (told.state, period(told), told.renews, len(told.charges)) == (State.ACTIVE, (START, at(2026, 2, 28, 12)), True, 1)

    def test_that_fail_go_through_grace_and_hold_to_the_end(self, payments, failing, clock):
        seen = {}
        for day in (1, 6, 7, 14, 15):
            clock.set(FAILED + timedelta(days=day, minutes=1))
            seen[day] = payments.purchase(failing).state
        assert seen == {1: State.GRACE, 6: State.GRACE, 7: State.ON_HOLD, 14: State.ON_HOLD, 15: State.EXPIRED}

    def test_that_fail_leave_it_paid_through_to_the_last_paid_period(self, payments, failing, clock):
        paid = (START, at(2026, 2, 28, 12))
        told = payments.purchase(failing)
        assert (told.state, period(told), told.renews) == (State.GRACE, paid, True)
        assert told.grace_ends_at == at(2026, 3, 7, 12)
        for moment, state in ((at(2026, 3, 10), State.ON_HOLD), (at(2026, 4, 10), State.EXPIRED)):
            clock.set(moment)
            told = payments.purchase(failing)
            assert (told.state, period(told), told.grace_ends_at) == (state, paid, None)

    def test_grace_is_over_to_the_second(self, payments, failing, clock):
        ends = payments.purchase(failing).grace_ends_at
        clock.set(ends - timedelta(seconds=1))
        assert payments.purchase(failing).state is State.GRACE
        clock.set(ends)
        assert payments.purchase(failing).state is State.ON_HOLD

    @pytest.mark.parametrize("day", [2, 8], ids=["in grace", "on hold"])
    def test_that_failed_recover_with_the_next_try(self, payments, failing, clock, day):
        clock.set(FAILED + timedelta(days=day, minutes=1))
        payments.shop.set_card(payments.purchase(failing).customer, works=True)
        clock.set(FAILED + timedelta(days=15, minutes=1))
        told = payments.purchase(failing)
        assert (told.state, period(told)) == (State.ACTIVE, (at(2026, 2, 28, 12), at(2026, 3, 31, 12)))
        assert [period(charge)[0] for charge in told.charges] == [START, at(2026, 2, 28, 12)]

    def test_that_failed_are_paid_by_hand(self, payments, failing):
        assert payments.shop.pay_open_invoice(failing) is False
        assert payments.purchase(failing).state is State.GRACE
        payments.shop.set_card(payments.purchase(failing).customer, works=True)
        assert payments.shop.pay_open_invoice(failing) is True
        assert payments.purchase(failing).state is State.ACTIVE
        with pytest.raises(ShopRefused):
            payments.shop.pay_open_invoice(failing)

    def test_that_failed_and_were_paid_are_charged_by_the_payment_that_worked(self, payments, failing):
        payments.shop.set_card(payments.purchase(failing).customer, works=True)
        payments.shop.pay_open_invoice(failing)
        refund = payments.shop.refund(payments.purchase(failing).charges[1].reference)
        assert payments.purchase(failing).charges[1].refunds[0].reference == refund

    def test_that_failed_keep_the_next_try_when_paying_by_hand_fails(self, payments, failing, clock):
        payments.shop.pay_open_invoice(failing)
        payments.shop.set_card(payments.purchase(failing).customer, works=True)
        clock.set(FAILED + timedelta(days=3, minutes=1))
        assert payments.purchase(failing).state is State.ACTIVE


class TestCancelling:
    def test_lasts_until_the_paid_period_ends(self, payments, bought, clock):
        purchase = bought()
        payments.cancel(purchase)
        payments.cancel(purchase)
        told = payments.purchase(purchase)
        assert (told.state, told.renews, told.period_ends_at) == (State.CANCELLING, False, at(2026, 2, 28, 12))
        clock.set(at(2026, 2, 28, 12))
        told = payments.purchase(purchase)
        assert (told.state, told.renews, len(told.charges), told.period_ends_at) == (State.EXPIRED, False, 1, at(2026, 2, 28, 12))

    def test_is_taken_back(self, payments, bought, clock):
        purchase = bought()
        payments.cancel(purchase)
        payments.resume(purchase)
        payments.resume(purchase)
        assert (payments.purchase(purchase).state, payments.purchase(purchase).renews) == (State.ACTIVE, True)
        clock.set(FAILED)
        assert len(payments.purchase(purchase).charges) == 2

    def test_can_not_be_taken_back_once_it_has_taken_effect(self, payments, bought, clock):
        purchase = bought()
        payments.cancel(purchase)
        clock.set(at(2026, 3, 1))
        with pytest.raises(ShopRefused):
            payments.resume(purchase)
        with pytest.raises(ShopRefused):
            payments.cancel(purchase)

    def test_ends_at_once_where_the_paid_period_is_over(self, payments, failing, clock):
        payments.cancel(failing)
        payments.shop.set_card(payments.purchase(failing).customer, works=True)
        clock.set(at(2026, 6, 1))
        told = payments.purchase(failing)
        assert (told.state, told.renews, len(told.charges)) == (State.EXPIRED, False, 1)

    @pytest.mark.parametrize(("trial_days", "renewal", "charges"), [(0, FAILED, 1), (14, at(2026, 2, 14, 13), 0)])
    def test_in_the_hour_before_a_renewal_is_charged_ends_at_once(self, payments, bought, clock, trial_days, renewal, charges):
        purchase = bought(trial_days=trial_days)
        clock.set(renewal - timedelta(minutes=1))
        payments.cancel(purchase)
        told = payments.purchase(purchase)
        assert (told.state, told.renews, told.period_ends_at) == (State.EXPIRED, False, renewal - timedelta(hours=1))
        clock.set(at(2026, 6, 1))
        assert len(payments.purchase(purchase).charges) == charges
        with payments.shop.books() as ledger:
            assert [invoice["status"] for invoice in ledger.listed("invoice", purchase)] == ["void", "paid"]

    def test_to_the_second(self, payments, bought, clock):
        purchase = bought()
        clock.set(at(2026, 2, 28, 12) - timedelta(seconds=1))
        payments.cancel(purchase)
        assert payments.purchase(purchase).state is State.CANCELLING


class TestEnding:
    def test_ends_at_once_and_charges_nothing_more(self, payments, bought, clock):
        purchase = bought()
        payments.end(purchase)
        payments.end(purchase)
        clock.set(at(2026, 6, 1))
        told = payments.purchase(purchase)
        assert (told.state, told.renews, len(told.charges)) == (State.EXPIRED, False, 1)

    def test_in_the_hour_before_a_renewal_is_charged_charges_nothing_more(self, payments, bought, clock):
        purchase = bought()
        clock.set(FAILED - timedelta(minutes=1))
        payments.purchase(purchase)
        payments.end(purchase)
        clock.set(at(2026, 6, 1))
        assert len(payments.purchase(purchase).charges) == 1

    def test_gives_up_what_is_still_to_be_paid(self, payments, failing):
        payments.end(failing)
        with pytest.raises(ShopRefused):
            payments.shop.pay_open_invoice(failing)

    def test_gives_up_what_is_still_to_be_paid_of_one_that_the_shop_ended(self, payments, failing, clock):
        clock.set(at(2026, 4, 1))
        payments.end(failing)
        with pytest.raises(ShopRefused):
            payments.shop.pay_open_invoice(failing)


class TestAccountPage:
    def test_leads_to_the_customer_and_back(self, payments, bought):
        customer = payments.purchase(bought()).customer
        first, second = (payments.account_page(customer, "https://music.example.org/account") for _ in range(2))
        assert first.startswith("https://music.example.org/test-shop/account/bps_")
        assert first != second

    def test_of_a_customer_nobody_knows(self, payments):
        with pytest.raises(NoSuchPurchase):
            payments.account_page("cus_unknown", "https://music.example.org/account")


class TestFake:
    def test_says_loudly_that_it_is_one(self, environment, clock, caplog):
        caplog.set_level(logging.WARNING)
        assert FakePayments.from_env(environment).fake is True
        assert "card payments are a fake" in caplog.text

    def test_leads_over_no_other_origin(self, payments):
        assert payments.origins() == ()
        payments.ping()

    def test_is_the_default_and_refused_in_production(self, settings, environment):
        settings["CELESTA_ENV"] = "production"
        with pytest.raises(BootError, match=r"^PAYMENTS=fake is a fake and CELESTA_ENV is production: choose a real one of stripe\.$"):
            port_of(Payments).build(environment)

    def test_with_a_home_that_cannot_be_written_stops_the_boot(self, settings, environment, clock, tmp_path):
        (tmp_path / "file").write_text("")
        settings["CLOCK_FILE"] = settings["CELESTA_HOME"] + "/clock"
        settings["CELESTA_HOME"] = str(tmp_path / "file" / "home")
        with pytest.raises(BootError, match="CELESTA_HOME"):
            FakePayments.from_env(environment)
