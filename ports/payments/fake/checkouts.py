"""Checkouts of the test shop: opened, paid, expired."""

from __future__ import annotations

from ports.payments.fake.books import Document, Ledger
from ports.payments.fake.cards import new_customer, set_card
from ports.payments.fake.events import happened
from ports.payments.fake.subscriptions import begin


def pay_checkout(ledger: Ledger, session: Document) -> Document:
    """Pay an open checkout with a card that works: the subscription it became."""
    kept = session["kept"]
    if session["customer"] is None:
        session["customer"] = new_customer(ledger, session["customer_email"])["id"]
    set_card(ledger, session["customer"], works=True)
    price = ledger.get("price", kept["price"])
    subscription = begin(ledger, session["customer"], price, kept["metadata"], kept["trial_days"])
    session.update(
        status="complete",
        url=None,
        subscription=subscription["id"],
        invoice=subscription["latest_invoice"],
        payment_status="no_payment_required" if kept["trial_days"] else "paid",
    )
    ledger.keep(session)
    happened(ledger, "checkout.session.completed", shown(session))
    return subscription


def expire(ledger: Ledger, session: Document) -> None:
    session.update(status="expired", url=None)
    ledger.keep(session)
    happened(ledger, "checkout.session.expired", shown(session))


def shown(session: Document) -> Document:
    """A checkout as Stripe shows it, without what it keeps to itself."""
    return {name: value for name, value in session.items() if name != "kept"}
