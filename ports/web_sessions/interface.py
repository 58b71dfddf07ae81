"""Web sessions: what the website remembers of one browser between requests."""

from __future__ import annotations

from typing import Protocol

from ports.interface import Implementation


class WebSessions(Implementation, Protocol):
    """Keys are digests of the cookie's value: whoever reads the store cannot take over a session."""

    def load(self, key: str) -> bytes | None:
        """The stored bytes, or None where there is no such session or it has ended."""
        ...

    def save(self, key: str, value: bytes, lifetime: int, account_id: str | None = None) -> None:
        """Store for `lifetime` seconds from now; with `account_id` the session is ended by `end_all` too."""
        ...

    def end(self, key: str) -> None: ...

    def end_all(self, account_id: str) -> None:
        """End every session saved for that account."""
        ...
