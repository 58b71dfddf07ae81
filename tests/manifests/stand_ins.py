"""What answers in the place of services that are elsewhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from werkzeug.wrappers import Request, Response

from ports.clock.system import SystemClock
from ports.payments.fake.books import Books
from ports.payments.fake.server import TestServer, headers_of
from tests.serving import serving

CHECKOUTS = "SELECT count(*) FROM object WHERE kind = 'checkout.session'"


@contextmanager
def stripe_stand_in(books: Path) -> Generator[str]:
    """The test shop's own small Stripe over HTTP, with its books in that file: its address."""
    server = TestServer(Books(books), SystemClock())

    @Request.application
    def answer(request: Request) -> Response:
        key = request.headers.get("Idempotency-Key")
        answered = server.answer(request.method, request.url, request.get_data(as_text=True), key)
        return Response(answered.body, answered.status, headers_of(answered))

    with serving(answer) as address:
        yield address


def checkouts_in(books: Path) -> int:
    """How many payment pages a shop has opened, by its books."""
    if not books.exists():
        return 0
    with closing(sqlite3.connect(f"file:{books}?mode=ro", uri=True)) as connection:
        return connection.execute(CHECKOUTS).fetchone()[0]
