"""What a process is told from outside: settings by name, secrets through the secrets port."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ports.secrets.interface import Secrets, StoredSecret

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
HIGHEST = 1_000_000_000
"""Of any number that is counted, measured or waited for; larger ones overflow somewhere."""
ENVIRONMENTS = ("development", "test", "staging", "production")


class BootError(Exception):
    """The process cannot start as configured: one line that says what, why and what to do next."""


class MissingSetting(BootError):
    """A setting without a default was not given."""


class Environment:
    """Typed reading of environment variables; every failure names the variable and what it takes."""

    def __init__(self, values: Mapping[str, str], secrets: Secrets | None = None) -> None:
        self._values = values
        self._secrets = secrets
        self._read: set[str] = set()

    @property
    def values(self) -> Mapping[str, str]:
        """The plain settings, to hand on to another app of the same process."""
        return self._values

    def with_secrets(self, secrets: Secrets) -> Environment:
        return Environment(self._values, secrets)

    @property
    def name(self) -> str:
        """`CELESTA_ENV`: one of development, test, staging and production."""
        return self.choice("CELESTA_ENV", ENVIRONMENTS, "development")

    @property
    def production(self) -> bool:
        return self.name == "production"

    @property
    def home(self) -> Path:
        """`CELESTA_HOME`: the one folder that holds the state of the embedded topology."""
        return Path(self.text("CELESTA_HOME", "var")).absolute()

    def text(self, name: str, default: str | None = None) -> str:
        value = self._values.get(name) or default
        if value is None:
            raise MissingSetting(f"{name} is not set and has no default: set {name} in the environment.")
        return value

    def optional(self, name: str) -> str | None:
        return self._values.get(name) or None

    def choice(self, name: str, valid: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(name, default)
        if value not in valid:
            raise BootError(f"{name}={value} is not known: set it to one of {', '.join(valid)}.")
        return value

    def integer(self, name: str, default: int | None = None, least: int = 0, most: int = HIGHEST) -> int:
        text = self.text(name, None if default is None else str(default))
        try:
            number = int(text)
        except ValueError:
            raise BootError(f"{name}={text} is not a whole number: set it to one.") from None
        if not least <= number <= most:
            raise BootError(f"{name}={text} is out of range: set it to a whole number from {least} to {most}.")
        return number

    def flag(self, name: str, default: bool = False) -> bool:
        text = self.text(name, str(default)).lower()
        if text not in TRUE | FALSE:
            raise BootError(f"{name}={text} is neither on nor off: set it to one of these.")
        return text in TRUE

    def path(self, name: str, default: Path | None = None) -> Path:
        return Path(self.text(name, None if default is None else str(default))).absolute()

    def secret(self, name: str) -> str:
        """The newest version of a secret; raises `MissingSetting` naming it, never showing it."""
        return self.secret_versions(name)[0]

    def secret_versions(self, name: str) -> tuple[str, ...]:
        """All valid versions of a secret, newest first: sign with the first, accept each."""
        if self._secrets is None:
            raise BootError(f"The secret {name} was asked for before the secrets port was chosen.")
        versions = self._secrets.versions(name)
        self._read.add(name)
        return versions

    def secrets_in_use(self) -> tuple[StoredSecret, ...]:
        """What may be told of the secrets that were read so far, by name."""
        return tuple(self._secrets.describe(name) for name in sorted(self._read)) if self._secrets else ()
