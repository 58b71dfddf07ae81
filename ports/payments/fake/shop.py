"""The test shop from its other side: what customers, their banks and time do."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager

from ports.clock.interface import Clock
from ports.payments.fake import checkouts, money_back
from ports.payments.fake.books import Books, Document, Ledger, Missing
from ports.payments.fake.cards import set_card
from ports.payments.fake.events import Delivery, all_events, claim, mark_delivered
from ports.payments.fake.passing import catch_up
from ports.payments.fake.subscriptions import LIVING, forget_customer, leave_unpaid, pause, pay_invoice
from ports.payments.stripe_signature import sign
from ports.purchases import NoSuchPurchase, ShopRefused


class TestShop:
    """Each method is one thing that happens now, by the clock. Names are Stripe's, as purchases and checkouts carry them.

    Raises `NoSuchPurchase` for a name the shop does not know, `ShopRefused` for what cannot happen as things stand.
    """

    __test__ = False
    """It is no test, whatever pytest makes of its name."""

    def __init__(self, books: Books, clock: Clock) -> None:
        self._books = books
        self._clock = clock

    def pay(self, checkout: str) -> str:
        """Pay an open checkout with a card that works: the name of the purchase."""
        with self.books() as ledger:
            return checkouts.pay_checkout(ledger, _open_checkout(ledger, checkout))["id"]

    def decline(self, checkout: str) -> None:
        """Try to pay an open checkout with a card that is declined: it stays open and nothing is bought."""
        with self.books() as ledger:
            _open_checkout(ledger, checkout)

    def abandon(self, checkout: str) -> None:
        """Leave an open checkout unpaid until it has expired."""
        with self.books() as ledger:
            checkouts.expire(ledger, _open_checkout(ledger, checkout))

    def set_card(self, customer: str, works: bool) -> None:
        """From now on the customer's payments work, or are declined. What was declined before is not tried again by that."""
        with self.books() as ledger:
            set_card(ledger, customer, works)

    def pay_open_invoice(self, purchase: str) -> bool:
        """Pay what a purchase still owes with the customer's card, now: whether that went well."""
        with self.books() as ledger:
            ledger.get("subscription", purchase)
            unpaid = [invoice for invoice in ledger.listed("invoice", purchase) if invoice["status"] == "open"]
            if not unpaid:
                raise ShopRefused(f"The purchase {purchase} has no open invoice.")
            return pay_invoice(ledger, unpaid[-1])

    def pause(self, purchase: str) -> None:
        """Have a purchase that lives pause: nothing is charged any more, and it does not end by itself."""
        with self.books() as ledger:
            pause(ledger, _living(ledger, purchase))

    def leave_unpaid(self, purchase: str) -> None:
        """Give up on what a purchase that lives owes, without ending it. Paid by hand, it is active again."""
        with self.books() as ledger:
            leave_unpaid(ledger, _living(ledger, purchase))

    def forget(self, name: str) -> None:
        """Lose a purchase as if it had never been, or delete a customer, which ends what they have."""
        with self.books() as ledger:
            try:
                ledger.get("subscription", name)
            except Missing:
                forget_customer(ledger, ledger.get("customer", name))
            else:
                ledger.forget(name, "invoice")

    def refund(self, charge: str, amount: int | None = None) -> str:
        """Give back that much of a charge, or all that is left of it: the refund's name."""
        with self.books() as ledger:
            charged = ledger.get("charge", charge)
            left = charged["amount_captured"] - charged["amount_refunded"]
            given = left if amount is None else amount
            if not 0 < given <= left:
                raise ShopRefused(f"Of the charge {charge} {left} can be given back, not {given}.")
            return money_back.refund(ledger, charged, given)["id"]

    def fail_refund(self, refund: str) -> None:
        """Have a refund fail after all, days after it had succeeded, as where the card's account is closed."""
        with self.books() as ledger:
            refunded = ledger.get("refund", refund)
            if refunded["status"] != "succeeded":
                raise ShopRefused(f"The refund {refund} has failed already.")
            money_back.fail(ledger, refunded)

    def dispute(self, charge: str) -> str:
        """Have the cardholder dispute a charge: the dispute's name."""
        with self.books() as ledger:
            return money_back.dispute(ledger, ledger.get("charge", charge))["id"]

    def decide(self, dispute: str, won: bool) -> None:
        """Decide a dispute: we keep the money (won), or the cardholder does."""
        with self.books() as ledger:
            money_back.decide(ledger, ledger.get("dispute", dispute), won)

    def events(self) -> list[Document]:
        """Everything that has happened, as Stripe's events, from the first on."""
        with self.books() as ledger:
            return all_events(ledger)

    def undelivered(self) -> list[Document]:
        """The events that no site has been told of, from the first on."""
        with self.books() as ledger:
            return all_events(ledger, undelivered=True)

    def claim(self, clock: float) -> tuple[str, Delivery] | None:
        """The site's origin and the next event to tell it of by the time `clock`; nothing where there is none, or no site yet."""
        with self.books() as ledger:
            site = ledger.setting("site")
            delivery = claim(ledger, clock) if site is not None else None
            return None if site is None or delivery is None else (site, delivery)

    def delivered(self, event: str) -> None:
        """The site has been told of this event."""
        with self.books() as ledger:
            mark_delivered(ledger, event)

    def signed(self, event: Document) -> tuple[bytes, str]:
        """An event as it is delivered now: the body, and the header `Stripe-Signature`."""
        body = json.dumps(event, indent=2).encode()
        return body, sign(body, int(self._clock.now().timestamp()), self.webhook_secrets()[0])

    def webhook_secrets(self) -> tuple[str, ...]:
        """What signs notifications, made when the shop was first opened."""
        with self.books() as ledger:
            return (str(ledger.setting("webhook_secret")),)

    @contextmanager
    def books(self) -> Generator[Ledger]:
        """The books, open, with everything in them that was due by now."""
        now = int(self._clock.now().timestamp())
        try:
            with self._books.open(now) as ledger:
                catch_up(ledger, now)
                yield ledger
        except Missing as missing:
            raise NoSuchPurchase(f"The test shop knows nothing of that name: {missing}.") from missing


def _open_checkout(ledger: Ledger, name: str) -> Document:
    session = ledger.get("checkout.session", name)
    if session["status"] != "open":
        raise ShopRefused(f"The checkout {name} can no longer be paid: it is {session['status']}.")
    return session


def _living(ledger: Ledger, purchase: str) -> Document:
    subscription = ledger.get("subscription", purchase)
    if subscription["status"] not in LIVING:
        raise ShopRefused(f"The purchase {purchase} has ended.")
    return subscription
