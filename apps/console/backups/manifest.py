"""What a backup holds: written last, so that one which was interrupted has none.

A folder of backups has `objects`, which all of them share, and for each a folder named by its moment with `celesta.db` and `manifest.json`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from ports.durability import sync
from ports.environment import BootError

OBJECTS, MANIFEST, DATABASE, SECRETS = "objects", "manifest.json", "celesta.db", "secrets"
VERSION = 1
NAMED = "%Y-%m-%dT%H-%M-%SZ"


class StoredFile(msgspec.Struct, frozen=True):
    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    version: int
    taken_at: datetime
    """Everything that was acknowledged before is in it."""
    database: StoredFile
    objects: tuple[StoredFile, ...]
    secrets: tuple[StoredFile, ...]


def described(name: str, path: Path) -> StoredFile:
    with path.open("rb") as file:
        return StoredFile(name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    written = folder / f"{MANIFEST}.part"
    written.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    sync(written)
    written.replace(folder / MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """Raises `BootError` where the folder holds no whole backup of a form we know."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except OSError:
        raise BootError(f"{folder} holds no whole backup: it has no {MANIFEST}, which is written last. Choose another.") from None
    except msgspec.MsgspecError as error:
        raise BootError(f"{folder / MANIFEST} cannot be read ({error}): choose another backup.") from None
    if manifest.version != VERSION:
        raise BootError(f"{folder} is a backup of another release's form: restore it with that release.")
    return manifest


def whole_backups(target: Path) -> Iterator[Path]:
    """Latest first."""
    folders = (path.parent for path in target.glob(f"*/{MANIFEST}"))
    return iter(sorted(folders, key=lambda folder: folder.name, reverse=True))
