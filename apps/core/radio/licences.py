"""Licence profiles: what radio may do in a territory. They are data, read once when Core starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

import msgspec
from msgspec import Meta

from ports.environment import BootError, Environment

DEFAULT_FILE = Path(__file__).with_name("licences.toml")
DEFAULT = "default"

Limit = Annotated[int, Meta(ge=1)]


class Licence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits of one territory; None where there is none. Counts are of any one such thing, in any window of a station."""

    hours: Annotated[int, Meta(ge=1, le=24)] = 3
    album: Limit | None = None
    album_in_row: Limit | None = None
    artist: Limit | None = None
    artist_in_row: Limit | None = None
    set: Limit | None = None
    set_in_row: Limit | None = None
    skips_an_hour: Annotated[int, Meta(ge=0)] | None = None
    tells_ahead: bool = True
    """Whether titles may be told before they are played."""

    @property
    def limits(self) -> bool:
        """Whether there are any on what is played."""
        return any((self.album, self.album_in_row, self.artist, self.artist_in_row, self.set, self.set_in_row))

    @property
    def window(self) -> timedelta:
        return timedelta(hours=self.hours)


class Licences:
    """Every territory's profile."""

    def __init__(self, profiles: Mapping[str, Licence]) -> None:
        self._profiles = profiles

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        """`RADIO_LICENCES_PATH` names the file; raises `BootError` where it cannot be read or makes no sense."""
        path = environment.path("RADIO_LICENCES_PATH", DEFAULT_FILE)
        try:
            profiles = msgspec.toml.decode(path.read_bytes(), type=dict[str, Licence])
        except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
            advice = "correct the file, or set RADIO_LICENCES_PATH to another"
            raise BootError(f"The licences for radio in {path} cannot be read ({error}): {advice}.") from None
        if DEFAULT not in profiles:
            raise BootError(f"The licences for radio in {path} have no [{DEFAULT}], which holds for territories without one: add it.")
        return cls(profiles)

    def of(self, territory: str) -> Licence:
        return self._profiles.get(territory, self._profiles[DEFAULT])
