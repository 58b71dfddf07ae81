"""Secrets from environment variables of their own name."""

from __future__ import annotations

from typing import ClassVar, Self

from ports.environment import Environment
from ports.secrets.interface import MissingSecret, Secrets, StoredSecret
from ports.secrets.values import check_name, check_versions


class EnvSecrets(Secrets):
    """`NAME="newest older"`: several versions are separated by white space, newest first."""

    fake: ClassVar[bool] = False

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        return cls(environment)

    def ping(self) -> None:
        """There is no service behind it."""

    def versions(self, name: str) -> tuple[str, ...]:
        where = f"the environment variable {check_name(name)}"
        value = self._environment.optional(name)
        if value is None:
            raise MissingSecret(name, where)
        return check_versions(name, where, value.split())

    def describe(self, name: str) -> StoredSecret:
        return StoredSecret(name, f"the environment variable {name}", len(self.versions(name)), None)
