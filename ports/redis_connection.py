"""One way to reach a Redis: short waits, and a connection that went stale is tried once more."""

from __future__ import annotations

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ports.environment import BootError, Environment

LONGEST_WAIT = 2
"""Seconds that a request waits for an answer, or for a connection."""

PUT = """
local now = tonumber(redis.call('TIME')[1])
local lifetime = tonumber(ARGV[2])
redis.call('SET', KEYS[1], ARGV[1], 'EX', lifetime)
if KEYS[2] then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. now)
  redis.call('ZADD', KEYS[2], now + lifetime, KEYS[1])
  if redis.call('TTL', KEYS[2]) < lifetime then redis.call('EXPIRE', KEYS[2], lifetime + 1) end
end
"""
"""Script: store a value, as a member of a group where there is a second key; arguments: the value, its lifetime in seconds.

One step, so that whoever ends the group sees both or neither. The group outlives its longest member; ended ones leave it on the way.
"""


def look_at(secret: str) -> str:
    """What to do where the server of that secret does not answer."""
    return f"see that a Redis runs where the secret {secret} says, and lets us in by the password there."


def connect(environment: Environment, secret: str) -> redis.Redis:
    """A client with a pool of its own for the URL in the secret (`redis://`, `rediss://` or `unix://`); connects when first used.

    Scripts touch keys that they find in a set, so the server is one Redis (with replicas, if any), not a Redis Cluster.
    """
    try:
        return redis.Redis.from_url(
            environment.secret(secret),
            socket_timeout=LONGEST_WAIT,
            socket_connect_timeout=LONGEST_WAIT,
            health_check_interval=30,
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError:
        raise BootError(f"The secret {secret} is no Redis URL: begin it with redis://, rediss:// or unix://.") from None
