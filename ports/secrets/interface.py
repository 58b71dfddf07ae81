"""Secrets: keys, passwords and credentials, in one or more valid versions."""

from __future__ import annotations

from typing import Protocol

from ports.environment import MissingSetting
from ports.interface import Implementation


class MissingSecret(MissingSetting):
    """No value is stored under that name."""

    def __init__(self, name: str, where: str) -> None:
        super().__init__(f"The secret {name} is missing: add it to {where}.")


class Secrets(Implementation, Protocol):
    def versions(self, name: str) -> tuple[str, ...]:
        """All valid values of the secret `name`, newest first, at least one.

        Raises `MissingSecret` where there is none. During a rotation there are two: sign and encrypt with the first, accept both.
        """
        ...
