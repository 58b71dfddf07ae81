"""The test shop's answers about what was bought: subscriptions, invoices, charges, refunds and disputes."""

from __future__ import annotations

from ports.payments.fake.books import Document, Ledger
from ports.payments.fake.forms import Parameters
from ports.payments.fake.invoices import finalise, pay, shown, void
from ports.payments.fake.refusals import Refusal, only
from ports.payments.fake.sales import page_of
from ports.payments.fake.subscriptions import LIVING, changed, end, set_cancellation


def retrieve_subscription(ledger: Ledger, parameters: Parameters, name: str) -> Document:
    only(parameters)
    return ledger.get("subscription", name)


def list_subscriptions(ledger: Ledger, parameters: Parameters) -> Document:
    only(parameters, "limit", "starting_after")
    return page_of(ledger.listed("subscription"), parameters)


def update_subscription(ledger: Ledger, parameters: Parameters, name: str) -> Document:
    only(parameters, "cancel_at_period_end", "cancel_at")
    subscription = ledger.get("subscription", name)
    if subscription["status"] not in LIVING:
        raise Refusal("A canceled subscription can only update its cancellation_details and metadata.")
    if "cancel_at" in parameters:
        at = parameters["cancel_at"]
        subscription.update(cancel_at=int(at) if at else None, canceled_at=ledger.now if at else None)
        changed(ledger, subscription)
    else:
        set_cancellation(ledger, subscription, parameters["cancel_at_period_end"] == "true")
    return subscription


def cancel_subscription(ledger: Ledger, parameters: Parameters, name: str) -> Document:
    """One that has ended can no more be found for this, as at Stripe."""
    only(parameters)
    subscription = ledger.get("subscription", name)
    if subscription["status"] not in LIVING:
        raise Refusal(f"No such subscription: '{name}'", "resource_missing", status=404)
    end(ledger, subscription)
    return subscription


def list_invoices(ledger: Ledger, parameters: Parameters) -> Document:
    only(parameters, "subscription", "status", "limit", "starting_after", "expand")
    expanded = ("payments",) if "data.payments" in parameters.get("expand", []) else ()
    invoices = ledger.listed("invoice", parameters.get("subscription"))
    asked = (invoice for invoice in invoices if parameters.get("status") in {None, invoice["status"]})
    return page_of((shown(invoice, *expanded) for invoice in asked), parameters)


def retrieve_invoice(ledger: Ledger, parameters: Parameters, name: str) -> Document:
    only(parameters)
    return shown(ledger.get("invoice", name))


def finalise_invoice(ledger: Ledger, parameters: Parameters, name: str) -> Document:
    """One that shall not be collected waits for somebody to pay or void it; one of zero is paid by this."""
    only(parameters, "auto_advance")
    invoice = ledger.get("invoice", name)
    if invoice["status"] != "draft":
        raise Refusal("This invoice is already finalized, you can't re-finalize a non-draft invoice.", "invoice_not_editable")
    if parameters.get("auto_advance") != "false":
        raise Refusal("The test shop finalises no invoice that it shall then collect.")
    invoice.update(auto_advance=False, next_payment_attempt=None)
    finalise(ledger, invoice)
    if not invoice["amount_due"]:
        pay(ledger, invoice)
    return shown(invoice)


def void_invoice(ledger: Ledger, parameters: Parameters, name: str) -> Document:
    only(parameters)
    invoice = ledger.get("invoice", name)
    if invoice["status"] not in {"open", "uncollectible"}:
        raise Refusal(f"You can only void an open invoice; this one is {invoice['status']}.", "invoice_not_editable")
    void(ledger, invoice)
    return shown(invoice)


def list_charges(ledger: Ledger, parameters: Parameters) -> Document:
    only(parameters, "customer", "limit", "starting_after")
    return page_of(ledger.listed("charge", parameters.get("customer")), parameters)


def retrieve_charge(ledger: Ledger, parameters: Parameters, name: str) -> Document:
    only(parameters)
    return ledger.get("charge", name)


def list_refunds(ledger: Ledger, parameters: Parameters) -> Document:
    only(parameters, "charge", "limit", "starting_after")
    return page_of(ledger.listed("refund", parameters.get("charge")), parameters)


def list_disputes(ledger: Ledger, parameters: Parameters) -> Document:
    only(parameters, "charge", "limit", "starting_after")
    return page_of(ledger.listed("dispute", parameters.get("charge")), parameters)
