"""The Amazon Appstore: subscriptions bought in an app on an Amazon device."""

from __future__ import annotations

from typing import Protocol

from ports.purchases import Shop


class AmazonStore(Shop, Protocol):
    """A purchase's reference is `<user id>:<receipt id>`, as Amazon is asked for both; the receipt stays one through all renewals.

    Its buyer is the `appUserId`. Amazon tells no money: neither amount nor charges. Products are named by the plan's code. They
    are cancelled at Amazon, nowhere else.
    """
