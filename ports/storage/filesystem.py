"""Objects as plain files below one folder."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, ClassVar, Self
from urllib.parse import urlsplit
from uuid import uuid4

from ports.durability import sync
from ports.environment import BootError, Environment
from ports.storage.interface import InvalidKey, ObjectNotFound, Storage
from ports.storage.keys import check_key, check_prefix, check_public
from ports.storage.signing import signed_query, unix_seconds

INCOMING = ".incoming"
"""No key begins with a dot, so nothing here is ever listed or served."""
ABANDONED_AFTER = 24 * 3600
MISSING = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class FilesystemStorage(Storage):
    """Below `STORAGE_PATH` (default `storage` below `CELESTA_HOME`).

    Links lead to `MEDIA_URL` (default `/media`) and are signed with the secret `MEDIA_KEY`.
    """

    fake: ClassVar[bool] = False

    def __init__(self, root: Path, media_url: str, media_keys: Callable[[], tuple[str, ...]]) -> None:
        """`media_keys` gives the valid versions of the signing secret, newest first, whenever it is asked."""
        self._root = root
        self._media_url = media_url.rstrip("/")
        self._media_path = urlsplit(self._media_url).path
        self._media_keys = media_keys
        self._incoming = root / INCOMING
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._drop_abandoned()

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        environment.secret("MEDIA_KEY")
        root = environment.path("STORAGE_PATH", environment.home / "storage")
        try:
            return cls(root, environment.text("MEDIA_URL", "/media"), lambda: environment.secret_versions("MEDIA_KEY"))
        except OSError as error:
            raise BootError(
                f"Objects cannot be stored in {root} ({error.strerror}): set STORAGE_PATH to a folder we may write to."
            ) from None

    def ping(self) -> None:
        if not os.access(self._incoming, os.W_OK | os.X_OK):
            raise OSError(f"{self._incoming} cannot be written to: give this user the folder.")

    def put(self, key: str, source: Path, content_type: str) -> None:
        target = self._path(key)
        written = self._incoming / uuid4().hex
        try:
            shutil.copyfile(source, written)
            sync(written)
            _move(written, target)
        finally:
            written.unlink(missing_ok=True)

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except MISSING:
            raise ObjectNotFound(f"No object is stored under {key}.") from None

    def fetch(self, key: str, target: Path) -> None:
        with self.open(key) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)

    def size(self, key: str) -> int | None:
        try:
            status = self._path(key).stat()
        except MISSING:
            return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def delete(self, key: str) -> None:
        path = self._path(key)
        if path.is_file():
            path.unlink(missing_ok=True)

    def keys(self, prefix: str) -> Iterator[str]:
        folder, _, _ = check_prefix(prefix).rpartition("/")
        return (key for key in self._walk(f"{folder}/" if folder else "") if key.startswith(prefix))

    def signed_url(self, key: str, expires: datetime) -> str:
        query = signed_query(f"{self._media_path}/{check_key(key)}", unix_seconds(expires), self._media_keys()[0])
        return f"{self._media_url}/{key}?{query}"

    def public_url(self, key: str) -> str:
        return f"{self._media_url}/{check_public(key)}"

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)

    def _walk(self, folder: str) -> Iterator[str]:
        try:
            entries = [f"{entry.name}/" if entry.is_dir() else entry.name for entry in os.scandir(self._root / folder)]
        except MISSING:
            return
        for name in sorted(entries):
            if name.startswith("."):
                continue
            if name.endswith("/"):
                yield from self._walk(folder + name)
            else:
                yield folder + name

    def _drop_abandoned(self) -> None:
        """What a killed process left half-written would otherwise fill the disk."""
        for path in self._incoming.iterdir():
            with suppress(FileNotFoundError):  # somebody else has just stored it
                if path.stat().st_mtime < time.time() - ABANDONED_AFTER:
                    path.unlink()


def _move(written: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        written.replace(target)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise InvalidKey(f"Nothing can be stored at {target}: an object's key would be the folder of another's.") from None
    sync(target.parent)
