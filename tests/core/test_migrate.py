"""`python -m apps.core.migrate`."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack, closing

import psycopg
import pytest
from sqlalchemy import make_url, text

from apps.core import migrate
from apps.core.database import db
from apps.core.migrations import REVISION


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
