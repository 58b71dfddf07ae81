"""`python -m apps.core.migrate`."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import make_url, text

from apps.console.checkout import ROOT
from apps.core import migrate
from apps.core.database import db
from apps.core.migrations import REVISION
from tests.at_once import at_once
from tests.services import wait_until


@pytest.fixture
def told(values, monkeypatch):
    """Calls the program with these words, in the environment of the test."""
    for name, value in values.items():
        monkeypatch.setenv(name, value)

    def call(*words: str) -> None:
        monkeypatch.setattr("sys.argv", ["migrate", *words])
        migrate.main()

    return call


def empty(core_app):
    with core_app.app_context(), db.engine.begin() as connection:
        db.Model.metadata.drop_all(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP FUNCTION refuse_to_change_the_ledger, refuse_to_change_an_edition"))
        connection.execute(text("DROP TABLE alembic_version"))


@pytest.fixture
def unchangeable(database, monkeypatch):
    """Nobody can change the database any more."""

    def make() -> None:
        if database.startswith("postgresql"):
            with psycopg.connect(database, autocommit=True) as connection:
                name = connection.info.dbname
                connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        else:
            monkeypatch.setattr("apps.core.database.BUSY_MILLISECONDS", 10)
            stack.enter_context(closing(sqlite3.connect(make_url(database).database, isolation_level=None))).execute("BEGIN IMMEDIATE")

    with ExitStack() as stack:
        yield make


class TestMigrate:
    def test_makes_the_schema_and_does_it_once(self, core_app, told):
        empty(core_app)
        for _ in range(2):
            told()
        with core_app.app_context(), db.engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [REVISION]
            assert connection.execute(text("SELECT count(*) FROM account")).scalar() == 0

    def test_says_in_one_line_that_the_database_cannot_be_changed(self, core_app, told, unchangeable):
        empty(core_app)
        unchangeable()
        with pytest.raises(SystemExit, match="The database cannot be migrated") as ended:
            told()
        assert "\n" not in str(ended.value)

    def test_says_in_one_line_what_keeps_it_from_that(self, told, monkeypatch, tmp_path):
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/missing/celesta.db")
        with pytest.raises(SystemExit) as ended:
            told()
        assert "\n" not in str(ended.value)
        assert "DATABASE_URL" in str(ended.value)

    def test_says_in_one_line_that_a_newer_release_wrote_the_database(self, core_app, told):
        with core_app.app_context(), db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(
            SystemExit, match=f"has schema version 9999, .* needs {REVISION}: a newer release wrote it. Start that one"
        ) as ended:
            told()
        assert "\n" not in str(ended.value)

    def test_writes_the_next_migration_from_the_models(self, core_app, told, monkeypatch, tmp_path):
        folder = shutil.copytree(migrate.FOLDER, tmp_path / "100%" / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
        monkeypatch.setattr(migrate, "FOLDER", folder)
        with core_app.app_context(), db.engine.begin() as connection:
            connection.execute(text("DROP TABLE slot"))
        told("--write", "Bring back the slots")
        (written,) = folder.glob("versions/*bring_back_the_slots.py")
        assert written.name.startswith(f"{int(REVISION) + 1:04d}")
        text_of_it = written.read_text()
        assert 'op.create_table("slot"' in text_of_it.replace("\n        ", "").replace("'", '"')
        assert f'down_revision = "{REVISION}"' in text_of_it.replace("'", '"').replace(": str | None", "")


@pytest.fixture
def earlier(core_app):
    """The schema of a release before, whose table of plays is changed since."""

    def make() -> None:
        configuration = Config()
        configuration.set_main_option("script_location", str(migrate.FOLDER))
        with core_app.app_context(), db.engine.begin() as connection:
            configuration.attributes["connection"] = connection
            command.downgrade(configuration, "0014")

    return make


NOTE_EACH = {
    "sqlite": ("CREATE TRIGGER noted AFTER UPDATE ON alembic_version BEGIN INSERT INTO done VALUES (NEW.version_num); END",),
    "postgresql": (
        "CREATE FUNCTION note() RETURNS trigger AS $$ BEGIN INSERT INTO done VALUES (NEW.version_num); RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER noted AFTER UPDATE ON alembic_version FOR EACH ROW EXECUTE FUNCTION note()",
    ),
}


class TestSeveralAtOnce:
    def test_one_does_the_work_and_the_others_find_it_done(self, core_app, values, earlier):
        earlier()
        with core_app.app_context(), db.engine.begin() as connection:
            for statement in ("CREATE TABLE done (revision TEXT)", *NOTE_EACH[connection.dialect.name]):
                connection.execute(text(statement))
        start = [sys.executable, "-m", "apps.core.migrate"]
        copies = [subprocess.Popen(start, env={**os.environ, **values}, cwd=ROOT) for _ in range(3)]
        assert [copy.wait() for copy in copies] == [0, 0, 0]
        with core_app.app_context(), db.engine.connect() as connection:
            applied = connection.execute(text("SELECT revision FROM done ORDER BY revision")).scalars().all()
        assert applied == [f"{number:04d}" for number in range(15, int(REVISION) + 1)]


@pytest.mark.postgresql
class TestATableThatIsRead:
    """A backup by pg_dump holds every table until it ends."""

    @pytest.fixture
    def dump(self, earlier, database) -> Iterator[psycopg.Connection]:
        earlier()
        with psycopg.connect(database) as connection:
            connection.execute("SELECT count(*) FROM play")
            yield connection

    @pytest.fixture
    def another(self, database) -> Iterator[psycopg.Connection]:
        """As patient as one of Core's."""
        with psycopg.connect(database, autocommit=True, options="-c lock_timeout=5s") as connection:
            yield connection

    def test_is_waited_for_no_longer_than_its_readers_can_wait(self, told, dump, another):
        def migrating() -> str:
            with pytest.raises(SystemExit) as refused:
                told()
            return str(refused.value)

        def reading() -> int:
            wait_until(lambda: another.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (0,))
            try:
                return another.execute("SELECT count(*) FROM play").fetchone()[0]
            finally:
                dump.rollback()

        refusal, plays = at_once([migrating, reading])
        assert plays == 0
        assert "pg_dump or a long query, held a table that changes" in refusal
        assert "\n" not in refusal
        told()
        assert another.execute("SELECT version_num FROM alembic_version").fetchone() == (REVISION,)
