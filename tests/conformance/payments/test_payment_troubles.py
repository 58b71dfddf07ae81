"""The card payments port's promises about what is no ordinary course: money that goes back, purchases that stand still or are forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ports.purchases import NoSuchPurchase, ShopRefused, State
from tests.conformance.payments.orders import FAILED, START, at


class TestStandingStill:
    """What the shop does by its settings, or people on its own pages: nothing is charged, and nothing is over."""

    def test_paused_charges_nothing_until_it_is_ended(self, payments, bought, clock):
        purchase = bought()
        payments.shop.pause(purchase)
        clock.set(at(2026, 6, 1))
        told = payments.purchase(purchase)
        assert (told.state, told.renews, told.period_ends_at, len(told.charges)) == (State.PAUSED, False, at(2026, 2, 28, 12), 1)

    def test_unpaid_tries_no_card_any_more(self, payments, failing, clock):
        payments.shop.leave_unpaid(failing)
        payments.shop.set_card(payments.purchase(failing).customer, works=True)
        clock.set(at(2026, 6, 1))
        told = payments.purchase(failing)
        assert (told.state, told.renews, told.period_ends_at, len(told.charges)) == (State.ON_HOLD, False, at(2026, 2, 28, 12), 1)

    def test_unpaid_recovers_when_it_is_paid_by_hand(self, payments, failing):
        payments.shop.leave_unpaid(failing)
        payments.shop.set_card(payments.purchase(failing).customer, works=True)
        assert payments.shop.pay_open_invoice(failing) is True
        told = payments.purchase(failing)
        assert (told.state, told.renews, told.period_ends_at) == (State.ACTIVE, True, at(2026, 3, 31, 12))

    @pytest.mark.parametrize("how", ["cancel", "end"])
    @pytest.mark.parametrize("stand_still", ["pause", "leave_unpaid"])
    def test_is_ended(self, payments, failing, clock, stand_still, how):
        getattr(payments.shop, stand_still)(failing)
        clock.set(at(2026, 5, 10))
        getattr(payments, how)(failing)
        told = payments.purchase(failing)
        assert (told.state, told.renews) == (State.EXPIRED, False)
        with payments.shop.books() as ledger:
            assert {invoice["status"] for invoice in ledger.listed("invoice", failing)} == {"paid", "void"}
        with pytest.raises(ShopRefused):
            getattr(payments.shop, stand_still)(failing)

    def test_incomplete_is_ended(self, payments, bought):
        purchase = bought()
        with payments.shop.books() as ledger:
            ledger.keep({**ledger.get("subscription", purchase), "status": "incomplete"})
        assert payments.purchase(purchase).state is State.PENDING
        payments.end(purchase)
        assert payments.purchase(purchase).state is State.EXPIRED


class TestForgotten:
    def test_purchases_are_as_if_nobody_had_known_them(self, payments, bought, clock):
        purchase = bought()
        payments.shop.forget(purchase)
        clock.set(at(2026, 6, 1))
        for call in (payments.purchase, payments.cancel, payments.resume, payments.end, payments.shop.forget):
            with pytest.raises(NoSuchPurchase):
                call(purchase)

    def test_customers_leave_their_purchases_ended(self, payments, bought, clock):
        purchase = bought()
        customer = payments.purchase(purchase).customer
        clock.set(FAILED - timedelta(minutes=1))
        payments.shop.forget(customer)
        clock.set(at(2026, 6, 1))
        told = payments.purchase(purchase)
        assert (told.state, told.customer, len(told.charges)) == (State.EXPIRED, customer, 1)
        with pytest.raises(NoSuchPurchase):
            payments.account_page(customer, "https://music.example.org/account")
        with pytest.raises(NoSuchPurchase):
            payments.shop.forget(customer)


class TestMoneyBack:
    def test_in_full_revokes(self, payments, bought):
        purchase = bought()
        charge = payments.purchase(purchase).charges[0].reference
        refund = payments.shop.refund(charge)
        told = payments.purchase(purchase)
        assert (told.state, told.renews) == (State.REVOKED, True)
        assert [(one.reference, one.amount, one.refunded_at) for one in told.charges[0].refunds] == [(refund, 499, START)]

    def test_in_part_changes_nothing_else(self, payments, bought):
        purchase = bought()
        before = payments.purchase(purchase)
        payments.shop.refund(before.charges[0].reference, 100)
        told = payments.purchase(purchase)
        assert replace(told, charges=before.charges) == before
        assert [refund.amount for refund in told.charges[0].refunds] == [100]

    def test_in_parts_that_make_the_whole_revokes(self, payments, bought, clock):
        purchase = bought()
        charge = payments.purchase(purchase).charges[0].reference
        first = payments.shop.refund(charge, 100)
        clock.advance(60)
        second = payments.shop.refund(charge)
        told = payments.purchase(purchase)
        assert told.state is State.REVOKED
        assert [(refund.reference, refund.amount) for refund in told.charges[0].refunds] == [(first, 100), (second, 399)]
        with pytest.raises(ShopRefused):
            payments.shop.refund(charge)

    def test_of_an_earlier_payment_revokes_nothing(self, payments, bought, clock):
        purchase = bought()
        charge = payments.purchase(purchase).charges[0].reference
        clock.set(FAILED)
        payments.shop.refund(charge)
        told = payments.purchase(purchase)
        assert (told.state, [len(one.refunds) for one in told.charges]) == (State.ACTIVE, [1, 0])

    def test_is_over_with_the_next_payment(self, payments, bought, clock):
        purchase = bought()
        payments.shop.refund(payments.purchase(purchase).charges[0].reference)
        clock.set(FAILED)
        assert payments.purchase(purchase).state is State.ACTIVE

    def test_of_an_ended_purchase_revokes_it(self, payments, bought):
        purchase = bought()
        payments.end(purchase)
        payments.shop.refund(payments.purchase(purchase).charges[0].reference)
        assert (payments.purchase(purchase).state, payments.purchase(purchase).renews) == (State.REVOKED, False)

    def test_by_a_dispute_revokes_once_it_is_lost(self, payments, bought, clock):
        purchase = bought()
        dispute = payments.shop.dispute(payments.purchase(purchase).charges[0].reference)
        told = payments.purchase(purchase)
        assert (told.state, told.charges[0].refunds) == (State.ACTIVE, ())
        clock.advance(3600)
        payments.shop.decide(dispute, won=False)
        told = payments.purchase(purchase)
        assert told.state is State.REVOKED
        assert [(one.reference, one.amount, one.refunded_at) for one in told.charges[0].refunds] == [(dispute, 499, START)]

    def test_by_a_lost_dispute_over_an_earlier_payment_revokes_too(self, payments, bought, clock):
        purchase = bought()
        dispute = payments.shop.dispute(payments.purchase(purchase).charges[0].reference)
        clock.set(FAILED)
        payments.shop.decide(dispute, won=False)
        told = payments.purchase(purchase)
        assert (told.state, told.renews, [len(one.refunds) for one in told.charges]) == (State.REVOKED, True, [1, 0])
        payments.end(purchase)
        assert (payments.purchase(purchase).state, payments.purchase(purchase).renews) == (State.REVOKED, False)

    def test_that_failed_to_go_back_is_ours_again(self, payments, bought):
        purchase = bought()
        before = payments.purchase(purchase)
        refund = payments.shop.refund(before.charges[0].reference)
        assert payments.purchase(purchase).state is State.REVOKED
        payments.shop.fail_refund(refund)
        assert payments.purchase(purchase) == before
        with pytest.raises(ShopRefused):
            payments.shop.fail_refund(refund)

    def test_that_failed_to_go_back_beside_some_that_did(self, payments, bought):
        purchase = bought()
        charge = payments.purchase(purchase).charges[0].reference
        kept = payments.shop.refund(charge, 100)
        payments.shop.fail_refund(payments.shop.refund(charge, 399))
        assert [refund.reference for refund in payments.purchase(purchase).charges[0].refunds] == [kept]

    def test_by_a_dispute_that_is_won_is_none(self, payments, bought):
        purchase = bought()
        payments.shop.decide(payments.shop.dispute(payments.purchase(purchase).charges[0].reference), won=True)
        assert (payments.purchase(purchase).state, payments.purchase(purchase).charges[0].refunds) == (State.ACTIVE, ())
