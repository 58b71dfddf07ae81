"""Customers of the test shop and their one card, which works or is declined."""

from __future__ import annotations

from ports.payments.fake.books import Document, Ledger
from ports.payments.fake.events import happened

WORKS, DECLINED = "4242", "0341"
"""The last digits of Stripe's own test cards: one pays, the other is taken down and then declines every payment."""


def new_customer(ledger: Ledger, email: str) -> Document:
    customer = {"email": email, "invoice_settings": {"default_payment_method": None}, "metadata": {}}
    added = ledger.add("customer", customer, owner=email)
    happened(ledger, "customer.created", added)
    return added


def set_card(ledger: Ledger, customer: str, works: bool) -> None:
    """From now on payments go to a card that works, or to one that is declined."""
    digits = WORKS if works else DECLINED
    card = {"brand": "visa", "last4": digits, "exp_month": 12, "exp_year": 2039, "country": "GB"}
    method = ledger.add("payment_method", {"type": "card", "customer": customer, "card": card, "metadata": {}}, owner=customer)
    happened(ledger, "payment_method.attached", method)
    document = ledger.get("customer", customer)
    document["invoice_settings"]["default_payment_method"] = method["id"]
    ledger.keep(document)
    happened(ledger, "customer.updated", document)


def card(ledger: Ledger, customer: str) -> Document:
    """The payment method that a customer pays with."""
    method = ledger.get("customer", customer)["invoice_settings"]["default_payment_method"]
    return ledger.get("payment_method", method)


def works(method: Document) -> bool:
    return method["card"]["last4"] == WORKS
