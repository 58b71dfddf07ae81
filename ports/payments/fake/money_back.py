"""Refunds and disputes of the test shop."""

from __future__ import annotations

from ports.payments.fake.books import Document, Ledger
from ports.payments.fake.events import happened


def refund(ledger: Ledger, charge: Document, amount: int) -> Document:
    """Give back a part of a charge, or all of it."""
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    ledger.keep(charge)
    given = {
        "amount": amount,
        "charge": charge["id"],
        "currency": charge["currency"],
        "customer": None,
        "payment_intent": charge["payment_intent"],
        "reason": "requested_by_customer",
        "status": "succeeded",
    }
    added = ledger.add("refund", given, owner=charge["id"])
    happened(ledger, "charge.refunded", charge)
    happened(ledger, "refund.created", added)
    return added


def fail(ledger: Ledger, refunded: Document) -> None:
    """The customer's bank sends a refund back: the money is ours again."""
    charge = ledger.get("charge", refunded["charge"])
    charge["amount_refunded"] -= refunded["amount"]
    charge["refunded"] = False
    ledger.keep(charge)
    refunded.update(status="failed", failure_reason="expired_or_canceled_card")
    ledger.keep(refunded)
    happened(ledger, "refund.updated", refunded)
    happened(ledger, "refund.failed", refunded)


def dispute(ledger: Ledger, charge: Document) -> Document:
    """The cardholder wants the money back from their bank, which takes it from us until that is decided."""
    charge["disputed"] = True
    ledger.keep(charge)
    opened = {
        "amount": charge["amount"],
        "charge": charge["id"],
        "currency": charge["currency"],
        "payment_intent": charge["payment_intent"],
        "reason": "fraudulent",
        "status": "needs_response",
    }
    added = ledger.add("dispute", opened, owner=charge["id"])
    happened(ledger, "charge.dispute.created", added)
    happened(ledger, "charge.dispute.funds_withdrawn", added)
    return added


def decide(ledger: Ledger, disputed: Document, won: bool) -> None:
    disputed["status"] = "won" if won else "lost"
    ledger.keep(disputed)
    happened(ledger, "charge.dispute.closed", disputed)
    if won:
        happened(ledger, "charge.dispute.funds_reinstated", disputed)
