"""Apple's App Store: subscriptions bought in an app on an Apple device."""

from __future__ import annotations

from typing import Protocol

from ports.purchases import Shop


class AppleStore(Shop, Protocol):
    """A purchase's reference is its `originalTransactionId`. Its buyer is the `appAccountToken`, which Apple takes as a UUID only.

    Products are named by the plan's code. They are cancelled in the App Store, nowhere else.
    """
