"""Keeping the newest radio model at hand: fetched beside what goes on, mapped into memory, the old one in use until then."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
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

NEWEST = select(RadioModelRow.key, RadioModelRow.sha256).order_by(RadioModelRow.id.desc()).limit(1)

log = structlog.get_logger("core.radio")


@dataclass
class RadioModels:
    """One for each process. Where there is no model, or none that can be read, stations do without."""

    storage: Storage
    folder: Path
    timer: Callable[[], float] = time.monotonic
    _model: Model | None = None
    _sha256: str | None = None
    _looked_at: float | None = None
    _fetching: threading.Thread | None = None
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
                newest = connection.execute(NEWEST).first()
                if newest is not None and newest.sha256 != self._sha256:
                    self._fetching = threading.Thread(target=self._take, args=tuple(newest), name="radio model", daemon=True)
                    self._fetching.start()
            return self._model

    def settle(self) -> None:
        """Wait for what is being fetched."""
        if self._fetching:
            self._fetching.join()

    def look_again(self) -> None:
        """Look when next asked, however short ago that was."""
        self._looked_at = None

    def _take(self, key: str, sha256: str) -> None:
        try:
            path = self._fetch(key, sha256)
            self._model, self._sha256 = Model.open(path), sha256
        except (OSError, ObjectNotFound, DamagedModel) as error:
            log.error("the radio model cannot be used", key=key, reason=str(error))
            return
        for old in self.folder.glob("[0-9a-f]*"):
            # What another process is fetching at the moment has a dot in its name.
            if old != path and "." not in old.name:
                old.unlink(missing_ok=True)

    def _fetch(self, key: str, sha256: str) -> Path:
        """Whole or not at all; another process of this machine may have done it before."""
        path = self.folder / sha256
        if path.is_file() and _is(path, sha256):
            return path
        self.folder.mkdir(parents=True, exist_ok=True)
        fetched = self.folder / f"{sha256}.{os.getpid()}"
        self.storage.fetch(key, fetched)
        if not _is(fetched, sha256):
            fetched.unlink()
            raise DamagedModel("It is not what was recorded: train it again, or bring it back from a copy.")
        return fetched.replace(path)


def _is(path: Path, sha256: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
