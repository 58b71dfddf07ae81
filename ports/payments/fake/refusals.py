"""Errors in Stripe's shape."""

from __future__ import annotations

from ports.payments.fake.books import Document
from ports.payments.fake.forms import Parameters


class Refusal(Exception):
    """The request is answered with this error."""

    def __init__(self, message: str, code: str | None = None, status: int = 400, kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status = status
        self.error: Document = {"type": kind, "code": code, "message": message}


def only(parameters: Parameters, *known: str) -> None:
    """Refuse parameters that Stripe does not know, as Stripe does, so that a slip is found here and not there."""
    for name in parameters:
        if name not in known:
            raise Refusal(f"Received unknown parameter: {name}", "parameter_unknown")
