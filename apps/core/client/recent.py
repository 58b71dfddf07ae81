"""What a process remembers for a few seconds, so that a hot request makes no trip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")

SECONDS = 5.0
CAPACITY = 10_000


class Recent(Generic[V]):
    """A bounded memory whose entries are forgotten five seconds after they were asked for; `timer` counts the seconds."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self.timer = timer
        self._entries: dict[str, tuple[float, V]] = {}

    def get(self, key: str) -> V | None:
        until, value = self._entries.get(key, (0.0, None))
        return value if until > self.timer() else None

    def put(self, key: str, value: V, asked_at: float | None = None) -> None:
        """`asked_at` is when the timer was read before the value was asked for: what it says may be as old as that."""
        if len(self._entries) >= CAPACITY:
            self._entries.clear()
        self._entries[key] = ((self.timer() if asked_at is None else asked_at) + SECONDS, value)

    def forget(self, key: str) -> None:
        self._entries.pop(key, None)

    def clear(self) -> None:
        self._entries.clear()
