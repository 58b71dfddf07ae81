"""What happens in the test shop by itself as time passes."""

from __future__ import annotations

from collections.abc import Callable

from ports.payments.fake.books import Document, Ledger
from ports.payments.fake.checkouts import expire
from ports.payments.fake.subscriptions import collect, come_to_period_end

HAPPENS: dict[str, Callable[[Ledger, Document], None]] = {
    "checkout.session": expire,
    "invoice": collect,
    "subscription": come_to_period_end,
}


def catch_up(ledger: Ledger, now: int) -> None:
    """Let everything happen that was due by now, each at its own moment and in order."""
    while (due := ledger.next_due(now)) is not None:
        ledger.now, document = due
        HAPPENS[document["object"]](ledger, document)
    ledger.now = now
