"""A clock that moves only when told, for trying out what happens in a year."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Self

from ports.clock.interface import Clock
from ports.environment import BootError, Environment

log = logging.getLogger(__name__)


class SteppedClock(Clock):
    """The time stands in a file (`CLOCK_FILE`, default `clock` below `CELESTA_HOME`), so all processes share it."""

    fake: ClassVar[bool] = True

    def __init__(self, path: Path) -> None:
        """Begins at the present moment where the file does not exist yet."""
        self._path = path
        log.warning("clock is a fake: the time stands in %s and moves only when told", path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if not path.exists():
                self._write(datetime.now(UTC))

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        path = environment.path("CLOCK_FILE", environment.home / "clock")
        try:
            return cls(path)
        except OSError as error:
            raise BootError(f"The clock's file {path} cannot be written ({error.strerror}): set CLOCK_FILE to one that can.") from None

    def ping(self) -> None:
        self.now()

    def now(self) -> datetime:
        try:
            text = self._path.read_text().strip()
        except OSError as error:
            raise BootError(f"The clock's file {self._path} cannot be read ({error.strerror}): set CLOCK_FILE to one that can.") from None
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except ValueError:
            raise BootError(f"The clock's file {self._path} holds no time: delete it, and the clock begins at the present.") from None

    def advance(self, seconds: float) -> datetime:
        """Move on by so many seconds (back, where negative) and return the new time; parallel calls add up."""
        with self._locked():
            moment = self.now() + timedelta(seconds=seconds)
            self._write(moment)
        return moment

    def set(self, moment: datetime) -> None:
        """Move to an aware moment; raises `ValueError` for a naive one."""
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone: give an aware moment.")
        with self._locked():
            self._write(moment.astimezone(UTC))

    def _write(self, moment: datetime) -> None:
        written = self._path.with_name(f"{self._path.name}.new")
        written.write_text(f"{moment.isoformat()}\n")
        written.replace(self._path)

    @contextmanager
    def _locked(self) -> Generator[None]:
        with self._path.with_name(f"{self._path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
