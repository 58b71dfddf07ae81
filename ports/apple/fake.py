"""Purchases at Apple's App Store as files that say what it would tell; nothing is bought there."""

from __future__ import annotations

from typing import Any, ClassVar

from ports.app_stores.fake import FakeStore
from ports.apple.interface import AppleStore
from ports.apple.states import AppleSubscription, purchase_of


class FakeAppleStore(FakeStore[AppleSubscription], AppleStore):
    """The folder `test-apple` below `CELESTA_HOME`."""

    store: ClassVar[str] = "Apple's App Store"
    folder: ClassVar[str] = "test-apple"
    native: ClassVar[Any] = AppleSubscription
    translate: ClassVar[Any] = staticmethod(purchase_of)
