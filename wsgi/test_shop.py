"""The test shop's pages, where card payments are the fake."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ports.container import Container
from ports.payments.interface import Payments
from ports.registry import port_of

if TYPE_CHECKING:
    from ports.payments.fake.pages import TestShopPages
    from ports.payments.fake.payments import FakePayments

MOUNTED_AT = "/test-shop"


def shop_pages(container: Container) -> dict[str, TestShopPages]:
    """What to mount, by its path: nothing where payments are real. A front end then needs no key of theirs, and builds none."""
    if not port_of(Payments).implementation(container.environment).fake:
        return {}
    return {MOUNTED_AT: cast("FakePayments", container.get(Payments)).pages()}
