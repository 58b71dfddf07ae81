"""What Stripe knows of one purchase, fetched whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import stripe

from ports.payments.stripe_permissions import needing

PAGE = 100
"""The most that Stripe lists at once."""


@dataclass(frozen=True)
class Paid:
    """A charge that succeeded, and what became of its money."""

    charge: stripe.Charge
    refunds: tuple[stripe.Refund, ...] = ()
    disputes: tuple[stripe.Dispute, ...] = ()


@dataclass(frozen=True)
class Facts:
    """A subscription, all its invoices, oldest first, and its customer's successful charges by payment intent."""

    subscription: stripe.Subscription
    invoices: tuple[stripe.Invoice, ...]
    paid: Mapping[str, Paid]


def fetch_facts(client: stripe.StripeClient, reference: str) -> Facts:
    """Three requests, and one more for each charge that was refunded or disputed.

    The invoices are read after the subscription: a payment that happens in between is then known rather than missed.
    """
    subscription = client.v1.subscriptions.retrieve(reference)
    invoices = client.v1.invoices.list({"subscription": reference, "limit": PAGE, "expand": ["data.payments"]})
    charges = client.v1.charges.list({"customer": identifier(subscription.customer), "limit": PAGE})
    newest_first = tuple(invoices.auto_paging_iter())
    paid = {identifier(charge.payment_intent): _paid(client, charge) for charge in charges.auto_paging_iter() if charge.paid}
    return Facts(subscription, newest_first[::-1], paid)


def identifier(named: str | stripe.StripeObject | None) -> str:
    """The id of what Stripe names by it, or sends whole; empty where there is none."""
    if named is None or isinstance(named, str):
        return named or ""
    return str(named["id"])


def _paid(client: stripe.StripeClient, charge: stripe.Charge) -> Paid:
    refunds: tuple[stripe.Refund, ...] = ()
    disputes: tuple[stripe.Dispute, ...] = ()
    if charge.amount_refunded:
        with needing("Refunds: read"):
            refunds = tuple(client.v1.refunds.list({"charge": charge.id, "limit": PAGE}).auto_paging_iter())
    if charge.disputed:
        with needing("Disputes: read"):
            disputes = tuple(client.v1.disputes.list({"charge": charge.id, "limit": PAGE}).auto_paging_iter())
    return Paid(charge, refunds, disputes)
