"""No purchases at Google Play: it is not switched on."""

from __future__ import annotations

from typing import ClassVar

from ports.app_stores.off import OffStore
from ports.google.interface import GoogleStore


class OffGoogleStore(OffStore, GoogleStore):
    store: ClassVar[str] = "Google Play"
    variable: ClassVar[str] = "GOOGLE"
