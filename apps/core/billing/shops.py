"""Asking the shops, before the transaction begins: what they say is the truth, and nobody else waits for it on the database."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy import select

from apps.core.billing.models import SubscriptionRow
from apps.core.contract.billing import Shop
from apps.core.contract.errors import Conflict, Forbidden, NotFound, Unavailable
from apps.core.database import reader
from ports import purchases
from ports.amazon.interface import AmazonStore
from ports.apple.interface import AppleStore
from ports.container import Container
from ports.google.interface import GoogleStore
from ports.payments.interface import Payments
from ports.purchases import Notification, Purchase

log = structlog.get_logger("core.billing")


@dataclass(frozen=True)
class Truth:
    """What a shop said, and how often its word on this purchase had been recorded when it was asked."""

    shop: Shop
    purchase: Purchase
    looks: int


class Shops:
    """Every shop by its name."""

    def __init__(self, container: Container) -> None:
        self._container = container

    @property
    def card(self) -> Payments:
        return self._container.get(Payments)

    def of(self, shop: Shop) -> purchases.Shop:
        match shop:
            case Shop.CARD:
                return self.card
            case Shop.APPLE:
                return self._container.get(AppleStore)
            case Shop.GOOGLE:
                return self._container.get(GoogleStore)
            case _:
                return self._container.get(AmazonStore)

    def look_up(self, shop: Shop, reference: str) -> Truth:
        """The truth, after ending a purchase whose money went back and that would be charged again. Raises `NotFound`, `Unavailable`."""
        truth = self._ask(shop, reference)
        if truth.purchase.reference != reference:
            # It was asked for by another of its names.
            truth = self._ask(shop, truth.purchase.reference)
        if shop is Shop.CARD and truth.purchase.state is purchases.State.REVOKED and truth.purchase.renews:
            with asking(shop):
                self.card.end(reference)
            truth = self._ask(shop, reference)
        return truth

    def _ask(self, shop: Shop, reference: str) -> Truth:
        known = select(SubscriptionRow.looks).where(SubscriptionRow.shop == shop, SubscriptionRow.reference == reference)
        with reader() as connection:
            looks = connection.scalar(known) or 0
        with asking(shop):
            return Truth(shop, self.of(shop).purchase(reference), looks)

    def read_notification(self, shop: Shop, body: bytes, proof: str) -> Notification:
        """Raises `Forbidden`, `Unavailable`."""
        try:
            with asking(shop):
                return self.of(shop).read_notification(body, proof)
        except purchases.NotAuthentic as error:
            raise Forbidden(f"This was not sent by the shop: {error}.", "Send it as the shop signs it.") from None
        except purchases.NotConfigured as error:
            raise Unavailable(f"Nothing from this shop is believed: {error}.", "Tell the operators of this service.") from None


@contextmanager
def asking(shop: Shop) -> Generator[None]:
    """A shop's refusals in Core's words; what it said goes to the operators."""
    try:
        yield
    except purchases.NoSuchPurchase:
        raise NotFound("The shop knows no such purchase.", "Check it with the receipt of the shop.") from None
    except purchases.ShopUnavailable as error:
        log.warning("a shop does not answer", shop=shop, reason=str(error))
        raise Unavailable(
            "The payment service does not answer.", "Look again in a minute whether it was done, and repeat it if not."
        ) from None
    except purchases.ShopRefused as error:
        log.warning("a shop refused", shop=shop, reason=str(error))
        raise Conflict("The payment service did not accept this.", "Look again at what your subscription is now, and try again.") from None
