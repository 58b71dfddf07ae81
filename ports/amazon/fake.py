"""Purchases at the Amazon Appstore as files that say what it would tell; nothing is bought there."""

from __future__ import annotations

from typing import Any, ClassVar

from ports.amazon.interface import AmazonStore
from ports.amazon.states import AmazonPurchase, purchase_of
from ports.app_stores.fake import FakeStore


class FakeAmazonStore(FakeStore[AmazonPurchase], AmazonStore):
    """The folder `test-amazon` below `CELESTA_HOME`."""

    store: ClassVar[str] = "the Amazon Appstore"
    folder: ClassVar[str] = "test-amazon"
    native: ClassVar[Any] = AmazonPurchase
    translate: ClassVar[Any] = staticmethod(purchase_of)
