"""Secrets from files that only we can read, one file for each."""

from __future__ import annotations

import logging
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Self

from ports.environment import BootError, Environment
from ports.secrets.env import EnvSecrets
from ports.secrets.interface import MissingSecret, Secrets, StoredSecret
from ports.secrets.values import check_name, check_versions

log = logging.getLogger(__name__)

Stamp = tuple[int, int, int]


OURS = stat.S_IRUSR
"""0400."""
LENT = stat.S_IRUSR | stat.S_IRGRP
"""0440, for a file of another user's: what Kubernetes makes of 0400 for a container that does not run as root."""


class FileSecrets(Secrets):
    """One file per secret in the folder `SECRETS_PATH` (default `secrets` below `CELESTA_HOME`), one version per line, newest first.

    A secret without a file is read from the environment variable of its name. A changed file counts from the next question on: to
    rotate, write a new file beside it and rename it over the old one. One that cannot be used changes nothing while we run; the log
    and `ping` tell.
    """

    fake: ClassVar[bool] = False

    def __init__(self, folder: Path, otherwise: EnvSecrets) -> None:
        self._folder = folder
        self._otherwise = otherwise
        self._read: dict[str, tuple[Stamp, tuple[str, ...]]] = {}
        self._told: dict[str, str] = {}

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        folder = environment.path("SECRETS_PATH", environment.home / "secrets")
        return cls(folder, EnvSecrets.from_env(environment))

    def ping(self) -> None:
        """Every file in the folder, and every one that was in use, holds a secret that we may use."""
        there = {path.name for path in self._folder.iterdir() if path.name.isupper()} if self._folder.is_dir() else set()
        for name in sorted(there | self._read.keys()):
            try:
                _read(name, self._folder / name)
            except FileNotFoundError:
                self._without_file(name)

    def versions(self, name: str) -> tuple[str, ...]:
        known = self._read.get(check_name(name))
        try:
            found = self._find(name, known)
        except BootError as error:
            if known is None:
                raise
            self._tell(name, str(error))
            return known[1]
        self._told.pop(name, None)
        return found

    def describe(self, name: str) -> StoredSecret:
        versions, path = self.versions(name), self._folder / name
        try:
            stored_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError:
            return self._otherwise.describe(name)
        return StoredSecret(name, f"the file {path}", len(versions), stored_at)

    def _find(self, name: str, known: tuple[Stamp, tuple[str, ...]] | None) -> tuple[str, ...]:
        path = self._folder / name
        try:
            if known is None or known[0] != _stamp(path.stat()):
                known = self._read[name] = _read(name, path)
        except FileNotFoundError:
            return self._without_file(name)
        except OSError as error:
            raise _unreadable(name, path, error) from None
        return known[1]

    def _without_file(self, name: str) -> tuple[str, ...]:
        try:
            return self._otherwise.versions(name)
        except MissingSecret:
            where = f"the file {self._folder / name} (chmod 0400) or the environment variable {name}"
            raise MissingSecret(name, where) from None

    def _tell(self, name: str, trouble: str) -> None:
        """Once, though every request asks."""
        if self._told.get(name) != trouble:
            log.warning("secrets: what was known last is still used. %s", trouble)
            self._told[name] = trouble


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_ino, status.st_mtime_ns, status.st_size


def _read(name: str, path: Path) -> tuple[Stamp, tuple[str, ...]]:
    """Raises `BootError`, and `FileNotFoundError` where there is no such file."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            _check_mode(name, path, status)
            text = file.read().decode()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(name, path, error) from None
    except UnicodeDecodeError:
        raise BootError(f"The secret {name} in {path} is not text: write its value there as UTF-8.") from None
    lines = [line.strip() for line in text.splitlines()]
    return _stamp(status), check_versions(name, str(path), [line for line in lines if line])


def _check_mode(name: str, path: Path, status: os.stat_result) -> None:
    mode, own = stat.S_IMODE(status.st_mode), status.st_uid == os.geteuid()
    if mode not in {OURS} | (set() if own else {LENT}):
        raise BootError(f"The secret {name} in {path} has the mode {mode:04o}, and may only be read by us: run chmod 0400 {path}.")


def _unreadable(name: str, path: Path, error: OSError) -> BootError:
    return BootError(f"The secret {name} cannot be read from {path} ({error.strerror}): let this user read it.")
