"""A backup that was taken under load holds everything that was acknowledged before it, on both databases, and a service starts on it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from apps.console.checkout import ROOT
from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.accounts import LogIn
from apps.core.contract.actions import Actor, Service
from apps.core.contract.catalogue import GetRelease, ListReleases
from apps.core.contract.playback import StartPlayback
from apps.core.database import close_engines
from tests.faults.history.compared import listening, people
from tests.faults.history.compared.money import ENTRIES, PAYMENTS
from tests.faults.history.compared.results import objects
from tests.faults.history.compared.rules import Scene, Wrong
from tests.faults.history.load import Load, prepare
from tests.faults.history.record import History
from tests.faults.history.season import BEGINS
from tests.faults.history.servers import LargeHouse, large_house
from tests.faults.history.town import PASSWORD, Town
from tests.services import postgresql_program

pytestmark = pytest.mark.faults

SECONDS = 8
"""Of load before and after the backup begins."""


@dataclass
class Copy:
    """What came back from a backup: enough of a house to be compared and started."""

    house: LargeHouse
    home: Path
    address: str

    def sql(self, statement: str):
        return self.house.sql(statement, self.address)

    @property
    def storage(self):
        from ports.container import Container
        from ports.storage.interface import Storage

        return Container(self.values).get(Storage)

    @property
    def values(self) -> dict[str, str]:
        return {**self.house.values, "CELESTA_HOME": str(self.home), "DATABASE_URL": self.address}


def back_up_sqlite(house: LargeHouse, folder: Path) -> None:
    done = house.run_console("backup", str(folder / "copies"))
    assert done.returncode == 0, done.stderr


def restore_sqlite(house: LargeHouse, folder: Path) -> Copy:
    home = folder / "another-home"
    environment = {name: value for name, value in house.values.items() if name not in {"DATABASE_URL", "STORAGE"}}
    command = [sys.executable, "-c", "from apps.console.main import main; main()", "restore", str(folder / "copies")]
    subprocess.run(command, env={**environment, "CELESTA_HOME": str(home)}, cwd=ROOT, check=True)
    return Copy(house, home, f"sqlite:///{home / 'celesta.db'}")


def back_up_postgresql(house: LargeHouse, folder: Path) -> None:
    """As docs/reliability.md says: the database first, then the objects, so that no row comes back without its object."""
    dump = [postgresql_program("pg_dump"), "--format=custom", f"--file={folder}/celesta.dump", house.values["DATABASE_URL"]]
    subprocess.run(dump, check=True)
    shutil.copytree(house.folder / "home" / "storage", folder / "objects", ignore=shutil.ignore_patterns(".incoming"))


def restore_postgresql(house: LargeHouse, folder: Path) -> Copy:
    assert house.database is not None
    house.database.create("restored", "template0")
    address = house.database.url("restored")
    subprocess.run([postgresql_program("pg_restore"), "--exit-on-error", f"--dbname={address}", f"{folder}/celesta.dump"], check=True)
    shutil.copytree(folder / "objects", folder / "another-home" / "storage")
    return Copy(house, folder / "another-home", address)


def until(history: History, begun: float, ended: float) -> History:
    """What was answered before the backup began is in it; what was asked before it ended may be; nothing else is."""
    kept = {name: one for name, one in history.operations.items() if one.asked.at < ended}
    for one in kept.values():
        if one.answer is not None and one.answer.at > begun and one.done:
            one.answer = one.result = None
    history.operations = kept
    return history


@pytest.mark.parametrize(
    ("kind", "back_up", "restore"),
    [("sqlite", back_up_sqlite, restore_sqlite), ("postgresql", back_up_postgresql, restore_postgresql)],
)
def test_a_backup_under_load_holds_what_was_acknowledged_and_starts(
    tmp_path: Path, kind: str, back_up: Callable[[LargeHouse, Path], None], restore: Callable[[LargeHouse, Path], Copy]
):
    with large_house(tmp_path, on=kind) as house:
        house.clock.set(BEGINS)
        history, town = History(house.history), Town(house, "s0")
        load = Load(town, prepare(town), seed=0)
        load.start()
        acknowledged(history, 300)
        begun = time.time()
        back_up(house, tmp_path)
        ended = time.time()
        acknowledged(history, 500)
        load.stop()
        copy = restore(house, tmp_path)

        scene = Scene(until(history, begun, ended), copy, town.name)  # pyright: ignore[reportArgumentType] - all that rules ask of a house
        found = [finding for rule in (*people.RULES, *listening.RULES) for finding in rule.find(scene)]
        assert not found, "\n".join(map(str, found))
        # Objects that came after the rows were copied are there as well, and nobody names them yet.
        assert not [one for one in objects(scene) if one.wrong is Wrong.LOST]
        entered = dict(scene.rows(ENTRIES))
        assert {name: amount for name, amount, *_ in scene.rows(PAYMENTS)} == entered
        play_on(copy.values, load.listeners[0].email)


def acknowledged(history: History, number: int) -> None:
    while history.acknowledged() < number:
        history.read_on()
        time.sleep(0.1)


def play_on(values: Mapping[str, str], email: str) -> None:
    """A listener logs in and hears what is stored."""
    core = create_core(values)
    website = InProcessClient(core, Service.WEBSITE)
    account = website.send(LogIn(email, PASSWORD), Actor(Service.WEBSITE))
    listener = Sender(website, Actor(Service.WEBSITE, account_id=account.id))
    tracks = [track for release in listener.send(ListReleases()).items for track in listener.send(GetRelease(release.id)).tracks]
    session = listener.send(StartPlayback(next(track.id for track in tracks if track.playable), "phone"))
    for file in session.files:
        key = urlsplit(file.url).path.removeprefix("/media/")
        assert (Path(values["CELESTA_HOME"]) / "storage" / key).stat().st_size == file.size
    with core.app_context():
        close_engines()
