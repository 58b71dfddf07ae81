"""What every shop that sells subscriptions tells, in one language: card payments and the app stores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ports.interface import Implementation


class State(StrEnum):
    """Where a purchase stands. What each means for access is Core's to say."""

    PENDING = "pending"
    """Begun, not paid yet."""
    TRIAL = "trial"
    ACTIVE = "active"
    CANCELLING = "cancelling"
    """Paid until the end of its period and not renewed then."""
    GRACE = "grace"
    """A renewal failed and is tried again; access goes on until `grace_ends_at`."""
    ON_HOLD = "on_hold"
    """A renewal failed for too long; it may still recover."""
    PAUSED = "paused"
    EXPIRED = "expired"
    REVOKED = "revoked"
    """The money went back: a full refund, a lost dispute, or the store's decision."""


@dataclass(frozen=True)
class Refund:
    """Money that went back, by a refund or a lost dispute."""

    reference: str
    """The shop's name for it; the same for ever."""
    amount: int
    """Minor units of the charge's currency."""
    refunded_at: datetime


@dataclass(frozen=True)
class Charge:
    """One payment that succeeded."""

    reference: str
    """The shop's name for it; the same for ever."""
    amount: int
    """Minor units, tax included."""
    currency: str
    """ISO 4217."""
    paid_at: datetime
    period_starts_at: datetime
    period_ends_at: datetime
    """What was paid for."""
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True)
class Purchase:
    """One purchase chain, from its beginning through all renewals to its end, as the shop tells it at this moment."""

    reference: str
    """The shop's name for the chain; the same for ever."""
    buyer: str | None
    """The account's id, as we gave it to the shop with the order; None where the shop was given none."""
    customer: str | None
    """The shop's name for who pays; None where it has none."""
    plan: str
    """The plan's code."""
    state: State
    amount: int | None
    """Minor units, tax included, of each renewal; None where the shop does not say."""
    currency: str | None
    period_starts_at: datetime
    period_ends_at: datetime
    """Paid through; in a trial, its end."""
    grace_ends_at: datetime | None = None
    """In the state GRACE: how long access goes on."""
    renews: bool = False
    """Whether the shop will charge again by itself."""
    charges: tuple[Charge, ...] = ()
    """Every payment that succeeded so far, oldest first; empty for a shop that sends no money facts."""


@dataclass(frozen=True)
class Notification:
    """That something happened at the shop. It only says where to look: what is so now, the shop is asked."""

    id: str
    """The shop's name for it; sent again, it has the same."""
    kind: str
    reference: str | None
    """The purchase chain it is about; None where it names none."""
    customer: str | None = None
    """Where it names who pays instead."""


class ShopUnavailable(Exception):
    """The shop does not answer, or cannot at the moment; a later try may succeed. The message is for operators and holds no secret."""


class ShopRefused(Exception):
    """The shop answered, and will not do it: the request does not fit what is so there."""


class NoSuchPurchase(Exception):
    """The shop knows no purchase of that name."""


class NotAuthentic(Exception):
    """A notification that the shop did not send, or that is older than it may be."""


class NotConfigured(Exception):
    """What is needed to check a notification is missing: nothing is believed until it is set."""


class Shop(Implementation, Protocol):
    """Where subscriptions are bought. What it says of a purchase is the truth; nothing else is."""

    def purchase(self, reference: str) -> Purchase:
        """The truth about one purchase chain. Raises `NoSuchPurchase`, `ShopUnavailable`; `ShopRefused` where nothing is sold there."""
        ...

    def read_notification(self, body: bytes, proof: str) -> Notification:
        """Check and read what arrived; `proof` is the header that signs it, empty where there was none.

        Kinds that nobody knows yet are read all the same. Raises `NotAuthentic`, `NotConfigured`, and `ShopUnavailable` where it is
        authentic and the shop has to be asked whom it is about, but does not answer: it is to be sent again.
        """
        ...
