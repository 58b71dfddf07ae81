"""The territory that the edge (a CDN or a proxy) found out and wrote into a header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from ports.environment import Environment
from ports.territory.codes import CODES
from ports.territory.fixed import default_territory
from ports.territory.interface import Territories


class HeaderTerritories(Territories):
    """Reads the header named by `TERRITORY_HEADER`, such as `CloudFront-Viewer-Country`; `TERRITORY_DEFAULT` where it tells no territory.

    The edge must overwrite the header in every request, or listeners choose their territory themselves.
    """

    fake: ClassVar[bool] = False

    def __init__(self, header: str, default: str) -> None:
        self._header = header.lower()
        self._default = default

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        return cls(environment.text("TERRITORY_HEADER"), default_territory(environment))

    def ping(self) -> None:
        """There is no service behind it."""

    def of(self, headers: Mapping[str, str], address: str) -> str:
        told = next((value for name, value in headers.items() if name.lower() == self._header), "")
        code = told.strip().upper()
        return code if code in CODES else self._default
