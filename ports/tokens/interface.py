"""Tokens: opaque credentials of apps. Only digests are stored; codes and refresh tokens are consumed atomically."""

from __future__ import annotations

from typing import Protocol

from ports.interface import Implementation


class TokensUnavailable(Exception):
    """The store does not answer, or is full: whoever asked is not let in, and may try again."""


class Tokens(Implementation, Protocol):
    """Every method raises `TokensUnavailable`; a key is a token's digest. Lifetimes run by real time, whatever the clock port says."""

    def put(self, key: str, value: bytes, lifetime: int, family: str | None = None) -> None:
        """Store for `lifetime` seconds (at least 1); a family groups what is revoked together (a grant, or an account)."""
        ...

    def get(self, key: str) -> bytes | None: ...

    def take(self, key: str) -> bytes | None:
        """Read and remove in one atomic step: of any number of callers exactly one gets the value."""
        ...

    def revoke(self, key: str) -> None: ...

    def revoke_family(self, family: str) -> None:
        """Remove every token stored with that family so far; what is stored with it afterwards is valid again."""
        ...
