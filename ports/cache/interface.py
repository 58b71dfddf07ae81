"""Cache: what may be lost at any time and made again."""

from __future__ import annotations

from typing import Protocol

from ports.interface import Implementation


class CacheUnavailable(Exception):
    """The counter cannot be counted now: whoever limits something by it decides whether to let it pass."""


class Cache(Implementation, Protocol):
    """A cache that is away is an empty one: only `increment` says so, because a wrong count would silently lift a limit."""

    def get(self, key: str) -> bytes | None:
        """The bytes, or None where they are not there any more; a counter reads as its decimal digits."""
        ...

    def put(self, key: str, value: bytes, lifetime: int) -> None:
        """Keep for at most `lifetime` seconds (at least 1)."""
        ...

    def delete(self, key: str) -> None:
        """Forget the value. Where the cache is away it may show again until its lifetime ends: put a version into keys that must not."""
        ...

    def increment(self, key: str, lifetime: int) -> int:
        """Add one to a counter and return it; a new counter ends `lifetime` seconds after its first increment.

        Exact among the callers that share the cache. Raises `CacheUnavailable`, and `ValueError` where the key holds no counter.
        """
        ...
