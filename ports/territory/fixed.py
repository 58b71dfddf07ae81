"""One territory for every request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from ports.environment import BootError, Environment
from ports.territory.codes import CODES
from ports.territory.interface import Territories


def default_territory(environment: Environment) -> str:
    """`TERRITORY_DEFAULT` (GB unless set); raises `BootError` where it is no code of ISO 3166-1."""
    code = environment.text("TERRITORY_DEFAULT", "GB")
    if code not in CODES:
        raise BootError(f"TERRITORY_DEFAULT={code} is no territory: set it to a two-letter code of ISO 3166-1, such as GB.")
    return code


class FixedTerritories(Territories):
    """Everybody is in `TERRITORY_DEFAULT`: for a service that streams in one territory."""

    fake: ClassVar[bool] = False

    def __init__(self, code: str) -> None:
        self._code = code

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        return cls(default_territory(environment))

    def ping(self) -> None:
        """There is no service behind it."""

    def of(self, headers: Mapping[str, str], address: str) -> str:
        return self._code
