"""Checkouts: one payment page at a time for an account, however often it is asked for, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from apps.core.accounts.models import AccountRow
from apps.core.billing.models import CheckoutRow, SubscriptionRow
from apps.core.billing.offers import find_offer
from apps.core.billing.rules import Known, state_at
from apps.core.billing.shops import Shops, Truth, asking
from apps.core.billing.taxes import Taxes
from apps.core.contract.actions import Actor
from apps.core.contract.billing import OVER, CheckoutPage, Offer, Shop, StartCheckout
from apps.core.contract.errors import Conflict, NotFound
from apps.core.contract.ids import AccountId
from apps.core.database import FOR_CHANGE, insert, reader
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock
from ports.payments.interface import Checkout, Order
from ports.purchases import NoSuchPurchase

STILL_GOOD = timedelta(minutes=5)
"""A page that ends sooner is not shown again: nobody could type a card's number in time."""
FIRST_LOOK, FURTHER_LOOKS = timedelta(minutes=2), timedelta(minutes=10)
"""When the shop is asked about a checkout that its listener did not come back from."""
TABLE = CheckoutRow


@dataclass(frozen=True)
class Wish:
    """What somebody wants to pay for."""

    account_id: AccountId
    email: str
    customer: str | None
    territory: str
    number: int
    """Of the checkout that would be opened for it."""
    offer: Offer
    plan: str
    """The plan that is paid, which of a trial is another."""
    success: str
    cancelled: str

    def order(self) -> Order:
        offer, parameter = self.offer, urlencode({"checkout": self.number})
        order = Order(
            id="", account_id=self.account_id, email=self.email, customer=self.customer, plan=self.plan, title=offer.title,
            amount=offer.amount, currency=offer.currency, every=offer.every, trial_days=offer.trial_days,
            success_url=f"{self.success}{'&' if urlsplit(self.success).query else '?'}{parameter}", cancel_url=self.cancelled,
        )  # fmt: skip
        # The same order, asked for by two at once, has the same name and so is the same checkout; another order has another.
        return replace(order, id=hashlib.sha256(repr(order).encode()).hexdigest())


@dataclass(frozen=True)
class Looked:
    """What the shop said of a checkout."""

    account_id: AccountId
    number: int
    territory: str
    checkout: Checkout | None
    """None where the shop knows it no more."""
    truth: Truth | None
    """About the purchase it became."""


