"""`celesta backup` and `celesta restore`: all or nothing, into an empty home alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from apps.console.backups.restoring import restore
from apps.console.backups.taking import backup
from apps.core.app import create_core
from apps.core.migrate import migrate
from ports.container import Container
from ports.environment import BootError
from ports.storage.interface import Storage
from tests.console.conftest import NOBODY

KEY = "audio/one/two/flac-3.flac"


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


def run(command, *arguments: object):
    return CliRunner().invoke(command, [str(one) for one in arguments])


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
        (tmp_path / "file").write_text("in the way")
        assert "cannot be written" in run(backup, tmp_path / "file" / "copies").output


class TestAnInterruptedBackup:
    def test_is_never_taken_for_a_whole_one(self, filled, target, elsewhere):
        run(backup, target)
        broken = the_backup(target)
        (broken / "manifest.json").unlink()
        elsewhere()
        for source in (target, broken):
            refused = run(restore, source)
            assert "no whole backup" in str(refused.exception)

    @pytest.mark.parametrize("damaged", ["celesta.db", f"../objects/{KEY}"])
    def test_or_damaged_one_is_refused_and_leaves_no_database(self, filled, target, elsewhere, damaged):
        run(backup, target)
        with (the_backup(target) / damaged).open("r+b") as file:
            file.write(b"x")
        home = elsewhere()
        assert "damaged" in str(run(restore, target).exception)
        assert not (home / "celesta.db").exists()

    def test_that_lacks_an_object_is_refused(self, filled, target, elsewhere):
        run(backup, target)
        shutil.rmtree(target / "objects")
        elsewhere()
        assert "cannot be read" in str(run(restore, target).exception)

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


class TestWhatIsWrittenMeanwhile:
    def test_waits_for_nobody(self, filled, target):
        """A Command that holds the database's write lock keeps no backup from being taken."""
        with closing(sqlite3.connect(filled["DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            assert run(backup, target).exit_code == 0
            writer.execute("ROLLBACK")
