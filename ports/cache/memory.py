"""A cache in the memory of this process; other processes have their own."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import ClassVar, Self

from ports.cache.interface import Cache
from ports.environment import BootError, Environment
from ports.expiring import check_lifetime

MEGABYTE = 1 << 20
OVERHEAD = 300
"""Bytes that an entry takes beside its key and value, about."""


@dataclass(frozen=True)
class Cached:
    value: bytes
    ends: float


class MemoryCache(Cache):
    """Holds at most `CACHE_MEGABYTES` (default 64) and forgets what was used longest ago first.

    Where there are several web processes, what one deletes the others keep until its lifetime ends, and each counts for itself.
    """

    fake: ClassVar[bool] = False

    def __init__(self, most_bytes: int = 64 * MEGABYTE, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most_bytes = most_bytes
        self._monotonic = monotonic
        self._entries: OrderedDict[str, Cached] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        megabytes = environment.integer("CACHE_MEGABYTES", 64)
        if megabytes < 1:
            raise BootError(f"CACHE_MEGABYTES={megabytes} leaves no room for a cache: set it to 1 or more.")
        return cls(megabytes * MEGABYTE)

    def ping(self) -> None:
        """There is no service behind it."""

    def get(self, key: str) -> bytes | None:
        with self._lock:
            cached = self._valid(key)
            if cached is None:
                return None
            self._entries.move_to_end(key)
            return cached.value

    def put(self, key: str, value: bytes, lifetime: int) -> None:
        check_lifetime(lifetime)
        with self._lock:
            self._keep(key, Cached(value, self._monotonic() + lifetime))

    def delete(self, key: str) -> None:
        with self._lock:
            self._forget(key)

    def increment(self, key: str, lifetime: int) -> int:
        check_lifetime(lifetime)
        with self._lock:
            cached = self._valid(key) or Cached(b"0", self._monotonic() + lifetime)
            if not cached.value.isdigit():
                raise ValueError(f"{key} holds no counter: count under a key of its own.")
            count = int(cached.value) + 1
            self._keep(key, Cached(str(count).encode(), cached.ends))
        return count

    def _valid(self, key: str) -> Cached | None:
        cached = self._entries.get(key)
        if cached is not None and cached.ends <= self._monotonic():
            self._forget(key)
            return None
        return cached

    def _keep(self, key: str, cached: Cached) -> None:
        self._forget(key)
        self._entries[key] = cached
        self._bytes += _size(key, cached)
        while self._bytes > self._most_bytes:
            self._forget(next(iter(self._entries)))

    def _forget(self, key: str) -> None:
        cached = self._entries.pop(key, None)
        if cached is not None:
            self._bytes -= _size(key, cached)


def _size(key: str, cached: Cached) -> int:
    return len(key) + len(cached.value) + OVERHEAD
