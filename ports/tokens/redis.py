"""Tokens in Redis: shared by all processes, kept across restarts."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import ClassVar, Self, cast

import redis

from ports.environment import Environment
from ports.expiring import check_lifetime
from ports.redis_connection import PUT, connect, look_at
from ports.tokens.interface import Tokens, TokensUnavailable

REVOKE_FAMILY = """
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('DEL', member) end
redis.call('DEL', KEYS[1])
"""


class RedisTokens(Tokens):
    """In the server of the secret `REDIS_URL`, which must not evict (`maxmemory-policy noeviction`)."""

    fake: ClassVar[bool] = False

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._put = client.register_script(PUT)
        self._revoke_family = client.register_script(REVOKE_FAMILY)

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        return cls(connect(environment, "REDIS_URL"))

    def ping(self) -> None:
        with _answers():
            self._client.ping()

    def put(self, key: str, value: bytes, lifetime: int, family: str | None = None) -> None:
        keys = [_token(key)] if family is None else [_token(key), _family(family)]
        with _answers():
            self._put(keys=keys, args=[value, check_lifetime(lifetime)])

    def get(self, key: str) -> bytes | None:
        with _answers():
            return cast(bytes | None, self._client.get(_token(key)))

    def take(self, key: str) -> bytes | None:
        with _answers():
            return cast(bytes | None, self._client.getdel(_token(key)))

    def revoke(self, key: str) -> None:
        with _answers():
            self._client.delete(_token(key))

    def revoke_family(self, family: str) -> None:
        with _answers():
            self._revoke_family(keys=[_family(family)])


def _token(key: str) -> str:
    return f"token:{key}"


def _family(family: str) -> str:
    return f"token-family:{family}"


@contextmanager
def _answers() -> Generator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise TokensUnavailable(f"The token store does not answer ({error}): {look_at('REDIS_URL')}") from error
