"""`celesta restore`: a backup brought back into an empty home, the database last, so that half of one never starts."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click

from apps.console.backups.manifest import (
    DATABASE,
    MANIFEST,
    OBJECTS,
    SECRETS,
    Manifest,
    StoredFile,
    described,
    read_manifest,
    whole_backups,
)
from apps.console.embedded import embedded_environment, make_home
from ports.container import Container
from ports.environment import BootError
from ports.storage.interface import Storage

PLACES = ("DATABASE_URL", "STORAGE", "STORAGE_PATH", "SECRETS_PATH")
"""Settings that lead elsewhere than the home."""
BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database and, were that replaced, would write into the new one."""
UNTOLD = "application/octet-stream"
"""Files tell their type by their names."""


@click.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore(source: Path) -> None:
    """Bring a backup back: SOURCE is its folder, or the one that `backup` was given, of which the latest is taken."""
    if given := [name for name in PLACES if os.environ.get(name)]:
        raise BootError(f"A backup comes back into CELESTA_HOME: leave {' and '.join(given)} out.")
    folder = _chosen(source.absolute())
    manifest = read_manifest(folder)
    home = make_home(os.environ)
    _refuse_existing(home, manifest)
    for one in manifest.secrets:
        _bring_secret(folder / SECRETS / one.name, home / "secrets" / one.name, one)
    environment = embedded_environment(os.environ)
    _check(folder / DATABASE, manifest.database)
    storage = Container(environment).get(Storage)
    for one in manifest.objects:
        copy = folder.parent / OBJECTS / one.name
        _check(copy, one)
        storage.put(one.name, copy, UNTOLD)
    _bring_database(folder / DATABASE, home / DATABASE)
    click.echo(f"Everything until {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC is in {home}: start it with ./celesta run.")
    if not manifest.secrets:
        click.secho("The secrets were not in it: put back yours before you start, above all OFFLINE_KEY and LICENCE_KEY.", fg="yellow")


def _chosen(source: Path) -> Path:
    if (source / MANIFEST).exists():
        return source
    latest = next(whole_backups(source), None)
    if latest is None:
        raise BootError(f"{source} holds no whole backup: one that was interrupted has no {MANIFEST}. Choose another.")
    return latest


def _refuse_existing(home: Path, manifest: Manifest) -> None:
    """A backup is never mixed with what is there."""
    storage = home / "storage"
    there = [home / f"{DATABASE}{ending}" for ending in ("", *BESIDE)]
    there += (path for path in storage.glob("*") if not path.name.startswith("."))
    there += [home / "secrets" / one.name for one in manifest.secrets]
    if found := next((path for path in there if path.exists()), None):
        raise BootError(f"{found} exists already: set CELESTA_HOME to an empty folder, or move what is there out of the way.")


def _check(path: Path, expected: StoredFile) -> None:
    """Raises `BootError` where the file is not what was backed up."""
    try:
        found = described(expected.name, path)
    except OSError as error:
        raise BootError(f"{path} of the backup cannot be read ({error.strerror}): choose another backup.") from None
    if found != expected:
        raise BootError(f"{path} of the backup is damaged: it is not what was written. Choose another backup.")


def _bring_secret(copy: Path, secret: Path, expected: StoredFile) -> None:
    _check(copy, expected)
    secret.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(copy, secret)
    secret.chmod(0o400)


def _bring_database(copy: Path, database: Path) -> None:
    written = database.with_name(f"{database.name}.part")
    shutil.copyfile(copy, written)
    written.chmod(0o600)
    with written.open("rb") as file:
        os.fsync(file.fileno())
    written.replace(database)
