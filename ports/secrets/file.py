"""Secrets from files that only we can read, one file for each."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import ClassVar, Self

from ports.environment import BootError, Environment
from ports.secrets.env import EnvSecrets
from ports.secrets.interface import MissingSecret, Secrets
from ports.secrets.values import check_name, check_versions

Stamp = tuple[int, int, int]


class FileSecrets(Secrets):
    """One file per secret in the folder `SECRETS_PATH` (default `secrets` below `CELESTA_HOME`), one version per line, newest first.

    A secret without a file is read from the environment variable of its name. A changed file counts from the next question on:
    to rotate, write a new file beside it and rename it over the old one.
    """

    fake: ClassVar[bool] = False

    def __init__(self, folder: Path, otherwise: EnvSecrets) -> None:
        self._folder = folder
        self._otherwise = otherwise
        self._read: dict[str, tuple[Stamp, tuple[str, ...]]] = {}

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        folder = environment.path("SECRETS_PATH", environment.home / "secrets")
        return cls(folder, EnvSecrets.from_env(environment))

    def ping(self) -> None:
        """Every file in the folder holds a secret that we may use."""
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.name.isupper():
                    self.versions(path.name)

    def versions(self, name: str) -> tuple[str, ...]:
        path = self._folder / check_name(name)
        try:
            stamp = _stamp(path.stat())
        except FileNotFoundError:
            return self._without_file(name, path)
        except OSError as error:
            raise BootError(f"The secret {name} cannot be read from {path} ({error.strerror}): let this user read it.") from None
        known = self._read.get(name)
        if known is None or known[0] != stamp:
            known = self._read[name] = _read(name, path)
        return known[1]

    def _without_file(self, name: str, path: Path) -> tuple[str, ...]:
        try:
            return self._otherwise.versions(name)
        except MissingSecret:
            raise MissingSecret(name, f"the file {path} (chmod 0400) or the environment variable {name}") from None


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_ino, status.st_mtime_ns, status.st_size


def _read(name: str, path: Path) -> tuple[Stamp, tuple[str, ...]]:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise BootError(f"The secret {name} in {path} is open to other users of this machine: run chmod 0400 {path}.")
            text = file.read().decode()
    except OSError as error:
        raise BootError(f"The secret {name} cannot be read from {path} ({error.strerror}): let this user read it.") from None
    except UnicodeDecodeError:
        raise BootError(f"The secret {name} in {path} is not text: write its value there as UTF-8.") from None
    lines = [line.strip() for line in text.splitlines()]
    return _stamp(status), check_versions(name, str(path), [line for line in lines if line])
