"""Tokens in the memory of the one web process; a restart forgets them all."""

from __future__ import annotations

from functools import cache
from typing import ClassVar, Self

from ports.environment import Environment
from ports.expiring import ExpiringStore, StoreFull, refuse_several_processes
from ports.tokens.interface import Tokens, TokensUnavailable


class MemoryTokens(Tokens):
    """For one web process only: refuses to start where `WEB_CONCURRENCY` is more than 1."""

    fake: ClassVar[bool] = False

    def __init__(self, store: ExpiringStore | None = None) -> None:
        self._store = store or ExpiringStore()

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        refuse_several_processes(environment, "TOKENS")
        return cls(_of_this_process())

    def ping(self) -> None:
        """There is no service behind it."""

    def put(self, key: str, value: bytes, lifetime: int, family: str | None = None) -> None:
        try:
            self._store.put(key, value, lifetime, family)
        except StoreFull as error:
            raise TokensUnavailable(str(error)) from None

    def get(self, key: str) -> bytes | None:
        return self._store.get(key)

    def take(self, key: str) -> bytes | None:
        return self._store.take(key)

    def revoke(self, key: str) -> None:
        self._store.take(key)

    def revoke_family(self, family: str) -> None:
        self._store.remove_group(family)


@cache
def _of_this_process() -> ExpiringStore:
    """Website and API share it: what a listener allows on one, an app fetches from the other."""
    return ExpiringStore()
