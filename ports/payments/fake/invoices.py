"""Invoices of the test shop: made, finalised after an hour, paid, or tried again and given up."""

from __future__ import annotations

from ports.payments.fake.books import Document, Ledger, new_id
from ports.payments.fake.calendar import DAY, HOUR
from ports.payments.fake.cards import card, works
from ports.payments.fake.events import happened

RETRIES = (3 * DAY, 5 * DAY, 7 * DAY)
"""After each failure the next try comes so much later; after the last the subscription is cancelled."""


def new_invoice(ledger: Ledger, subscription: Document, reason: str, period: tuple[int, int], amount: int, due: int | None) -> Document:
    """A draft for one period of a subscription."""
    line = {
        "id": new_id("line_item"),
        "object": "line_item",
        "amount": amount,
        "currency": subscription["currency"],
        "period": {"start": period[0], "end": period[1]},
        "parent": {
            "type": "subscription_item_details",
            "subscription_item_details": {"subscription": subscription["id"], "proration": False},
        },
    }
    invoice = {
        "amount_due": amount,
        "amount_paid": 0,
        "amount_remaining": amount,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "billing_reason": reason,
        "currency": subscription["currency"],
        "customer": subscription["customer"],
        "lines": {"object": "list", "data": [line], "has_more": False, "url": "/v1/invoices/lines"},
        "next_payment_attempt": due,
        "parent": {
            "type": "subscription_details",
            "subscription_details": {"subscription": subscription["id"], "metadata": subscription["metadata"]},
        },
        "payments": {"object": "list", "data": [], "has_more": False, "url": "/v1/invoice_payments"},
        "status": "draft",
        "status_transitions": {"finalized_at": None, "paid_at": None, "voided_at": None, "marked_uncollectible_at": None},
        "total": amount,
    }
    added = ledger.add("invoice", invoice, owner=subscription["id"], due=due)
    happened(ledger, "invoice.created", shown(added))
    return added


def finalise(ledger: Ledger, invoice: Document) -> None:
    """Let a draft be paid."""
    invoice["status"] = "open"
    invoice["status_transitions"]["finalized_at"] = ledger.now
    if invoice["amount_due"]:
        intent = {"amount": invoice["amount_due"], "currency": invoice["currency"], "customer": invoice["customer"]}
        intent = ledger.add("payment_intent", {**intent, "status": "requires_payment_method", "latest_charge": None})
        invoice["payments"]["data"].append(_payment(ledger, invoice, intent))
    ledger.keep(invoice)
    happened(ledger, "invoice.finalized", shown(invoice))


def pay(ledger: Ledger, invoice: Document) -> bool:
    """Try to pay an open invoice with the customer's card: whether that went well. A zero invoice needs no card.

    A failure is counted where it is kept: by `put_off`, as a try by hand does not move the next one.
    """
    paid = not invoice["amount_due"] or _charge(ledger, invoice)
    invoice["attempted"] = True
    invoice["attempt_count"] += 1
    if not paid:
        return False
    invoice.update(status="paid", amount_paid=invoice["amount_due"], amount_remaining=0, next_payment_attempt=None, auto_advance=False)
    invoice["status_transitions"]["paid_at"] = ledger.now
    for payment in invoice["payments"]["data"]:
        payment.update(status="paid", amount_paid=invoice["amount_due"])
        payment["status_transitions"]["paid_at"] = ledger.now
    ledger.keep(invoice)
    happened(ledger, "invoice.paid", shown(invoice))
    happened(ledger, "invoice.payment_succeeded", shown(invoice))
    return True


def put_off(ledger: Ledger, invoice: Document) -> bool:
    """After a failed payment, set the next try: whether there is one."""
    failures = invoice["attempt_count"]
    again = ledger.now + RETRIES[failures - 1] if failures <= len(RETRIES) else None
    invoice["next_payment_attempt"] = again
    ledger.keep(invoice, due=again)
    happened(ledger, "invoice.payment_failed", shown(invoice))
    return again is not None


def stop_collecting(ledger: Ledger, subscription: str, *statuses: str) -> None:
    """Try no card any more for a subscription's invoices in these statuses; the open ones can still be paid by hand."""
    for invoice in ledger.listed("invoice", subscription):
        if invoice["status"] in statuses:
            invoice.update(auto_advance=False, next_payment_attempt=None)
            ledger.keep(invoice)


def void(ledger: Ledger, invoice: Document) -> None:
    invoice.update(status="void", auto_advance=False, next_payment_attempt=None)
    invoice["status_transitions"]["voided_at"] = ledger.now
    ledger.keep(invoice)
    happened(ledger, "invoice.voided", shown(invoice))


def shown(invoice: Document, *expanded: str) -> Document:
    """An invoice as Stripe shows it: its payments only where they are asked for."""
    return {name: value for name, value in invoice.items() if name != "payments" or name in expanded}


def first_try(ledger: Ledger) -> int:
    """Stripe leaves a renewal's invoice a draft for an hour."""
    return ledger.now + HOUR


def _payment(ledger: Ledger, invoice: Document, intent: Document) -> Document:
    return {
        "id": new_id("invoice_payment"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": ledger.now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def _charge(ledger: Ledger, invoice: Document) -> bool:
    method = card(ledger, invoice["customer"])
    paid = works(method)
    intent = ledger.get("payment_intent", invoice["payments"]["data"][0]["payment"]["payment_intent"])
    charge = {
        "amount": invoice["amount_due"],
        "amount_captured": invoice["amount_due"] if paid else 0,
        "amount_refunded": 0,
        "captured": paid,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "disputed": False,
        "failure_code": None if paid else "card_declined",
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "refunded": False,
        "status": "succeeded" if paid else "failed",
    }
    charge = ledger.add("charge", charge, owner=invoice["customer"])
    intent.update(status="succeeded" if paid else "requires_payment_method", latest_charge=charge["id"])
    ledger.keep(intent)
    happened(ledger, f"charge.{charge['status']}", charge)
    happened(ledger, "payment_intent.succeeded" if paid else "payment_intent.payment_failed", intent)
    return paid
