"""Billing: plans that are sold, subscriptions and what they pay. Card numbers never come here: shops take the money."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import (
    ANYONE,
    BACK_OFFICE,
    LISTENER,
    SHOP,
    STAFF,
    Command,
    Done,
    Event,
    Permission,
    Query,
    Scope,
)
from apps.core.contract.ids import AccountId, PaymentId, SubscriptionId
from apps.core.contract.paging import Cursor, Page, PageSize
from ports.payments.interface import Interval
from ports.purchases import State

LARGEST_NOTIFICATION = 128 * 1024
"""Bytes. The largest that shops send are a few dozen kilobytes."""

PlanCode = Annotated[str, Meta(min_length=1, max_length=30, pattern=r"^[a-z][a-z0-9-]*(?!\n)$")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}(?!\n)$")]
"""ISO 4217."""
Address = Annotated[str, Meta(max_length=500, pattern=r"^https?://[\x21-\x7e]+(?!\n)$")]
"""A page of the front end, for a shop to come back to."""
Reference = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[\x21-\x7e]+(?!\n)$")]
"""A shop's name for a purchase."""


OVER = frozenset({State.EXPIRED, State.REVOKED})
"""States that nothing comes after, and that keep nobody from subscribing again."""


class Shop(StrEnum):
    """Where a subscription was bought."""

    CARD = "card"
    APPLE = "apple"
    GOOGLE = "google"
    AMAZON = "amazon"


class Offer(msgspec.Struct, frozen=True):
    """A plan as it is sold to the actor: in one currency, tax included."""

    code: PlanCode
    title: str
    every: Interval
    """How often it is paid; of a trial, once it is over."""
    amount: int
    """Minor units of `currency`, tax included; of a trial, each payment once it is over."""
    tax: int
    """The part of `amount` that is tax where the actor is."""
    currency: Currency
    trial_days: int
    """How long nothing is paid at first; 0 where it is no trial."""
    streams: int
    """How many devices may play at the same time."""
    devices: int
    """How many devices may keep music offline."""


class Offers(msgspec.Struct, frozen=True):
    plans: tuple[Offer, ...]
    shop_origins: tuple[str, ...]
    """Where paying leads besides this site: a browser must be allowed to follow a form there."""


class Subscription(msgspec.Struct, frozen=True):
    """A subscription as its owner sees it, now."""

    id: SubscriptionId
    shop: Shop
    plan: PlanCode
    title: str
    """The plan's."""
    state: State
    amount: int | None
    """Minor units of `currency`, tax included, of each renewal; None where the shop does not say."""
    currency: Currency | None
    every: Interval | None
    began_at: datetime
    period_ends_at: datetime
    """Paid through; of a trial, its end."""
    access_ends_at: datetime | None
    """The first moment it gives nothing any more unless it is paid further; None where it gives nothing now."""
    renews: bool
    may_cancel: bool
    may_resume: bool
    must_pay: bool
    """A payment failed, and the listener has to do something."""


class Subscriptions(msgspec.Struct, frozen=True):
    """The actor's own, newest first."""

    all: tuple[Subscription, ...]
    shop_origins: tuple[str, ...]
    """Where paying leads besides this site."""

    @property
    def giving_access(self) -> tuple[Subscription, ...]:
        """More than one where somebody bought in two shops, and pays twice."""
        return tuple(one for one in self.all if one.access_ends_at is not None)

    @property
    def running(self) -> tuple[Subscription, ...]:
        """Those that are not over, whether they give access or not."""
        return tuple(one for one in self.all if one.state not in OVER)

    @property
    def current(self) -> Subscription | None:
        """The one that matters most."""
        return next(iter(self.giving_access or self.running), None)


class Payment(msgspec.Struct, frozen=True):
    """One payment of the actor's."""

    id: PaymentId
    title: str
    """The plan's."""
    shop: Shop
    amount: int
    """Minor units of `currency`, tax included."""
    tax: int
    """The part of `amount` that is tax."""
    refunded: int
    """The part of `amount` that went back."""
    currency: Currency
    paid_at: datetime
    period_starts_at: datetime
    period_ends_at: datetime


class CheckoutPage(msgspec.Struct, frozen=True):
    """Where a plan is paid."""

    number: int
    """The actor's name for the checkout."""
    url: str


class PaymentPage(msgspec.Struct, frozen=True):
    """Where an open payment is made and the card is changed."""

    url: str


class CheckoutResult(msgspec.Struct, frozen=True):
    """What became of a checkout."""

    subscription: Subscription | None
    """None while it is not paid."""
    closed: bool
    """Whether it can no longer be paid."""


class PurchaseName(msgspec.Struct, frozen=True):
    shop: Shop
    reference: Reference


class CheckoutName(msgspec.Struct, frozen=True):
    account_id: AccountId
    number: int


class Unsettled(msgspec.Struct, frozen=True):
    """What the shops are to be asked about, most urgent first."""

    purchases: tuple[PurchaseName, ...]
    checkouts: tuple[CheckoutName, ...]


