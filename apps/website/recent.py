"""What a process remembers for a few seconds, so that a hot request makes no trip."""

from __future__ import annotations

from typing import Generic, TypeVar

from ports.clock.interface import Clock

V = TypeVar("V")

SECONDS = 5
CAPACITY = 10_000


class Recent(Generic[V]):
    """A bounded memory whose entries are forgotten five seconds after they were put in."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, tuple[float, V]] = {}

    def get(self, key: str) -> V | None:
        until, value = self._entries.get(key, (0.0, None))
        return value if until > self._clock.now().timestamp() else None

    def put(self, key: str, value: V) -> None:
        if len(self._entries) >= CAPACITY:
            self._entries.clear()
        self._entries[key] = (self._clock.now().timestamp() + SECONDS, value)

    def forget(self, key: str) -> None:
        self._entries.pop(key, None)

    def clear(self) -> None:
        self._entries.clear()
