"""Territory: the country a request comes from, which decides what may be played there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ports.interface import Implementation


class Territories(Implementation, Protocol):
    def of(self, headers: Mapping[str, str], address: str) -> str:
        """The ISO 3166-1 alpha-2 code for a request with these headers from this address; the configured default where it is unknown.

        Names of headers count in any case.
        """
        ...
