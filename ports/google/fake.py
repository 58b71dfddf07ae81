"""Purchases at Google Play as files that say what it would tell; nothing is bought there."""

from __future__ import annotations

from typing import Any, ClassVar

from ports.app_stores.fake import FakeStore
from ports.google.interface import GoogleStore
from ports.google.states import GooglePurchase, purchase_of


class FakeGoogleStore(FakeStore[GooglePurchase], GoogleStore):
    """The folder `test-google` below `CELESTA_HOME`."""

    store: ClassVar[str] = "Google Play"
    folder: ClassVar[str] = "test-google"
    native: ClassVar[Any] = GooglePurchase
    translate: ClassVar[Any] = staticmethod(purchase_of)
