"""`celesta backup`: the database, then every object, while everything goes on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from apps.console.backups.database import copy_database
from apps.console.backups.manifest import (
    DATABASE,
    NAMED,
    OBJECTS,
    SECRETS,
    VERSION,
    Manifest,
    StoredFile,
    described,
    read_manifest,
    whole_backups,
    write_manifest,
)
from apps.console.embedded import embedded_environment, home_of
from ports.container import Container
from ports.durability import sync
from ports.environment import BootError
from ports.storage.interface import ObjectNotFound, Storage


@click.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.option("--with-secrets", is_flag=True, help="The keys too: whoever has the backup can then read everything and act as anybody.")
@click.option("--verify", is_flag=True, help="Read all copies of objects again, which takes its time, and replace those that are damaged.")
def backup(target: Path, with_secrets: bool, verify: bool) -> None:
    """Copy everything that is kept here into a new folder below TARGET, while Celesta runs; objects copied before are not copied again."""
    _refuse_wrong_places(home_of(os.environ), target.absolute())
    environment = embedded_environment(os.environ)
    try:
        folder = take(environment, target.absolute(), with_secrets=with_secrets, verify=verify)
    except OSError as error:
        raise click.ClickException(f"{error.filename or target} cannot be written ({error.strerror}): nothing is backed up.") from None
    click.echo(f"Everything until {folder.name} is in {folder}.")
    if not with_secrets:
        click.secho(
            f"The secrets in {environment.get('SECRETS_PATH', 'the environment')} are not: keep a copy elsewhere. "
            "Without OFFLINE_KEY nobody's offline copies can be opened again.",
            fg="yellow",
        )


def _refuse_wrong_places(home: Path, target: Path) -> None:
    """Before anything is made in either."""
    if not any(os.environ.get(name) for name in ("DATABASE_URL", "CORE_CLIENT")) and not (home / DATABASE).exists():
        raise BootError(f"There is no {DATABASE} in {home}, so nothing to back up: set CELESTA_HOME to the folder that Celesta runs in.")
    if target.is_relative_to(home):
        raise BootError(f"{target} is in {home} itself, and would be lost with it: choose a folder on another disk.")
    if not target.parent.is_dir():
        raise BootError(f"{target.parent} is not there: make it, or mount the disk that it is on.")


def take(environment: Mapping[str, str], target: Path, *, with_secrets: bool, verify: bool) -> Path:
    """Returns the backup's folder. Raises `BootError` where this is not the embedded topology, `OSError` where the target is full."""
    if environment["STORAGE"] != "filesystem":
        raise BootError("Objects lie in a bucket here: docs/reliability.md tells how that and its database are backed up.")
    taken_at = datetime.now(UTC)
    folder, known = target / taken_at.strftime(NAMED), _known(target)
    folder.mkdir(mode=0o700, parents=True)
    try:
        write_manifest(folder, _copied_to(folder, taken_at, environment, known, with_secrets=with_secrets, verify=verify))
    except (BootError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _copied_to(
    folder: Path, taken_at: datetime, environment: Mapping[str, str], known: Mapping[str, StoredFile], *, with_secrets: bool, verify: bool
) -> Manifest:
    storage, copies, objects = Container(environment).get(Storage), folder.parent / OBJECTS, dict[str, StoredFile]()
    # Before the database, for what a row refers to may be done with and gone after it; and after it, for what came meanwhile.
    _copy_objects(storage, copies, known, objects, verify)
    copy_database(environment, folder / DATABASE)
    _copy_objects(storage, copies, known, objects, verify)
    secrets = _copy_secrets(environment, folder / SECRETS) if with_secrets else ()
    ordered = tuple(objects[key] for key in sorted(objects))
    return Manifest(VERSION, taken_at, described(DATABASE, folder / DATABASE), ordered, secrets)


def _known(target: Path) -> dict[str, StoredFile]:
    """What the last backup found out of objects, which never change."""
    for folder in whole_backups(target):
        try:
            return {one.name: one for one in read_manifest(folder).objects}
        except BootError:
            click.secho(
                f"The earlier backup {folder} is damaged and can bring nothing back: remove it. This one goes on.", fg="yellow", err=True
            )
    return {}


def _copy_objects(storage: Storage, into: Path, known: Mapping[str, StoredFile], objects: dict[str, StoredFile], verify: bool) -> None:
    """Copy the objects there are that were not copied before, and note them all."""
    for key in storage.keys(""):
        copy, noted = into / key, known.get(key)
        if key in objects:
            continue
        if noted and _is_whole(copy, noted, verify):
            objects[key] = noted
        elif _copied(storage, key, copy):
            objects[key] = described(key, copy)
            if noted:
                _tell_replaced(copy, changed=objects[key] != noted)


def _is_whole(copy: Path, noted: StoredFile, verify: bool) -> bool:
    """By its size alone unless told to verify: to read all that was ever kept may take longer than there is between two backups."""
    try:
        return copy.stat().st_size == noted.size and (not verify or described(noted.name, copy) == noted)
    except OSError:
        return False


def _tell_replaced(copy: Path, *, changed: bool) -> None:
    doubt = "; what is stored is not what it was then either: look whether it is damaged" if changed else ""
    click.secho(f"{copy} was missing or damaged, and is copied again{doubt}.", fg="yellow", err=True)


def _copied(storage: Storage, key: str, copy: Path) -> bool:
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = copy.with_name(f".{copy.name[-100:]}.part")
    try:
        storage.fetch(key, written)
    except ObjectNotFound:
        written.unlink(missing_ok=True)
        return False  # done with, since it was listed
    sync(written)
    written.replace(copy)
    return True


def _copy_secrets(environment: Mapping[str, str], into: Path) -> tuple[StoredFile, ...]:
    if environment["SECRETS"] != "file":
        raise BootError("The secrets are not in files here: back them up where they are, and leave --with-secrets out.")
    shutil.copytree(environment["SECRETS_PATH"], into)
    into.chmod(0o700)
    return tuple(described(path.name, path) for path in sorted(into.iterdir()))
