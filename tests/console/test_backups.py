"""`celesta backup` and `celesta restore`: all or nothing, into an empty home alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner

from apps.console.backups.restoring import restore
from apps.console.backups.taking import backup
from apps.console.embedded import free_port
from apps.console.jobs import jobs as jobs_command
from apps.console.migrate import migrate as bring_up_to_date
from apps.console.preflight import take_run_lock
from apps.console.run import run as start
from apps.core.app import create_core
from apps.core.migrate import migrate
from ports.container import Container
from ports.environment import BootError
from ports.storage.interface import Storage
from tests.console.conftest import NOBODY

KEY = "audio/one/two/flac-3.flac"
STORED = "%Y-%m-%d %H:%M:%S.%f"
"""A moment, as SQLite is given it."""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """One that was filled by `celesta run`: schema, secrets, an object."""
    for name in ("DATABASE_URL", "SECRETS", "STORAGE", "STORAGE_PATH", "SECRETS_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CELESTA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REDIS_URL", NOBODY)
    return tmp_path / "home"


@pytest.fixture
def filled(home):
    import os

    from apps.console.embedded import embedded_environment

    environment = embedded_environment(os.environ)
    migrate(environment)
    put(environment, KEY, b"music")
    return environment


def put(environment, key: str, content: bytes) -> None:
    source = Path(environment["CELESTA_HOME"]) / "source"
    source.write_bytes(content)
    Container(environment).get(Storage).put(key, source, "audio/flac")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """From now on another home, which is empty."""

    def move() -> Path:
        monkeypatch.setenv("CELESTA_HOME", str(tmp_path / "another"))
        return tmp_path / "another"

    return move


@pytest.fixture
def target(tmp_path):
    return tmp_path / "copies"


def damage(path: Path) -> None:
    """Its size stays as it is."""
    path.chmod(0o600)
    content = path.read_bytes()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])


def run(command, *arguments: object):
    return CliRunner().invoke(command, [str(one) for one in arguments])


def database_of(environment) -> str:
    return environment["DATABASE_URL"].removeprefix("sqlite:///")


def the_backup(target: Path) -> Path:
    (manifest,) = target.glob("*/manifest.json")
    return manifest.parent


class TestABackup:
    def test_comes_back_into_an_empty_home_with_everything(self, filled, target, elsewhere):
        done = run(backup, target, "--with-secrets")
        assert done.exit_code == 0, done.output
        home = elsewhere()
        done = run(restore, target)
        assert done.exit_code == 0, done.output
        assert (home / "storage" / KEY).read_bytes() == b"music"
        assert (home / "secrets" / "OFFLINE_KEY").read_text() == Path(filled["SECRETS_PATH"], "OFFLINE_KEY").read_text()
        assert (home / "secrets" / "OFFLINE_KEY").stat().st_mode & 0o777 == 0o400
        create_core({**filled, "CELESTA_HOME": str(home), "DATABASE_URL": f"sqlite:///{home}/celesta.db"})

    def test_leaves_secrets_out_and_says_so(self, filled, target, elsewhere):
        assert "OFFLINE_KEY" in run(backup, target).output
        assert not (the_backup(target) / "secrets").exists()
        elsewhere()
        assert "put back yours" in run(restore, target).output

    def test_copies_an_object_once_and_forgets_what_was_deleted(self, filled, target, elsewhere):
        run(backup, target)
        first = (target / "objects" / KEY).stat()
        the_backup(target).rename(target / "2020-01-01T00-00-00Z")
        put(filled, "audio/one/two/aac-4.mp4", b"more")
        Container(filled).get(Storage).delete(KEY)
        run(backup, target)
        assert (target / "objects" / KEY).stat().st_ino == first.st_ino
        home = elsewhere()
        run(restore, target)
        assert [path.name for path in (home / "storage/audio/one/two").iterdir()] == ["aac-4.mp4"]

    def test_is_not_taken_of_what_lies_elsewhere(self, filled, target, monkeypatch):
        monkeypatch.setenv("STORAGE", "s3")
        assert isinstance(run(backup, target).exception, BootError)
        monkeypatch.setenv("STORAGE", "filesystem")
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
        failed = run(backup, target)
        assert "how PostgreSQL is backed up" in str(failed.exception)
        assert not list(target.glob("*/manifest.json"))

    def test_that_cannot_be_written_says_so(self, filled, tmp_path):
        (tmp_path / "copies").mkdir()
        (tmp_path / "copies/objects").write_text("in the way")
        assert "cannot be written" in run(backup, tmp_path / "copies").output
        assert [path.name for path in (tmp_path / "copies").iterdir()] == ["objects"]

    def test_goes_on_where_an_earlier_one_is_damaged_and_names_that(self, filled, target):
        run(backup, target)
        earlier = the_backup(target)
        (earlier / "manifest.json").write_text("{")
        earlier.rename(earlier.with_name("2026-01-01T00-00-00Z"))
        done = run(backup, target)
        assert done.exit_code == 0, done.output
        assert "2026-01-01T00-00-00Z is damaged" in done.output

    def test_of_an_empty_home_is_refused_and_nothing_made(self, home, target):
        refused = run(backup, target)
        assert f"no celesta.db in {home}" in str(refused.exception)
        assert not home.exists()
        assert not target.exists()

    def test_is_not_put_where_it_would_be_lost(self, filled, target):
        assert "choose a folder on another disk" in str(run(backup, Path(filled["CELESTA_HOME"], "copies")).exception)
        assert "mount the disk" in str(run(backup, target / "not" / "mounted").exception)


class TestDamagedObjects:
    """What is stored has two objects; the disk of the backups has lost bits of one, and one altogether."""

    LOST = "audio/one/two/aac-4.mp4"

    @pytest.fixture
    def damaged(self, filled, target):
        put(filled, self.LOST, b"more")
        put(filled, "audio/whole.flac", b"whole")
        run(backup, target)
        damage(target / "objects" / KEY)
        (target / "objects" / self.LOST).unlink()
        the_backup(target).rename(target / "2020-01-01T00-00-00Z")

    def test_are_all_named_at_once_with_what_to_do(self, damaged, target, elsewhere):
        elsewhere()
        refused = run(restore, target)
        assert f"{target}/objects/{KEY} is damaged" in refused.output
        assert f"{target}/objects/{self.LOST} cannot be read" in refused.output
        assert "files: 2" in str(refused.exception)
        assert "celesta backup --verify" in str(refused.exception)

    def test_are_left_out_where_that_is_asked_for(self, damaged, target, elsewhere):
        home = elsewhere()
        done = run(restore, target, "--without-damaged")
        assert done.exit_code == 0, done.output
        assert [path.name for path in home.glob("storage/audio/**/*.*")] == ["whole.flac"]
        assert (home / "celesta.db").exists()

    def test_are_copied_again_by_a_backup_that_verifies(self, damaged, target, elsewhere):
        verified = run(backup, target, "--verify")
        assert [line.partition(" was ")[0] for line in verified.output.splitlines() if "copied again." in line] == [
            f"{target}/objects/{self.LOST}", f"{target}/objects/{KEY}",
        ]  # fmt: skip
        home = elsewhere()
        assert run(restore, target).exit_code == 0
        assert (home / "storage" / KEY).read_bytes() == b"music"

    def test_whose_originals_are_damaged_too_are_told(self, filled, damaged, target):
        damage(Path(filled["CELESTA_HOME"], "storage", KEY))
        verified = run(backup, target, "--verify")
        (told,) = (line for line in verified.output.splitlines() if KEY in line)
        assert "is not what it was then" in told


class TestAnInterruptedBackup:
    def test_is_never_taken_for_a_whole_one(self, filled, target, elsewhere):
        run(backup, target)
        broken = the_backup(target)
        (broken / "manifest.json").unlink()
        elsewhere()
        for source in (target, broken):
            refused = run(restore, source)
            assert "no whole backup" in str(refused.exception)

    @pytest.mark.parametrize("damaged", ["celesta.db", f"../objects/{KEY}", "secrets/OFFLINE_KEY"])
    def test_or_damaged_one_is_refused_and_brings_nothing(self, filled, target, elsewhere, damaged):
        run(backup, target, "--with-secrets")
        damage(the_backup(target) / damaged)
        home = elsewhere()
        assert "damaged" in str(run(restore, target).exception)
        assert [path.name for path in home.iterdir()] == ["run.lock"]

    def test_that_lacks_an_object_is_refused(self, filled, target, elsewhere):
        run(backup, target)
        shutil.rmtree(target / "objects")
        elsewhere()
        assert "cannot be read" in run(restore, target).output

    @pytest.mark.parametrize(("content", "told"), [("{}", "cannot be read"), (None, "another release's form")])
    def test_or_foreign_manifest_is_refused(self, filled, target, elsewhere, content, told):
        run(backup, target)
        manifest = the_backup(target) / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"version": 1', '"version": 2') if content is None else content)
        elsewhere()
        assert told in str(run(restore, target).exception)


class TestWhatExists:
    @pytest.mark.parametrize(
        "name", ["celesta.db", "celesta.db-wal", "celesta.db-shm", "celesta.db-journal", "storage/audio", "secrets/OFFLINE_KEY"]
    )
    def test_is_never_restored_over(self, filled, target, elsewhere, name):
        run(backup, target, "--with-secrets")
        home = elsewhere()
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("mine")
        assert "exists already" in str(run(restore, target).exception)
        assert (home / name).read_text() == "mine"

    def test_elsewhere_is_not_restored_into(self, filled, target, monkeypatch):
        run(backup, target)
        monkeypatch.setenv("DATABASE_URL", "sqlite:////tmp/elsewhere.db")
        assert "leave DATABASE_URL out" in str(run(restore, target).exception)


class TestAnInterruptedRestore:
    @pytest.fixture
    def interrupted(self, filled, target, elsewhere):
        """All but the database is there."""
        run(backup, target, "--with-secrets")
        home = elsewhere()
        (home / "celesta.db.part").mkdir(parents=True)
        assert "Not everything is back" in run(restore, target).output
        assert (home / "storage" / KEY).exists()
        (home / "celesta.db.part").rmdir()
        return home

    @pytest.mark.parametrize(
        ("command", "arguments"), [(start, ("--port", str(free_port()))), (bring_up_to_date, ()), (jobs_command, ("list",))]
    )
    def test_is_no_home_for_anything(self, interrupted, command, arguments, monkeypatch):
        monkeypatch.setenv("CACHE", "none such")  # nothing would start for this reason either, but it is asked later
        refused = run(command, *arguments)
        assert "run celesta restore again" in str(refused.exception)
        assert not (interrupted / "celesta.db").exists()

    def test_goes_on_where_it_is_repeated(self, interrupted, target):
        done = run(restore, target)
        assert done.exit_code == 0, done.output
        assert sorted(path.name for path in interrupted.iterdir()) == ["celesta.db", "run.lock", "secrets", "storage"]
        assert run(jobs_command, "list").exit_code == 0

    def test_goes_on_with_no_other_backup(self, interrupted, target):
        taken = the_backup(target)
        shutil.copytree(taken, target / "2020-01-01T00-00-00Z")
        refused = run(restore, target / "2020-01-01T00-00-00Z")
        assert f"has a part of the backup {taken.name}: name that one" in str(refused.exception)


class TestADatabaseWithoutItsSecrets:
    def test_starts_nothing_and_is_given_no_new_ones(self, filled, target, elsewhere):
        run(backup, target)
        home = elsewhere()
        run(restore, target)
        refused = run(bring_up_to_date)
        assert "put them back there" in str(refused.exception)
        assert list((home / "secrets").iterdir()) == []

    def test_starts_with_new_ones_once_somebody_has_made_the_first(self, filled, target, elsewhere):
        run(backup, target)
        home = elsewhere()
        run(restore, target)
        (home / "secrets/OFFLINE_KEY").write_text("x" * 64)
        (home / "secrets/OFFLINE_KEY").chmod(0o400)
        done = run(bring_up_to_date)
        assert done.exit_code == 0, done.output
        assert (home / "secrets/LICENCE_KEY").exists()


class TestARestore:
    def test_and_a_service_that_runs_keep_each_other_out(self, filled, target, elsewhere):
        run(backup, target)
        home = elsewhere()
        home.mkdir()
        with take_run_lock(home, "http://127.0.0.1:9"):
            assert "Celesta already runs here" in str(run(restore, target).exception)
        with take_run_lock(home):
            assert "brings a backup back here" in str(run(start).exception)

    def test_has_what_waits_announced_at_once(self, filled, target, elsewhere):
        """Whatever was announced before, and for how long the sweeper would have left it alone."""
        later = datetime.now(UTC) + timedelta(days=1)
        job = {"id": uuid4().bytes, "created_at": f"{later - timedelta(days=1):{STORED}}", "lease_until": f"{later:{STORED}}"}
        with closing(sqlite3.connect(database_of(filled))) as connection:
            connection.execute(
                "INSERT INTO job (id, kind, subject, work, status, attempts, progress, lease_until, created_at) "
                "VALUES (:id, 'receive', 'one', '', 'waiting', 0, 0, :lease_until, :created_at)", job,
            )  # fmt: skip
            connection.commit()
        run(backup, target)
        home = elsewhere()
        assert run(restore, target).exit_code == 0
        with closing(sqlite3.connect(home / "celesta.db")) as connection:
            assert connection.execute("SELECT lease_until FROM job").fetchall() == [(job["created_at"],)]


class TestWhatIsWrittenMeanwhile:
    def test_waits_for_nobody(self, filled, target):
        """A Command that holds the database's write lock keeps no backup from being taken."""
        with closing(sqlite3.connect(database_of(filled), isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            assert run(backup, target).exit_code == 0
            writer.execute("ROLLBACK")
