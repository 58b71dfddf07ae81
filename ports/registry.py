"""Every port in one table: its variable, its default and its implementations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar, cast

from typing_extensions import TypeForm

from ports.amazon.interface import AmazonStore
from ports.analytics.interface import Analytics
from ports.apple.interface import AppleStore
from ports.cache.interface import Cache
from ports.clock.interface import Clock
from ports.environment import BootError, Environment
from ports.google.interface import GoogleStore
from ports.interface import Implementation
from ports.mail.interface import Mail
from ports.payments.interface import Payments
from ports.report_dispatch.interface import ReportDispatch
from ports.secrets.interface import Secrets
from ports.storage.interface import Storage
from ports.task_queue.interface import TaskQueue
from ports.territory.interface import Territories
from ports.tokens.interface import Tokens
from ports.transcoder.interface import Transcoder
from ports.web_sessions.interface import WebSessions

Interface = TypeVar("Interface")


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

    def implementation(self, environment: Environment) -> type[Implementation]:
        """The chosen class, not built; raises `BootError` where the choice is unknown."""
        module, _, attribute = self.implementations[self.chosen(environment)].partition(":")
        return getattr(import_module(module), attribute)

    def build(self, environment: Environment) -> Implementation:
        """The chosen implementation; raises `BootError` where it is unknown, incomplete, or a fake in production."""
        implementation = self.implementation(environment)
        if implementation.fake:
            self.allow_fake(environment)
        return implementation.from_env(environment)

    def allow_fake(self, environment: Environment) -> None:
        """Raises `BootError` in production, where what is chosen must not be a fake."""
        if environment.production:
            name = self.chosen(environment)
            real = ", ".join(sorted(set(self.implementations) - {name}))
            raise BootError(f"{self.variable}={name} is a fake and CELESTA_ENV is production: choose a real one of {real}.")


PORTS = (
    Port(
        "secrets",
        Secrets,
        "SECRETS",
        "file",
        {
            "env": "ports.secrets.env:EnvSecrets",
            "file": "ports.secrets.file:FileSecrets",
            "aws": "ports.secrets.aws:AwsSecrets",
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
        "card payments",
        Payments,
        "PAYMENTS",
        "fake",
        {
            "stripe": "ports.payments.stripe:StripePayments",
            "fake": "ports.payments.fake.payments:FakePayments",
        },
    ),
    Port(
        "Apple's store",
        AppleStore,
        "APPLE",
        "off",
        {
            "off": "ports.apple.off:OffAppleStore",
            "fake": "ports.apple.fake:FakeAppleStore",
        },
    ),
    Port(
        "Google's store",
        GoogleStore,
        "GOOGLE",
        "off",
        {
            "off": "ports.google.off:OffGoogleStore",
            "fake": "ports.google.fake:FakeGoogleStore",
        },
    ),
    Port(
        "Amazon's store",
        AmazonStore,
        "AMAZON",
        "off",
        {
            "off": "ports.amazon.off:OffAmazonStore",
            "fake": "ports.amazon.fake:FakeAmazonStore",
        },
    ),
    Port(
        "analytics engine",
        Analytics,
        "ANALYTICS",
        "duckdb",
        {
            "duckdb": "ports.analytics.duckdb:DuckdbAnalytics",
        },
    ),
    Port(
        "report dispatch",
        ReportDispatch,
        "REPORT_DISPATCH",
        "hold",
        {
            "sftp": "ports.report_dispatch.sftp:SftpReports",
            "s3": "ports.report_dispatch.s3:S3Reports",
            "hold": "ports.report_dispatch.hold:HeldReports",
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


def port_of(interface: TypeForm[Interface]) -> Port:
    """The port with that interface."""
    return next(port for port in PORTS if port.interface is interface)


def another(interface: TypeForm[Interface], environment: Environment) -> Interface:
    """One more instance of what is chosen for the interface: for an implementation of another port that needs it."""
    return cast(Interface, port_of(interface).build(environment))
