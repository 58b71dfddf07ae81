"""The test shop's pages, where card payments are the fake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ports.environment import Environment
from ports.payments.interface import Payments
from ports.registry import port_of

if TYPE_CHECKING:
    from ports.payments.fake.pages import TestShopPages

FAKE = "fake"
MOUNTED_AT = "/test-shop"


def shop_pages(environment: Environment) -> dict[str, TestShopPages]:
    """What to mount, by its path: nothing where payments are real. A front end never needs a key of theirs, nor their library."""
    port = port_of(Payments)
    if port.chosen(environment) != FAKE:
        return {}
    port.allow_fake(environment)
    from ports.payments.fake.pages import TestShopPages  # noqa: PLC0415 - imported only when chosen, as implementations are

    return {MOUNTED_AT: TestShopPages.from_env(environment)}
