"""What our key must be allowed to read at Stripe. A restricted key has each permission by itself, and is refused with a 403 without it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

import stripe

from ports.purchases import ShopUnavailable

LACKING = "Stripe's key in the secret STRIPE_SECRET_KEY lacks a permission. Give it to the key on Stripe's page of API keys: {permissions}."
READS: dict[str, Callable[[stripe.StripeClient], object]] = {
    "Prices: read": lambda client: client.v1.prices.list({"limit": 1}),
    "Checkout Sessions: read": lambda client: client.v1.checkout.sessions.list({"limit": 1}),
    "Subscriptions: read": lambda client: client.v1.subscriptions.list({"limit": 1}),
    "Invoices: read": lambda client: client.v1.invoices.list({"limit": 1}),
    "Charges: read": lambda client: client.v1.charges.list({"limit": 1}),
    "Refunds: read": lambda client: client.v1.refunds.list({"limit": 1}),
    "Disputes: read": lambda client: client.v1.disputes.list({"limit": 1}),
    "Customer portal: read": lambda client: client.v1.billing_portal.configurations.list({"limit": 1}),
}
"""Everything that is read, by the permission that it needs. What is written cannot be tried without writing."""


def check_permissions(client: stripe.StripeClient) -> None:
    """Raises `ShopUnavailable`, naming every permission to read that is missing."""
    missing = list(_missing(client))
    if missing:
        raise ShopUnavailable(LACKING.format(permissions=", ".join(missing)))


@contextmanager
def needing(permission: str) -> Generator[None]:
    """Raise `ShopUnavailable`, naming this permission, where Stripe says that our key lacks it."""
    try:
        yield
    except stripe.PermissionError:
        # Not chained: Stripe's own message shows parts of the key.
        raise ShopUnavailable(LACKING.format(permissions=permission)) from None


def _missing(client: stripe.StripeClient) -> Iterator[str]:
    for permission, read in READS.items():
        try:
            read(client)
        except stripe.PermissionError:
            yield permission
