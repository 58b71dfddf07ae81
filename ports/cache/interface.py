"""Cache: what may be lost at any time and made again."""

from __future__ import annotations

from typing import Protocol

from ports.interface import Implementation


class Cache(Implementation, Protocol):
    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, value: bytes, lifetime: int) -> None:
        """Keep for at most `lifetime` seconds."""
        ...

    def delete(self, key: str) -> None: ...

    def increment(self, key: str, lifetime: int) -> int:
        """Add one to a counter and return it; a new counter ends `lifetime` seconds after its first increment."""
        ...
