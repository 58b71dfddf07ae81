"""What the test shop's pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ports.currencies import digits
from ports.payments.fake.books import Document, Ledger
from ports.payments.fake.cards import card, works
from ports.payments.stripe_money import from_stripe

SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
STANDINGS = {
    "trialing": "In its trial",
    "active": "Active",
    "past_due": "Its last payment failed",
    "paused": "Paused",
    "unpaid": "Its last payment failed for good",
    "canceled": "Ended",
}
STILL = {"paused": "Nothing is charged.", "unpaid": "No card is tried any more."}
INVOICES = {"draft": "charged within the hour", "open": "to be paid", "paid": "paid", "void": "given up", "uncollectible": "given up"}


@dataclass(frozen=True)
class CheckoutView:
    status: str
    title: str
    price: str
    """`£4.99 a month, tax included`."""
    trial_days: int
    email: str
    back: str
    success: str


@dataclass(frozen=True)
class InvoiceView:
    begins: str
    ends: str
    amount: str
    standing: str


@dataclass(frozen=True)
class SubscriptionView:
    name: str
    title: str
    price: str
    standing: str
    next_step: str
    """What happens next by itself, and when."""
    owes: str | None
    """What an open invoice asks for."""
    invoices: tuple[InvoiceView, ...]


@dataclass(frozen=True)
class AccountView:
    email: str
    customer: str
    card_works: bool
    card_digits: str
    site: str
    back: str
    subscriptions: tuple[SubscriptionView, ...]


def view_checkout(ledger: Ledger, name: str) -> CheckoutView:
    session = ledger.get("checkout.session", name)
    price = ledger.get("price", session["kept"]["price"])
    return CheckoutView(
        status=session["status"],
        title=_title(ledger, price),
        price=_rate(price),
        trial_days=session["kept"]["trial_days"],
        email=session["customer_details"]["email"],
        back=session["cancel_url"],
        success=session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]),
    )


def view_account(ledger: Ledger, name: str) -> AccountView:
    session = ledger.get("billing_portal.session", name)
    customer = ledger.get("customer", session["customer"])
    method = card(ledger, customer["id"])
    return AccountView(
        email=customer["email"],
        customer=customer["id"],
        card_works=works(method),
        card_digits=method["card"]["last4"],
        site=urlsplit(session["return_url"]).netloc,
        back=session["return_url"],
        subscriptions=tuple(_subscription(ledger, one) for one in ledger.listed("subscription", customer["id"])),
    )


def amount(told: int, currency: str) -> str:
    """`£4.99`, or `CHF 4.90`, of an amount as Stripe tells it."""
    code = currency.upper()
    places = digits(code)
    number = f"{from_stripe(told, code) / 10**places:,.{places}f}"
    return f"{SIGNS[code]}{number}" if code in SIGNS else f"{code} {number}"


def date(seconds: int) -> str:
    """`2 March 2026`."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.day} {moment:%B %Y}"


def _subscription(ledger: Ledger, subscription: Document) -> SubscriptionView:
    price = subscription["items"]["data"][0]["price"]
    invoices = list(ledger.listed("invoice", subscription["id"]))
    ended = subscription["status"] == "canceled"
    unpaid = [] if ended else [invoice for invoice in invoices if invoice["status"] == "open"]
    return SubscriptionView(
        name=subscription["id"],
        title=_title(ledger, price),
        price=_rate(price),
        standing=STANDINGS[subscription["status"]],
        next_step=_next_step(subscription, unpaid),
        owes=amount(unpaid[-1]["amount_due"], unpaid[-1]["currency"]) if unpaid else None,
        invoices=tuple(_invoice(invoice, ended) for invoice in invoices),
    )


def _next_step(subscription: Document, unpaid: list[Document]) -> str:
    if subscription["status"] == "canceled":
        return f"On {date(subscription['ended_at'])}."
    if subscription["status"] in STILL:
        return STILL[subscription["status"]]
    if unpaid and unpaid[-1]["next_payment_attempt"]:
        return f"The card is tried again on {date(unpaid[-1]['next_payment_attempt'])}."
    ends = date(subscription["cancel_at"] or subscription["items"]["data"][0]["current_period_end"])
    return f"Ends on {ends}." if subscription["cancel_at"] else f"The next payment is due on {ends}."


def _invoice(invoice: Document, ended: bool) -> InvoiceView:
    period = invoice["lines"]["data"][0]["period"]
    standing = INVOICES[invoice["status"]] if invoice["amount_due"] else "trial"
    if ended and invoice["status"] in {"draft", "open"}:
        standing = "not paid"
    return InvoiceView(date(period["start"]), date(period["end"]), amount(invoice["amount_due"], invoice["currency"]), standing)


def _title(ledger: Ledger, price: Document) -> str:
    return ledger.get("product", price["product"])["name"]


def _rate(price: Document) -> str:
    return f"{amount(price['unit_amount'], price['currency'])} a {price['recurring']['interval']}, tax included"
