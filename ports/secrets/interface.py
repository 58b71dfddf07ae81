"""Secrets: keys, passwords and credentials, in one or more valid versions."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec

from ports.environment import MissingSetting
from ports.interface import Implementation


class MissingSecret(MissingSetting):
    """No value is stored under that name."""

    def __init__(self, name: str, where: str) -> None:
        super().__init__(f"The secret {name} is missing: add it to {where}.")


class StoredSecret(msgspec.Struct, frozen=True):
    """What may be told of a secret: everything but its values."""

    name: str
    source: str
    """Where it is kept."""
    versions: int
    """How many values are valid."""
    stored_at: datetime | None
    """When the newest of them was stored; None where nobody knows."""


class Secrets(Implementation, Protocol):
    def versions(self, name: str) -> tuple[str, ...]:
        """All valid values of the secret `name`, at least one; the first is the one to use, as a rule the newest.

        Raises `MissingSecret` where there is none. During a rotation there are two: sign and encrypt with the first, accept both.
        """
        ...

    def describe(self, name: str) -> StoredSecret:
        """What may be told of the secret. Raises as `versions` does."""
        ...
