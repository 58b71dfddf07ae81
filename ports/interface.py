"""What every implementation of every port has in common."""

from __future__ import annotations

from typing import ClassVar, Protocol, Self

from ports.environment import Environment


class Implementation(Protocol):
    """One way to provide a port, chosen by its variable and imported only when chosen."""

    fake: ClassVar[bool]
    """True where nothing real stands behind it: it says so when it starts and is refused in production."""

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        """Build it from the environment; raises `BootError` with one clear line where that is incomplete."""
        ...

    def ping(self) -> None:
        """Return when the service behind the port answers; raise an exception that says why when it does not."""
        ...
