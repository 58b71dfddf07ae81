"""The wire between Stripe's library and the test shop: none, they are in the same process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import stripe

from ports.payments.fake.server import TestServer, headers_of


class InProcess(stripe.HTTPClient):
    """Hands the library's requests to the test shop."""

    name: ClassVar[str] = "test-shop"

    def __init__(self, server: TestServer) -> None:
        super().__init__()
        self._server = server

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        key = (headers or {}).get("Idempotency-Key")
        answer = self._server.answer(method.upper(), url, post_data or "", key)
        return answer.body, answer.status, headers_of(answer)

    def close(self) -> None:
        """There is no connection."""
