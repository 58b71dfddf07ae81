"""Keeping the newest radio model at hand: fetched beside what goes on, mapped into memory, the old one in use until then."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Self

import structlog
from sqlalchemy import select
from sqlalchemy.engine import Connection

from apps.core.radio.model import DamagedModel, Model
from apps.core.radio.models import RadioModelRow
from ports.container import Container
from ports.storage.interface import ObjectNotFound, Storage

LOOK_SECONDS = 10.0
"""How often a process looks for a newer model, at most."""
REFUSED_SECONDS = 600.0
"""For how long a model that could not be used is not tried again."""
ABANDONED_SECONDS = 3600.0
"""A file that has not been written to for so long is no longer being fetched by anybody."""

RECORDED = select(RadioModelRow.key, RadioModelRow.sha256).order_by(RadioModelRow.id.desc())
"""The few that are kept, the newest first."""

log = structlog.get_logger("core.radio")


@dataclass
class RadioModels:
    """One for each process: the newest that can be used. Where there is none, stations do without."""

    storage: Storage
    folder: Path
    timer: Callable[[], float] = time.monotonic
    _model: Model | None = None
    _sha256: str | None = None
    _looked_at: float | None = None
    _fetching: threading.Thread | None = None
    _refused: dict[str, float] = field(default_factory=dict[str, float])
    """When each key was tried last, of those that could not be used."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, container: Container) -> Self:
        environment = container.environment
        return cls(container.get(Storage), environment.path("WORK_PATH", environment.home / "work") / "radio")

    def current(self, connection: Connection) -> Model | None:
        """The model in use; now and then it is looked whether there is a newer one, which is then fetched without anybody waiting."""
        with self._lock:
            due = self._looked_at is None or self.timer() - self._looked_at >= LOOK_SECONDS
            if due and not (self._fetching and self._fetching.is_alive()):
                self._looked_at = self.timer()
                if newer := self._newer(connection):
                    self._fetching = threading.Thread(target=self._take, args=(newer,), name="radio model", daemon=True)
                    self._fetching.start()
            return self._model

    def settle(self) -> None:
        """Wait for what is being fetched."""
        if self._fetching:
            self._fetching.join()

    def look_again(self) -> None:
        """Look when next asked, however short ago that was."""
        self._looked_at = None

    def _newer(self, connection: Connection) -> Sequence[tuple[str, str]]:
        """Key and hash of each that is newer than the one in use, but for those that were refused a short while ago."""
        recorded = [(key, sha256) for key, sha256 in connection.execute(RECORDED)]
        newer = dict.fromkeys(takewhile(lambda one: one[1] != self._sha256, recorded))
        return [one for one in newer if not self._was_refused_lately(one[0])]

    def _was_refused_lately(self, key: str) -> bool:
        return key in self._refused and self.timer() - self._refused[key] < REFUSED_SECONDS

    def _take(self, newer: Sequence[tuple[str, str]]) -> None:
        """The first that can be used."""
        for key, sha256 in newer:
            try:
                path = self._fetch(key, sha256)
                self._model, self._sha256 = Model.open(path), sha256
            except (OSError, ObjectNotFound, DamagedModel) as error:
                if key not in self._refused:
                    log.error("the radio model cannot be used", key=key, reason=str(error))
                self._refused[key] = self.timer()
            else:
                self._tidy(path)
                return

    def _fetch(self, key: str, sha256: str) -> Path:
        """Whole or not at all; another process of this machine may have done it before."""
        path = self.folder / sha256
        if path.is_file() and _is(path, sha256):
            return path
        self.folder.mkdir(parents=True, exist_ok=True)
        fetched = self.folder / f"{sha256}.{os.getpid()}"
        try:
            self.storage.fetch(key, fetched)
            if not _is(fetched, sha256):
                raise DamagedModel("It is not what was recorded: train it again, or bring it back from a copy.")
            return fetched.replace(path)
        finally:
            fetched.unlink(missing_ok=True)

    def _tidy(self, used: Path) -> None:
        """Remove other models, and what was left by processes that ended while they were fetching."""
        for other in self.folder.glob("[0-9a-f]*"):
            with suppress(FileNotFoundError):  # other processes of this machine tidy up, too
                # What is being fetched has a dot in its name.
                if other != used and ("." not in other.name or time.time() - other.stat().st_mtime > ABANDONED_SECONDS):
                    other.unlink()


def _is(path: Path, sha256: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
