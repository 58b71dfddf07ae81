"""No purchases at the Amazon Appstore: it is not switched on."""

from __future__ import annotations

from typing import ClassVar

from ports.amazon.interface import AmazonStore
from ports.app_stores.off import OffStore


class OffAmazonStore(OffStore, AmazonStore):
    store: ClassVar[str] = "the Amazon Appstore"
    variable: ClassVar[str] = "AMAZON"
