"""Products and prices at Stripe, made when they are first sold, so that nobody has to set them up."""

from __future__ import annotations

import stripe

from ports.payments.interface import Order
from ports.payments.stripe_money import to_stripe

MADE = {"made_by": "celesta"}


def price_of(client: stripe.StripeClient, order: Order) -> str:
    """The price an order is sold at, found by its lookup key `celesta-<plan>-<currency>-<amount>-<interval>` and made where there is none.

    A price that carries the key and costs something else (somebody moved it) is not sold: a new one takes the key over. Two
    who make it at the same moment get the same one: their checkouts of one order would differ otherwise.
    """
    key = f"celesta-{order.plan}-{order.currency.lower()}-{order.amount}-{order.every}"
    for price in client.v1.prices.list({"lookup_keys": [key], "active": True}).data:
        if _fits(price, order):
            return price.id
    made = client.v1.prices.create(
        {
            "product": _product(client, order),
            "currency": order.currency.lower(),
            "unit_amount": to_stripe(order.amount, order.currency),
            "recurring": {"interval": order.every.value},
            "tax_behavior": "inclusive",
            "lookup_key": key,
            "transfer_lookup_key": True,
            "metadata": MADE,
        },
        {"idempotency_key": f"price-{key}"},
    )
    return made.id


def _fits(price: stripe.Price, order: Order) -> bool:
    every = price.recurring
    same_money = (price.unit_amount, price.currency) == (to_stripe(order.amount, order.currency), order.currency.lower())
    return same_money and every is not None and (every.interval, every.interval_count) == (order.every.value, 1)


def _product(client: stripe.StripeClient, order: Order) -> str:
    """The plan's product; its first order gives it its title."""
    product = f"celesta-{order.plan}"
    try:
        client.v1.products.create({"id": product, "name": order.title, "metadata": MADE})
    except stripe.InvalidRequestError as error:
        if error.code != "resource_already_exists":
            raise
    return product
