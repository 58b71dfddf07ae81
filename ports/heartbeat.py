"""A sign of life of processes that no port tells of: a file that is touched as long as their loop turns."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from ports.environment import Environment


class Heartbeat:
    """The file's age says whether the process lives; its one word, where that matters, how it is."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._state: str | None = None

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        """`HEARTBEAT_FILE`, one for each process, in a folder that it may write to; without it nothing is written."""
        return cls(environment.path("HEARTBEAT_FILE") if environment.optional("HEARTBEAT_FILE") else None)

    def beat(self, state: str = "alive") -> None:
        if self._path is None:
            return
        if state == self._state:
            self._path.touch()
        else:
            self._path.write_text(f"{state}\n", encoding="ascii")
            self._state = state
