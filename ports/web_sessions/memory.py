"""Web sessions in the memory of the one web process; a restart logs everybody out."""

from __future__ import annotations

from threading import Lock
from typing import ClassVar, Self

from ports.environment import Environment
from ports.expiring import ExpiringStore, StoreFull, refuse_several_processes
from ports.web_sessions.interface import WebSessions, WebSessionsUnavailable, check_value

ENDED = b""
"""An ended session is an empty value until the key may be forgotten."""
ENDED_FOR = 60
"""Seconds in which an ended key stays unusable: longer than any request that may still hold the session takes."""


class MemoryWebSessions(WebSessions):
    """For one web process only: refuses to start where `WEB_CONCURRENCY` is more than 1."""

    fake: ClassVar[bool] = False

    def __init__(self, store: ExpiringStore | None = None) -> None:
        self._store = store or ExpiringStore()
        self._lock = Lock()

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        refuse_several_processes(environment, "SESSIONS")
        return cls()

    def ping(self) -> None:
        """There is no service behind it."""

    def load(self, key: str) -> bytes | None:
        return self._store.get(key) or None

    def save(self, key: str, value: bytes, lifetime: int, account_id: str | None = None) -> None:
        check_value(value)
        with self._lock:
            if self._store.get(key) == ENDED:
                return
            try:
                self._store.put(key, value, lifetime, account_id)
            except StoreFull as error:
                raise WebSessionsUnavailable(str(error)) from None

    def end(self, key: str) -> None:
        with self._lock:
            if self._store.take(key) is not None:
                self._store.put(key, ENDED, ENDED_FOR)

    def end_all(self, account_id: str) -> None:
        with self._lock:
            for key in self._store.remove_group(account_id):
                self._store.put(key, ENDED, ENDED_FOR)