@dataclass(frozen=True)
class Checkouts:
    shops: Shops
    plans: Plans
    taxes: Taxes
    clock: Clock

    def wish(self, action: StartCheckout, actor: Actor) -> Wish:
        """Raises `NotFound` where the plan is not sold here, `Conflict` where they have a subscription or had their trial."""
        assert actor.account_id is not None
        offer = find_offer(self.plans, self.taxes, action.plan, actor.territory)
        if offer is None:
            raise NotFound("This plan is not sold here.", "Choose one of those that are.")
        trial = self.plans.trial if offer.trial_days else None
        with reader() as connection:
            had = self._refuse_subscribers(connection, actor.account_id)
            email = connection.scalars(select(AccountRow.email).where(AccountRow.id == actor.account_id)).one()
            last = connection.scalar(select(func.max(TABLE.number)).where(TABLE.account_id == actor.account_id))
        if trial and had:
            raise Conflict("You have had your free trial.", "Choose one of the other plans.")
        return Wish(
            account_id=actor.account_id, email=email, customer=next((one.customer for one in had if one.customer), None),
            territory=actor.territory, number=(last or 0) + 1, offer=offer, plan=trial.becomes if trial else offer.code,
            success=action.success, cancelled=action.cancelled,
        )  # fmt: skip

    def page_open_for(self, wish: Wish) -> CheckoutPage | None:
        """The page that is open for just this. Another one is closed; raises `Conflict` where that was paid."""
        offer = wish.offer
        open_now = select(TABLE.number, TABLE.plan, TABLE.amount, TABLE.currency, TABLE.reference, TABLE.url, TABLE.expires_at)
        with reader() as connection:
            known = connection.execute(open_now.where(TABLE.account_id == wish.account_id, TABLE.closed_at.is_(None))).first()
        if known is None:
            return None
        good = known.expires_at > self.clock.now() + STILL_GOOD
        if good and (known.plan, known.amount, known.currency) == (offer.code, offer.amount, offer.currency):
            return CheckoutPage(known.number, known.url)
        with asking(Shop.CARD), suppress(NoSuchPurchase):  # of an account at the shop that was ours before
            self.shops.card.close_checkout(known.reference)
            if self.shops.card.checkout(known.reference).purchase:
                raise Conflict("You have just paid for a plan.", "Look at your subscription's page, where it shows in a moment.")
        return None

    def open(self, wish: Wish) -> tuple[Wish, Checkout]:
        """A page of the shop for the wish, which has another number where an order of that number was lost. Raises `Unavailable`."""
        with asking(Shop.CARD):
            opened = self.shops.card.open_checkout(wish.order())
        if opened.purchase:
            # Paid, and never written down: the listener is sent to where that is done.
            return wish, replace(opened, url=wish.order().success_url)
        if opened.url is None or opened.expires_at <= self.clock.now():
            # Opened long ago by somebody who did not live to write it down.
            return self.open(replace(wish, number=wish.number + 1))
        return wish, opened

    def keep(self, session: Session, wish: Wish, opened: Checkout) -> CheckoutPage:
        """Write the new page down instead of an earlier one. Raises `Conflict` where they chose something else at the same moment."""
        session.execute(select(AccountRow.id).where(AccountRow.id == wish.account_id).with_for_update(**FOR_CHANGE))
        self._refuse_subscribers(session, wish.account_id)
        now, mine = self.clock.now(), TABLE.account_id == wish.account_id
        earlier = mine & TABLE.closed_at.is_(None) & (TABLE.number < wish.number)
        session.execute(update(TABLE).where(earlier).values(closed_at=now, look_again_at=None))
        row = insert(session, TABLE).values(
            account_id=wish.account_id, number=wish.number, plan=wish.offer.code, territory=wish.territory, amount=wish.offer.amount,
            currency=wish.offer.currency, reference=opened.reference, url=opened.url, expires_at=opened.expires_at,
            look_again_at=now + FIRST_LOOK,
        )  # fmt: skip
        session.execute(row.on_conflict_do_nothing())
        kept = session.execute(select(TABLE.number, TABLE.reference, TABLE.url).where(mine, TABLE.closed_at.is_(None))).one()
        if kept.reference != opened.reference:
            raise Conflict("You are choosing a plan in another window, too.", "Go on there, or try again here in a moment.")
        return CheckoutPage(kept.number, kept.url)

    def look_at(self, account_id: AccountId, number: int) -> Looked:
        """Ask the shop; raises `NotFound`, `Unavailable`."""
        with reader() as connection:
            kept = select(TABLE.reference, TABLE.territory).where(TABLE.account_id == account_id, TABLE.number == number)
            known = connection.execute(kept).first()
        if known is None:
            raise NotFound("There is no such checkout.", "Choose a plan once more.")
        try:
            with asking(Shop.CARD):
                checkout = self.shops.card.checkout(known.reference)
        except NotFound:  # of an account at the shop that was ours before: nobody can pay it any more
            return Looked(account_id, number, known.territory, None, None)
        truth = self.shops.look_up(Shop.CARD, checkout.purchase) if checkout.purchase else None
        return Looked(account_id, number, known.territory, checkout, truth)

    def settle(self, session: Session, looked: Looked) -> bool:
        """Write down whether it can still be paid, and return whether it can not."""
        now, checkout = self.clock.now(), looked.checkout
        over = checkout is None or bool(checkout.purchase) or checkout.url is None or checkout.expires_at <= now
        row = session.get(TABLE, (looked.account_id, looked.number), with_for_update=FOR_CHANGE)
        assert row is not None
        row.closed_at = row.closed_at or (now if over else None)
        row.look_again_at = None if row.closed_at else now + FURTHER_LOOKS
        return row.closed_at is not None

    def _refuse_subscribers(self, connection: Connection | Session, account_id: AccountId) -> Sequence[Any]:
        """Their subscriptions, all of them over; raises `Conflict` where one is not."""
        table = SubscriptionRow
        mine = select(table.customer, table.state, table.period_ends_at, table.grace_ends_at).where(table.account_id == account_id)
        had = connection.execute(mine).all()
        if any(state_at(Known.of(one), self.clock.now()) not in OVER for one in had):
            raise Conflict("You have a subscription already.", "Look at your subscription's page for what you can change.")
        return had
