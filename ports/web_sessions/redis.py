"""Web sessions in Redis: shared by all processes, kept across restarts."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import ClassVar, Self, cast

import redis

from ports.environment import Environment
from ports.expiring import check_lifetime
from ports.redis_connection import PUT, connect, look_at
from ports.web_sessions.interface import WebSessions, WebSessionsUnavailable, check_value

ENDED_FOR = 60
"""Seconds in which an ended key stays unusable: longer than any request that may still hold the session takes."""

SAVE = "if redis.call('GET', KEYS[1]) == '' then return end\n" + PUT
"""An ended session is an empty value until the key may be forgotten."""

END = """
if redis.call('DEL', KEYS[1]) == 1 then redis.call('SET', KEYS[1], '', 'EX', ARGV[1]) end
"""

END_ALL = """
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('DEL', member) == 1 then redis.call('SET', member, '', 'EX', ARGV[1]) end
end
redis.call('DEL', KEYS[1])
"""


class RedisWebSessions(WebSessions):
    """In the server of the secret `REDIS_URL`, which must not evict (`maxmemory-policy noeviction`)."""

    fake: ClassVar[bool] = False

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._save = client.register_script(SAVE)
        self._end = client.register_script(END)
        self._end_all = client.register_script(END_ALL)

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        return cls(connect(environment, "REDIS_URL"))

    def ping(self) -> None:
        with _answers():
            self._client.ping()

    def load(self, key: str) -> bytes | None:
        with _answers():
            return cast(bytes | None, self._client.get(_session(key))) or None

    def save(self, key: str, value: bytes, lifetime: int, account_id: str | None = None) -> None:
        keys = [_session(key)] if account_id is None else [_session(key), _account(account_id)]
        with _answers():
            self._save(keys=keys, args=[check_value(value), check_lifetime(lifetime)])

    def end(self, key: str) -> None:
        with _answers():
            self._end(keys=[_session(key)], args=[ENDED_FOR])

    def end_all(self, account_id: str) -> None:
        with _answers():
            self._end_all(keys=[_account(account_id)], args=[ENDED_FOR])


def _session(key: str) -> str:
    return f"session:{key}"


def _account(account_id: str) -> str:
    return f"session-account:{account_id}"


@contextmanager
def _answers() -> Generator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise WebSessionsUnavailable(f"The session store does not answer ({error}): {look_at('REDIS_URL')}") from error