class LedgerBalance(msgspec.Struct, frozen=True):
    """What stands in one account of the ledger."""

    account: str
    currency: Currency
    debit: int
    credit: int
    """Minor units, everything ever entered."""


class SubscriptionChanged(Event, frozen=True):
    """A subscription came into another state."""

    account_id: AccountId
    subscription_id: SubscriptionId
    state: State


class ListPlans(Query[Offers], frozen=True):
    """What is sold to the actor, in the currency of their territory. The trial is offered to whoever never had a subscription."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.ACCOUNT


class ListSubscriptions(Query[Subscriptions], frozen=True):
    """The actor's subscriptions, newest first, those that are over included."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.ACCOUNT


class ListPayments(Query[Page[Payment]], frozen=True):
    """What the actor paid, newest first."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.ACCOUNT

    cursor: Cursor | None = None
    size: PageSize = 50


class StartCheckout(Command[CheckoutPage], frozen=True):
    """Go and pay for a plan. Asked again for the same plan, it is the same payment page.

    The shop comes back to `success`, with the parameter `checkout` added, and to `cancelled`. Raises NotFound where the plan is not
    sold here, Conflict where the actor has a subscription already, Unavailable where the shop does not answer.
    """

    permission: ClassVar[Permission] = LISTENER

    plan: PlanCode
    success: Address
    cancelled: Address


class ConfirmCheckout(Command[CheckoutResult], frozen=True):
    """Look at the shop what became of the actor's own checkout, and record it. Raises NotFound, Unavailable."""

    permission: ClassVar[Permission] = LISTENER

    number: Annotated[int, Meta(ge=1, le=1_000_000)]


class CancelSubscription(Command[Subscription], frozen=True):
    """Let a subscription end with what is paid. Raises NotFound, Conflict where it was bought elsewhere or is over, Unavailable."""

    permission: ClassVar[Permission] = LISTENER

    subscription_id: SubscriptionId


class ResumeSubscription(Command[Subscription], frozen=True):
    """Take a cancellation back before it has taken effect. Raises NotFound, Conflict where it has, Unavailable."""

    permission: ClassVar[Permission] = LISTENER

    subscription_id: SubscriptionId


class OpenPaymentPage(Command[PaymentPage], frozen=True):
    """The shop's page where an open payment is made and the card is changed; it leads back to `back`.

    Raises NotFound, Conflict where it was bought elsewhere, Unavailable.
    """

    permission: ClassVar[Permission] = LISTENER

    subscription_id: SubscriptionId
    back: Address


class CheckSubscription(Command[Subscription], frozen=True):
    """Ask the shop now what is so with the actor's own subscription: for a listener who comes back from there.

    Raises NotFound, Unavailable. Emits SubscriptionChanged.
    """

    permission: ClassVar[Permission] = LISTENER

    subscription_id: SubscriptionId


class ClaimPurchase(Command[Subscription], frozen=True):
    """Bind what was bought in an app store to the actor's account; claimed again, nothing changes.

    Raises NotFound where the store knows no such purchase, Conflict where it belongs to another account, Unavailable.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PURCHASES

    shop: Shop
    reference: Reference


class ReceiveNotification(Command[Done], frozen=True):
    """Take in what a shop sent, once, whatever it says: it only tells where to look. `proof` is the header that signs it.

    Raises Forbidden where the shop did not send it, Unavailable where nothing is set to check that with.
    """

    permission: ClassVar[Permission] = SHOP
    routine: ClassVar[bool] = True

    shop: Shop
    body: Annotated[bytes, Meta(max_length=LARGEST_NOTIFICATION)]
    proof: Annotated[str, Meta(max_length=8192)]


class RefreshSubscription(Command[Done], frozen=True):
    """Ask the shop what is so with a purchase now, and record that; what an earlier question was answered never overwrites it.

    What the shop does not know, or no account here bought, is put aside. Raises Unavailable. Emits SubscriptionChanged.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    shop: Shop
    reference: Reference


class StopCharging(Command[Done], frozen=True):
    """Let everything that an account pays by card end with what is paid: it may not be used any more. Raises Unavailable."""

    permission: ClassVar[Permission] = BACK_OFFICE

    account_id: AccountId


class SettleCheckout(Command[CheckoutResult], frozen=True):
    """What `ConfirmCheckout` does, for a listener who did not come back. Raises NotFound, Unavailable. Emits SubscriptionChanged."""

    permission: ClassVar[Permission] = BACK_OFFICE

    account_id: AccountId
    number: Annotated[int, Meta(ge=1, le=1_000_000)]


class ClaimUnsettled(Command[Unsettled], frozen=True):
    """Take on what is to be looked at: purchases of which notice came or whose time has come, and checkouts nobody came back from.

    Nobody else is given the same for some minutes; what was not looked at by then is given out again.
    """

    permission: ClassVar[Permission] = BACK_OFFICE


class GetLedger(Query[tuple[LedgerBalance, ...]], frozen=True):
    """The balance of every account of the ledger, by account and currency. In each currency all debits equal all credits."""

    permission: ClassVar[Permission] = STAFF
