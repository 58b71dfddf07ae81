"""Google Play: subscriptions bought in an app from Google Play."""

from __future__ import annotations

from typing import Protocol

from ports.purchases import Shop


class GoogleStore(Shop, Protocol):
    """A purchase's reference is its `purchaseToken`, its buyer the `obfuscatedExternalAccountId`. Products are named by the plan's code.

    A change of plans is a new purchase, whose facts name the old one as `linkedPurchaseToken`: Google tells of the old one that it
    has expired. They are cancelled in Google Play, nowhere else.
    """
