"""What card payments set up at Stripe by themselves, and what people set on Stripe's own pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ports.payments.fake.billing import update_subscription
from ports.payments.fake.payments import FakePayments
from ports.purchases import ShopRefused, State
from tests.ports.payments.conftest import ORDER, SITE


def prices(payments: FakePayments) -> list[tuple[int, str, str | None]]:
    with payments.shop.books() as ledger:
        listed = list(ledger.listed("price"))[::-1]
    return [(price["unit_amount"], price["recurring"]["interval"], price["lookup_key"]) for price in listed]


class TestPrices:
    def test_are_made_once(self, test_shop):
        for number in range(3):
            test_shop.open_checkout(replace(ORDER, id=f"order-{number}"))
        assert prices(test_shop) == [(499, "month", "celesta-solo-gbp-499-month")]

    def test_of_another_amount_currency_or_interval_are_others(self, test_shop):
        test_shop.open_checkout(ORDER)
        for different in ({"amount": 599}, {"currency": "EUR"}, {"every": type(ORDER.every).YEAR}):
            test_shop.open_checkout(replace(ORDER, id=str(different), **different))
        assert [key for _, _, key in prices(test_shop)] == [
            "celesta-solo-gbp-499-month",
            "celesta-solo-gbp-599-month",
            "celesta-solo-eur-499-month",
            "celesta-solo-gbp-499-year",
        ]

    @pytest.mark.parametrize(
        ("currency", "ours", "told"), [("JPY", 980, 980), ("ISK", 990, 99_000), ("UGX", 9900, 990_000), ("MGA", 990_000, 9900)]
    )
    def test_are_told_as_stripe_counts(self, test_shop, currency, ours, told):
        for number in range(2):
            test_shop.open_checkout(replace(ORDER, id=f"order-{number}", currency=currency, amount=ours))
        assert [amount for amount, _, _ in prices(test_shop)] == [told]

    def test_include_the_tax(self, test_shop):
        test_shop.open_checkout(ORDER)
        with test_shop.shop.books() as ledger:
            assert [price["tax_behavior"] for price in ledger.listed("price")] == ["inclusive"]

    @pytest.mark.parametrize("wrong", [{"unit_amount": 1}, {"currency": "jpy"}, {"recurring": {"interval": "year", "interval_count": 1}}])
    def test_that_somebody_gave_our_key_are_not_sold(self, test_shop, shop_clock, wrong):
        test_shop.open_checkout(ORDER)
        with test_shop.shop.books() as ledger:
            (price,) = ledger.listed("price")
            ledger.keep({**price, **wrong})
        shop_clock.advance(25 * 3600)
        purchase = test_shop.purchase(test_shop.shop.pay(test_shop.open_checkout(replace(ORDER, id="order-2")).reference))
        assert (purchase.amount, purchase.currency, len(prices(test_shop))) == (499, "GBP", 2)


class TestCheckout:
    def test_takes_cards_alone(self, test_shop):
        test_shop.open_checkout(ORDER)
        with test_shop.shop.books() as ledger:
            assert [session["allowed_payment_method_types"] for session in ledger.listed("checkout.session")] == [["card"]]


class TestAccountPage:
    def test_is_configured_once_with_bills_and_cards_alone(self, test_shop):
        customer = test_shop.purchase(test_shop.shop.pay(test_shop.open_checkout(ORDER).reference)).customer
        for _ in range(3):
            test_shop.account_page(customer, f"{SITE}/account")
        with test_shop.shop.books() as ledger:
            (configuration,) = ledger.listed("billing_portal.configuration")
        assert configuration["features"] == {"invoice_history": {"enabled": "true"}, "payment_method_update": {"enabled": "true"}}


class TestEndSetAtStripe:
    def test_is_taken_back_too(self, test_shop, shop_clock):
        purchase = test_shop.shop.pay(test_shop.open_checkout(ORDER).reference)
        with test_shop.shop.books() as ledger:
            update_subscription(ledger, {"cancel_at": str(ledger.now + 3600)}, purchase)
        assert test_shop.purchase(purchase).state is State.CANCELLING
        test_shop.resume(purchase)
        shop_clock.advance(7200)
        assert (test_shop.purchase(purchase).state, test_shop.purchase(purchase).renews) == (State.ACTIVE, True)

    def test_comes_when_it_was_set_for(self, test_shop, shop_clock):
        purchase = test_shop.shop.pay(test_shop.open_checkout(ORDER).reference)
        with test_shop.shop.books() as ledger:
            update_subscription(ledger, {"cancel_at": str(ledger.now + 3600)}, purchase)
        shop_clock.advance(3600)
        assert test_shop.purchase(purchase).state is State.EXPIRED
        with pytest.raises(ShopRefused):
            test_shop.resume(purchase)
