"""A test shop of our own: the real card payments over a small Stripe in this process, where test cards pay and no money moves."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import ClassVar, Self

from ports.clock.interface import Clock
from ports.environment import Environment
from ports.payments.fake.books import Books, shop_file
from ports.payments.fake.server import TestServer
from ports.payments.fake.shop import TestShop
from ports.payments.fake.wire import InProcess
from ports.payments.stripe import StripePayments, connect
from ports.registry import another

log = logging.getLogger(__name__)


class FakePayments(StripePayments):
    """The shop's state is the file `test-shop.db` below `CELESTA_HOME`, its time the clock's, its pages are at `/test-shop` of the site.

    All processes that take part share the file: the website, which shows the pages, and Core, which asks.
    """

    fake: ClassVar[bool] = True

    def __init__(self, path: Path, clock: Clock) -> None:
        log.warning("card payments are a fake: a test shop in %s, where anybody subscribes and no money moves", path)
        books = Books(path)
        self.shop = TestShop(books, clock)
        super().__init__(connect("sk_test_shop", InProcess(TestServer(books, clock))), clock, self.shop.webhook_secrets)

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        return cls(shop_file(environment), another(Clock, environment))

    def origins(self) -> tuple[str, ...]:
        return ()
