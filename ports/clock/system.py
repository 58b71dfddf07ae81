"""The machine's own clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar, Self

from ports.clock.interface import Clock
from ports.environment import Environment


class SystemClock(Clock):
    fake: ClassVar[bool] = False

    @classmethod
    def from_env(cls, environment: Environment) -> Self:  # noqa: ARG003 - it needs no setting
        return cls()

    def ping(self) -> None:
        """There is no service behind it."""

    def now(self) -> datetime:
        return datetime.now(UTC)
