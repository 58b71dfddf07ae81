"""Taxes that prices include."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

import msgspec
from msgspec import Meta

from apps.core.contract.actions import Territory
from ports.environment import BootError, Environment

DEFAULT_FILE = Path(__file__).with_name("taxes.toml")
WHOLE = 10_000
Rate = Annotated[int, Meta(ge=0, le=WHOLE)]
"""In hundredths of a per cent."""


@dataclass(frozen=True)
class Taxes:
    """What part of a price is tax, by territory."""

    rates: Mapping[str, int]

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        """`TAXES_PATH` names the file; raises `BootError` where it cannot be read."""
        path = environment.path("TAXES_PATH", DEFAULT_FILE)
        try:
            return cls(msgspec.toml.decode(path.read_bytes(), type=dict[Territory, Rate]))
        except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
            raise BootError(f"The taxes in {path} cannot be read ({error}): correct the file, or set TAXES_PATH to another.") from None

    def included(self, amount: int, territory: str | None) -> int:
        """The tax within an amount, rounded to the nearest minor unit, a half upwards."""
        rate = self.rates.get(territory or "", 0)
        return (2 * amount * rate + WHOLE + rate) // (2 * (WHOLE + rate))
