"""Subscriptions of the test shop: begun by a checkout, renewed, cancelled, ended."""

from __future__ import annotations

from ports.payments.fake.books import Document, Ledger, new_id
from ports.payments.fake.calendar import DAY, period_end
from ports.payments.fake.events import happened
from ports.payments.fake.invoices import finalise, first_try, new_invoice, pay, put_off, stop_collecting

RENEWING = frozenset({"trialing", "active", "past_due", "unpaid"})
"""For these an invoice is made at the end of each period, though an unpaid one's stays a draft."""
LIVING = RENEWING | {"paused", "incomplete"}


def begin(ledger: Ledger, customer: str, price: Document, metadata: Document, trial_days: int) -> Document:
    """A new subscription with its first invoice: to be paid, or of zero for a trial. The customer's card works."""
    anchor = ledger.now + trial_days * DAY
    ends = anchor if trial_days else period_end(anchor, ledger.now, price["recurring"]["interval"])
    name = new_id("subscription")
    item = {
        "id": new_id("subscription_item"),
        "object": "subscription_item",
        "current_period_start": ledger.now,
        "current_period_end": ends,
        "price": price,
        "quantity": 1,
        "subscription": name,
    }
    subscription = {
        "id": name,
        "billing_cycle_anchor": anchor,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "currency": price["currency"],
        "customer": customer,
        "ended_at": None,
        "items": {"object": "list", "data": [item], "has_more": False, "url": f"/v1/subscription_items?subscription={name}"},
        "latest_invoice": None,
        "metadata": metadata,
        "pause_collection": None,
        "start_date": ledger.now,
        "status": "trialing" if trial_days else "active",
        "trial_end": anchor if trial_days else None,
        "trial_start": ledger.now if trial_days else None,
    }
    subscription = ledger.add("subscription", subscription, owner=customer, due=ends)
    invoice = new_invoice(
        ledger, subscription, "subscription_create", (ledger.now, ends), 0 if trial_days else price["unit_amount"], due=None
    )
    subscription["latest_invoice"] = invoice["id"]
    keep(ledger, subscription)
    happened(ledger, "customer.subscription.created", subscription)
    finalise(ledger, invoice)
    pay(ledger, invoice)
    return subscription


def come_to_period_end(ledger: Ledger, subscription: Document) -> None:
    """End it where it was cancelled; go on to the next period, which is charged an hour later, where not."""
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= ledger.now:
        end(ledger, subscription)
        return
    (item,) = subscription["items"]["data"]
    starts = item["current_period_end"]
    item["current_period_start"] = starts
    item["current_period_end"] = period_end(subscription["billing_cycle_anchor"], starts, item["price"]["recurring"]["interval"])
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    period = (starts, item["current_period_end"])
    due = None if subscription["status"] == "unpaid" else first_try(ledger)
    invoice = new_invoice(ledger, subscription, "subscription_cycle", period, item["price"]["unit_amount"], due)
    subscription["latest_invoice"] = invoice["id"]
    changed(ledger, subscription)


def collect(ledger: Ledger, invoice: Document) -> None:
    """Try to pay an invoice whose time has come; a failure makes the subscription past due, the last one ends it."""
    if invoice["status"] == "draft":
        finalise(ledger, invoice)
    if pay_invoice(ledger, invoice):
        return
    subscription = ledger.get("subscription", _subscription_of(invoice))
    again = put_off(ledger, invoice)
    if not again and subscription["status"] in LIVING:
        end(ledger, subscription, "payment_failed")
    elif subscription["status"] == "active":
        subscription["status"] = "past_due"
        changed(ledger, subscription)


def pay_invoice(ledger: Ledger, invoice: Document) -> bool:
    """Pay an open invoice with the customer's card: whether that went well. It brings back what was past due or unpaid."""
    if not pay(ledger, invoice):
        return False
    subscription = ledger.get("subscription", _subscription_of(invoice))
    if subscription["status"] in {"past_due", "unpaid"}:
        subscription["status"] = "active"
        changed(ledger, subscription)
    return True


def set_cancellation(ledger: Ledger, subscription: Document, at_period_end: bool) -> None:
    (item,) = subscription["items"]["data"]
    if subscription["cancel_at_period_end"] == at_period_end:
        return
    subscription["cancel_at_period_end"] = at_period_end
    subscription["cancel_at"] = item["current_period_end"] if at_period_end else None
    subscription["canceled_at"] = ledger.now if at_period_end else None
    changed(ledger, subscription)


def end(ledger: Ledger, subscription: Document, reason: str = "cancellation_requested") -> None:
    """End it now; no card is tried any more for its open invoices. A draft is finalised and charged all the same.

    Stripe promises no more than that ("Cancel a subscription": it stops the collection of all finalised invoices).
    """
    subscription.update(status="canceled", ended_at=ledger.now, canceled_at=subscription["canceled_at"] or ledger.now)
    subscription["cancellation_details"] = {"reason": reason, "comment": None, "feedback": None}
    keep(ledger, subscription)
    stop_collecting(ledger, subscription["id"], "open")
    happened(ledger, "customer.subscription.deleted", subscription)


def pause(ledger: Ledger, subscription: Document) -> None:
    """As Stripe does at the end of a trial without a card, where it is set up so: nothing is charged any more."""
    subscription["status"] = "paused"
    stop_collecting(ledger, subscription["id"], "draft", "open")
    keep(ledger, subscription)
    happened(ledger, "customer.subscription.paused", subscription)


def leave_unpaid(ledger: Ledger, subscription: Document) -> None:
    """As Stripe does after the last failed try, where it is set up to end nothing: no card is tried any more."""
    subscription["status"] = "unpaid"
    stop_collecting(ledger, subscription["id"], "draft", "open")
    changed(ledger, subscription)


def forget_customer(ledger: Ledger, customer: Document) -> None:
    """Delete a customer, which ends their subscriptions; what they paid is still known."""
    for subscription in ledger.listed("subscription", customer["id"]):
        if subscription["status"] in LIVING:
            end(ledger, subscription)
        stop_collecting(ledger, subscription["id"], "draft")
    ledger.forget(customer["id"])
    happened(ledger, "customer.deleted", customer)


def changed(ledger: Ledger, subscription: Document) -> None:
    keep(ledger, subscription)
    happened(ledger, "customer.subscription.updated", subscription)


def keep(ledger: Ledger, subscription: Document) -> None:
    """Something happens to one that renews at the end of its period, or where it is to end before."""
    (item,) = subscription["items"]["data"]
    due = min(item["current_period_end"], subscription["cancel_at"] or item["current_period_end"])
    ledger.keep(subscription, due if subscription["status"] in RENEWING else None)


def _subscription_of(invoice: Document) -> str:
    return invoice["parent"]["subscription_details"]["subscription"]
