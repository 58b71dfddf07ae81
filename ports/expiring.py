"""What one process remembers for a while: the memory implementations of tokens and web sessions."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from ports.environment import BootError, Environment

MOST_ENTRIES = 100_000


class StoreFull(Exception):
    """Nothing more can be remembered until something ends."""


def refuse_several_processes(environment: Environment, variable: str) -> None:
    """Raise `BootError` where other web processes would not see what this one remembers."""
    processes = environment.integer("WEB_CONCURRENCY", 1, least=1)
    if processes > 1:
        raise BootError(f"{variable}=memory serves one web process and WEB_CONCURRENCY is {processes}: set {variable}=redis.")


def check_lifetime(lifetime: int) -> int:
    """The lifetime itself; raises `ValueError` where it is less than a second."""
    if lifetime < 1:
        raise ValueError(f"A lifetime of {lifetime} seconds is over before it begins: give at least 1.")
    return lifetime


@dataclass(frozen=True)
class Entry:
    value: bytes
    ends: float
    group: str | None


class ExpiringStore:
    """Values under keys until their time is over, some of them in groups that end together. Safe to use from several threads."""

    def __init__(self, most: int = MOST_ENTRIES, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._monotonic = monotonic
        self._entries: dict[str, Entry] = {}
        self._groups: dict[str, set[str]] = {}
        self._lock = Lock()

    def put(self, key: str, value: bytes, lifetime: int, group: str | None = None) -> None:
        """Remember for `lifetime` seconds; raises `StoreFull`."""
        ends = self._monotonic() + check_lifetime(lifetime)
        with self._lock:
            self._remove(key)
            if len(self._entries) >= self._most:
                self._remove_ended()
            self._entries[key] = Entry(value, ends, group)
            if group is not None:
                self._groups.setdefault(group, set()).add(key)

    def get(self, key: str) -> bytes | None:
        with self._lock:
            return self._valid(self._entries.get(key))

    def take(self, key: str) -> bytes | None:
        """Read and remove: of any number of callers one gets the value."""
        with self._lock:
            return self._valid(self._remove(key))

    def remove_group(self, group: str) -> tuple[str, ...]:
        """Remove what was put with that group; the keys that it had."""
        with self._lock:
            keys = tuple(self._groups.get(group, ()))
            for key in keys:
                self._remove(key)
        return keys

    def _valid(self, entry: Entry | None) -> bytes | None:
        return entry.value if entry is not None and entry.ends > self._monotonic() else None

    def _remove(self, key: str) -> Entry | None:
        entry = self._entries.pop(key, None)
        if entry is not None and entry.group is not None:
            members = self._groups[entry.group]
            members.discard(key)
            if not members:
                del self._groups[entry.group]
        return entry

    def _remove_ended(self) -> None:
        now = self._monotonic()
        for key in [key for key, entry in self._entries.items() if entry.ends <= now]:
            self._remove(key)
        if len(self._entries) >= self._most:
            raise StoreFull(f"{self._most} entries are remembered already: nothing more until one ends.")
