"""Every port in one table: its variable, its default and its implementations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from typing_extensions import TypeForm

from ports.cache.interface import Cache
from ports.clock.interface import Clock
from ports.environment import BootError, Environment
from ports.interface import Implementation
from ports.mail.interface import Mail
from ports.secrets.interface import Secrets
from ports.storage.interface import Storage
from ports.task_queue.interface import TaskQueue
from ports.territory.interface import Territories
from ports.tokens.interface import Tokens
from ports.transcoder.interface import Transcoder
from ports.web_sessions.interface import WebSessions


@dataclass(frozen=True)
class Port:
    """One outside service: `variable` chooses one of `implementations` (name to dotted class)."""

    name: str
    interface: TypeForm[Implementation]
    variable: str
    default: str
    implementations: Mapping[str, str]

    def chosen(self, environment: Environment) -> str:
        return environment.choice(self.variable, tuple(self.implementations), self.default)

    def build(self, environment: Environment) -> Implementation:
        """The chosen implementation; raises `BootError` where it is unknown, incomplete, or a fake in production."""
        name = self.chosen(environment)
        module, _, attribute = self.implementations[name].partition(":")
        implementation: type[Implementation] = getattr(import_module(module), attribute)
        if implementation.fake and environment.production:
            real = ", ".join(sorted(set(self.implementations) - {name}))
            raise BootError(f"{self.variable}={name} is a fake and CELESTA_ENV is production: choose a real one of {real}.")
        return implementation.from_env(environment)


PORTS = (
    Port(
        "secrets",
        Secrets,
        "SECRETS",
        "file",
        {
            "env": "ports.secrets.env:EnvSecrets",
            "file": "ports.secrets.file:FileSecrets",
        },
    ),
    Port(
        "storage",
        Storage,
        "STORAGE",
        "filesystem",
        {
            "filesystem": "ports.storage.filesystem:FilesystemStorage",
            "s3": "ports.storage.s3:S3Storage",
        },
    ),
    Port(
        "transcoder",
        Transcoder,
        "TRANSCODER",
        "ffmpeg",
        {
            "ffmpeg": "ports.transcoder.ffmpeg:FfmpegTranscoder",
            "fake": "ports.transcoder.fake:FakeTranscoder",
        },
    ),
    Port(
        "task queue",
        TaskQueue,
        "TASK_QUEUE",
        "celery",
        {
            "celery": "ports.task_queue.celery:CeleryTaskQueue",
            "inline": "ports.task_queue.inline:InlineTaskQueue",
            "held": "ports.task_queue.held:HeldTaskQueue",
        },
    ),
    Port(
        "web sessions",
        WebSessions,
        "SESSIONS",
        "redis",
        {
            "redis": "ports.web_sessions.redis:RedisWebSessions",
            "memory": "ports.web_sessions.memory:MemoryWebSessions",
        },
    ),
    Port(
        "tokens",
        Tokens,
        "TOKENS",
        "redis",
        {
            "redis": "ports.tokens.redis:RedisTokens",
            "memory": "ports.tokens.memory:MemoryTokens",
        },
    ),
    Port(
        "cache",
        Cache,
        "CACHE",
        "memory",
        {
            "redis": "ports.cache.redis:RedisCache",
            "memory": "ports.cache.memory:MemoryCache",
        },
    ),
    Port(
        "mail",
        Mail,
        "MAIL",
        "outbox",
        {
            "smtp": "ports.mail.smtp:SmtpMail",
            "outbox": "ports.mail.outbox:OutboxMail",
        },
    ),
    Port(
        "territory",
        Territories,
        "TERRITORY",
        "fixed",
        {
            "header": "ports.territory.header:HeaderTerritories",
            "fixed": "ports.territory.fixed:FixedTerritories",
        },
    ),
    Port(
        "clock",
        Clock,
        "CLOCK",
        "system",
        {
            "system": "ports.clock.system:SystemClock",
            "stepped": "ports.clock.stepped:SteppedClock",
        },
    ),
)
