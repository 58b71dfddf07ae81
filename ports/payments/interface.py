"""Card payments: a shop of our own, where orders are paid on the shop's pages and no card number ever comes near us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ports.purchases import Shop


class Interval(StrEnum):
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Order:
    """What is to be paid for."""

    id: str
    """Ours; the same order opened again is the same checkout."""
    account_id: str
    email: str
    customer: str | None
    """The shop's name for this account, where an earlier purchase told it; for one that it does not know any more it makes another."""
    plan: str
    """The plan's code, for machines."""
    title: str
    """What the plan is called, for people."""
    amount: int
    """Minor units, tax included."""
    currency: str
    """ISO 4217."""
    every: Interval
    trial_days: int
    """0 for none."""
    success_url: str
    """Where the shop sends the listener after paying."""
    cancel_url: str
    """Where it sends them who turned back."""


@dataclass(frozen=True)
class Checkout:
    """A payment page of the shop, for one order."""

    reference: str
    url: str | None
    """Where it is paid; None once it can no longer be."""
    expires_at: datetime
    purchase: str | None
    """The purchase chain it became, once it is paid (or its trial begun)."""


class Payments(Shop, Protocol):
    """A purchase or customer that the shop does not know is `NoSuchPurchase` in every method but `open_checkout`."""

    def origins(self) -> tuple[str, ...]:
        """The origins (`https://host`) that its payment pages lead over, for a page's policy; none where they are on this site."""
        ...

    def open_checkout(self, order: Order) -> Checkout:
        """Open the order's payment page. Opened again, the same order is the same checkout. Raises `ShopUnavailable`, `ShopRefused`."""
        ...

    def checkout(self, reference: str) -> Checkout:
        """What became of a checkout. Raises `NoSuchPurchase`, `ShopUnavailable`."""
        ...

    def close_checkout(self, reference: str) -> None:
        """Let nobody pay it any more; one that is paid or over already stays as it is. Raises `ShopUnavailable`."""
        ...

    def cancel(self, reference: str) -> None:
        """Let the purchase end with the period that is paid, at once where that is over; done twice it changes nothing.

        Raises `ShopUnavailable`, `ShopRefused`.
        """
        ...

    def resume(self, reference: str) -> None:
        """Take a `cancel` back before it has taken effect. Raises `ShopUnavailable`, `ShopRefused` where it has."""
        ...

    def end(self, reference: str) -> None:
        """End the purchase at once, charging nothing more; one that has ended stays so. Raises `ShopUnavailable`."""
        ...

    def account_page(self, customer: str, back: str) -> str:
        """The address of the shop's page where an open payment is made and the card is changed; it leads back to `back`.

        Good for a few minutes. Raises `ShopUnavailable`, `ShopRefused`.
        """
        ...
