"""No purchases at Apple's App Store: it is not switched on."""

from __future__ import annotations

from typing import ClassVar

from ports.app_stores.off import OffStore
from ports.apple.interface import AppleStore


class OffAppleStore(OffStore, AppleStore):
    store: ClassVar[str] = "Apple's App Store"
    variable: ClassVar[str] = "APPLE"
