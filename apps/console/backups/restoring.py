"""`celesta restore`: a backup brought back into an empty home, which is marked until all of it is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from apps.console.backups import marker
from apps.console.backups.database import announce_waiting_jobs
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
from apps.console.embedded import make_home
from apps.console.preflight import take_run_lock
from ports.durability import sync
from ports.environment import BootError
from ports.storage.filesystem import FilesystemStorage

PLACES = ("DATABASE_URL", "STORAGE", "STORAGE_PATH", "SECRETS_PATH")
"""Settings that lead elsewhere than the home."""
BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database and, were that replaced, would write into the new one."""
UNTOLD = "application/octet-stream"
"""Files tell their type by their names."""


@click.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--without-damaged", is_flag=True, help="Leave out the objects that are damaged or missing, instead of bringing back nothing."
)
def restore(source: Path, without_damaged: bool) -> None:
    """Bring a backup back: SOURCE is its folder, or the one that `backup` was given, of which the latest is taken.

    Where it was interrupted, the same again goes on.
    """
    if given := [name for name in PLACES if os.environ.get(name)]:
        raise BootError(f"A backup comes back into CELESTA_HOME: leave {' and '.join(given)} out.")
    folder = _chosen(source.absolute())
    manifest = read_manifest(folder)
    home = make_home(os.environ)
    with take_run_lock(home):
        _refuse_existing(home, folder, manifest)
        objects = _objects(folder, manifest, _damages(folder, manifest), without_damaged)
        try:
            _bring_back(home, folder, manifest, objects)
        except KeyboardInterrupt:
            raise click.ClickException("Stopped before everything is back: run this again, which goes on.") from None
        except OSError as error:
            reason = f"{error.strerror}: {error.filename or home}"
            raise click.ClickException(f"Not everything is back ({reason}): mend that, and run this again, which goes on.") from None
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


def _refuse_existing(home: Path, folder: Path, manifest: Manifest) -> None:
    """A backup is never mixed with what is there, other than a part of itself."""
    begun = marker.begun(home)
    if begun not in {None, folder.name}:
        raise BootError(f"{home} has a part of the backup {begun}: name that one, which goes on, or empty the folder first.")
    there = [home / f"{DATABASE}{ending}" for ending in BESIDE]
    if begun is None:
        there += [home / DATABASE, *(path for path in (home / "storage").glob("*") if not path.name.startswith("."))]
        there += [home / "secrets" / one.name for one in manifest.secrets]
    if found := next((path for path in there if path.exists()), None):
        raise BootError(f"{found} exists already: set CELESTA_HOME to an empty folder, or move what is there out of the way.")


def _damages(folder: Path, manifest: Manifest) -> dict[Path, str]:
    """What is wrong with which file of the backup: all of them, as each may have to be looked for elsewhere."""
    return {path: damage for path, expected in _files(folder, manifest) if (damage := _damage(path, expected))}


def _files(folder: Path, manifest: Manifest) -> Iterator[tuple[Path, StoredFile]]:
    yield folder / DATABASE, manifest.database
    yield from ((folder / SECRETS / one.name, one) for one in manifest.secrets)
    yield from ((folder.parent / OBJECTS / one.name, one) for one in manifest.objects)


def _damage(path: Path, expected: StoredFile) -> str | None:
    try:
        found = described(expected.name, path)
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None if found == expected else "is damaged: it is not what was written"


def _objects(folder: Path, manifest: Manifest, damages: Mapping[Path, str], without_damaged: bool) -> Sequence[StoredFile]:
    """Those to bring back; raises `BootError` where something is damaged that has to be there."""
    for path, damage in damages.items():
        click.echo(f"{path} {damage}.", err=True)
    objects = {folder.parent / OBJECTS / one.name: one for one in manifest.objects}
    if damages and not (without_damaged and damages.keys() <= objects.keys()):
        raise BootError(
            f"The backup is damaged (files: {len(damages)}, named above): nothing was brought back. Where the original still is, run "
            f"celesta backup --verify there; else bring these files from another copy, choose a backup with a good {DATABASE}, or leave "
            "objects out with --without-damaged."
        )
    return [one for path, one in objects.items() if path not in damages]


def _bring_back(home: Path, folder: Path, manifest: Manifest, objects: Sequence[StoredFile]) -> None:
    marker.mark(home, folder.name)
    secrets = home / "secrets"
    secrets.mkdir(mode=0o700, exist_ok=True)
    for one in manifest.secrets:
        _written(folder / SECRETS / one.name, secrets / one.name, 0o400).replace(secrets / one.name)
    # No link is signed here, so it needs no key.
    storage = FilesystemStorage(home / "storage", "/media", tuple)
    for one in objects:
        if storage.size(one.name) != one.size:  # brought back whole, before this was interrupted
            storage.put(one.name, folder.parent / OBJECTS / one.name, UNTOLD)
    database = _written(folder / DATABASE, home / DATABASE, 0o600)
    announce_waiting_jobs(database)
    database.replace(home / DATABASE)
    marker.unmark(home)


def _written(copy: Path, target: Path, mode: int) -> Path:
    """The copy of a file, beside where it is to be."""
    written = target.with_name(f"{target.name}.part")
    written.unlink(missing_ok=True)
    shutil.copyfile(copy, written)
    written.chmod(mode)
    sync(written)
    return written
