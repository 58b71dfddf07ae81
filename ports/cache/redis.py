"""A cache in a Redis of its own, shared by all processes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar, Self, TypeVar, cast

import redis

from ports.cache.interface import Cache, CacheUnavailable
from ports.environment import Environment
from ports.expiring import check_lifetime
from ports.redis_connection import connect, look_at

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

INCREMENT = """
local count = redis.pcall('INCR', KEYS[1])
if type(count) ~= 'number' then return false end
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""
PAUSE = 2.0
"""Seconds in which a cache that did not answer is not asked again: pages must not wait for it one by one."""


class RedisCache(Cache):
    """In the server of the secret `CACHE_URL`: not the one of tokens and tasks, since this one may evict."""

    fake: ClassVar[bool] = False

    def __init__(self, client: redis.Redis, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._monotonic = monotonic
        self._increment = client.register_script(INCREMENT)
        self._away_until: float | None = None

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        return cls(connect(environment, "CACHE_URL"))

    def ping(self) -> None:
        try:
            self._client.ping()
        except redis.RedisError as error:
            raise CacheUnavailable(f"The cache does not answer ({error}): {look_at('CACHE_URL')}") from error

    def get(self, key: str) -> bytes | None:
        with suppress(CacheUnavailable):
            return self._ask(lambda: cast(bytes | None, self._client.get(_name(key))))
        return None

    def put(self, key: str, value: bytes, lifetime: int) -> None:
        check_lifetime(lifetime)
        with suppress(CacheUnavailable):
            self._ask(lambda: self._client.set(_name(key), value, ex=lifetime))

    def delete(self, key: str) -> None:
        with suppress(CacheUnavailable):
            self._ask(lambda: self._client.delete(_name(key)))

    def increment(self, key: str, lifetime: int) -> int:
        check_lifetime(lifetime)
        count = self._ask(lambda: cast(int | None, self._increment(keys=[_name(key)], args=[lifetime])))
        if count is None:
            raise ValueError(f"{key} holds no counter: count under a key of its own.")
        return count

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        """The answer; raises `CacheUnavailable` while the server is away, which is logged when it goes and when it is back."""
        if self._away_until is not None and self._monotonic() < self._away_until:
            raise CacheUnavailable("The cache did not answer a moment ago.")
        try:
            answer = question()
        except redis.RedisError as error:
            if self._away_until is None:
                log.warning("the cache does not answer and is taken for empty: %s", error)
            self._away_until = self._monotonic() + PAUSE
            raise CacheUnavailable(f"The cache does not answer: {error}") from error
        if self._away_until is not None:
            log.warning("the cache answers again")
            self._away_until = None
        return answer


def _name(key: str) -> str:
    return f"cache:{key}"
