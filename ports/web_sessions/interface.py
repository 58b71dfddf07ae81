"""Web sessions: what the website remembers of one browser between requests."""

from __future__ import annotations

from typing import Protocol

from ports.interface import Implementation


class WebSessionsUnavailable(Exception):
    """The store does not answer, or is full: nobody is logged in meanwhile, and the request may be tried again."""


def check_value(value: bytes) -> bytes:
    """The value itself; raises `ValueError` where it is empty, which is how stores mark an ended session."""
    if not value:
        raise ValueError("A web session's value is never empty: end the session instead.")
    return value


class WebSessions(Implementation, Protocol):
    """Keys are digests of the cookie's value: whoever reads the store cannot take over a session.

    Every method raises `WebSessionsUnavailable`. Lifetimes run by real time, whatever the clock port says.
    """

    def load(self, key: str) -> bytes | None:
        """The stored bytes, or None where there is no such session or it has ended."""
        ...

    def save(self, key: str, value: bytes, lifetime: int, account_id: str | None = None) -> None:
        """Store a value (never empty) for `lifetime` seconds (at least 1) from now; with `account_id`, `end_all` ends the session too.

        An ended key is not for use again: saving under it within a minute does nothing, so that a request which loaded
        the session just before it ended cannot bring it back. Log-in and log-out therefore take a new key.
        """
        ...

    def end(self, key: str) -> None: ...

    def end_all(self, account_id: str) -> None:
        """End every session saved for that account."""
        ...
