"""Settings that belong to no port: each with its default and what it may be, in one table to read from and to check."""

from __future__ import annotations

from dataclasses import dataclass

from ports.environment import HIGHEST, Environment


@dataclass(frozen=True)
class Number:
    name: str
    default: int
    least: int = 0
    most: int = HIGHEST

    def read(self, environment: Environment) -> int:
        return environment.integer(self.name, self.default, self.least, self.most)


@dataclass(frozen=True)
class Switch:
    name: str
    default: bool

    def read(self, environment: Environment) -> bool:
        return environment.flag(self.name, self.default)


ACCESS_LOG = Switch("ACCESS_LOG", default=True)
API_REQUESTS_PER_SECOND = Number("API_REQUESTS_PER_SECOND", 50, least=1)
"""An account's limit."""
DATABASE_POOL = Number("DATABASE_POOL", 5, least=1, most=1000)
"""Connections that each process keeps."""
KEEP_PAGES = Switch("KEEP_PAGES", default=True)
METRICS_PORT = Number("METRICS_PORT", 0, most=65535)
"""Where a process tells Prometheus what it counts; 0 nowhere."""
MIGRATE_AT_START = Switch("MIGRATE_AT_START", default=False)
PASSWORD_MEMORY = Number("PASSWORD_MEMORY", 19 * 1024, least=8)
"""Kibibytes that hashing a password takes; production takes no less than the default."""
PORT = Number("PORT", 8000, least=1, most=65535)
RUN_RELAY = Switch("RUN_RELAY", default=True)
"""Whether Core's processes have the relay as a thread; where it is a process of its own they need none."""
TOKEN_DAYS = Number("TOKEN_DAYS", 30, least=1, most=36_500)
"""A bearer token's life."""
TRUSTED_PROXIES = Number("TRUSTED_PROXIES", 0, most=100)
WEB_CONCURRENCY = Number("WEB_CONCURRENCY", 2, least=1, most=1000)
"""Web processes."""
WEB_GRACE = Number("WEB_GRACE", 20, most=3600)
"""Seconds that a web process gets to end."""
WORKER_GRACE = Number("WORKER_GRACE", 4, most=3600)
"""Seconds that a worker's running tasks get to end."""

SETTINGS: tuple[Number | Switch, ...] = (
    *(ACCESS_LOG, API_REQUESTS_PER_SECOND, DATABASE_POOL, KEEP_PAGES, METRICS_PORT, MIGRATE_AT_START, PASSWORD_MEMORY, PORT),
    *(RUN_RELAY, TOKEN_DAYS),
    *(TRUSTED_PROXIES, WEB_CONCURRENCY, WEB_GRACE, WORKER_GRACE),
    Switch("SECURE_COOKIES", default=False),  # the website, which knows a better default, reads it by itself
)


def check_settings(environment: Environment) -> None:
    """Raises `BootError` for the first of them that is not what it may be."""
    for setting in SETTINGS:
        setting.read(environment)
