"""A copy of the SQLite database as it is at one moment."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing

import pytest

from apps.core import backup
from apps.core.backup import copy_database
from apps.core.contract.accounts import ListAccounts
from ports.environment import BootError


@pytest.fixture
def target(tmp_path):
    return tmp_path / "copy.db"


def emails(path) -> set[str]:
    with closing(sqlite3.connect(path)) as copy:
        return {row[0] for row in copy.execute("SELECT email FROM account")}


class TestACopy:
    def test_holds_what_is_there_and_nothing_that_comes_later(self, ana, values, core_app, target, database, person, administrator):
        if database.startswith("postgresql"):
            with pytest.raises(BootError, match="how PostgreSQL is backed up"):
                copy_database(values, target)
            return
        copy_database(values, target)
        person("Later")
        assert emails(target) == {account.email for account in administrator.send(ListAccounts()).items} - {"later@example.com"}
        assert [path.name for path in target.parent.glob("copy.db*")] == ["copy.db"]

    def test_of_nothing_is_refused(self, values, tmp_path, target):
        with pytest.raises(BootError, match="There is no SQLite database here"):
            copy_database({**values, "DATABASE_URL": f"sqlite:///{tmp_path}/nowhere.db"}, target)

    def test_that_cannot_be_written_is_refused(self, values, tmp_path):
        made = tmp_path / "made.db"
        sqlite3.connect(made).close()
        with pytest.raises(BootError, match="could not be copied"):
            copy_database({**values, "DATABASE_URL": f"sqlite:///{made}"}, tmp_path / "no folder" / "copy.db")

    def test_of_a_damaged_database_is_refused(self, values, tmp_path, target):
        damaged = tmp_path / "damaged.db"
        with closing(sqlite3.connect(damaged)) as connection:
            connection.executescript("CREATE TABLE one (text TEXT); INSERT INTO one VALUES (NULL); PRAGMA writable_schema = ON;")
            connection.execute("UPDATE sqlite_schema SET sql = 'CREATE TABLE one (text TEXT NOT NULL)'")
            connection.commit()
        with pytest.raises(BootError, match="The database is damaged"):
            copy_database({**values, "DATABASE_URL": f"sqlite:///{damaged}"}, target)


class TestTheProcess:
    @pytest.fixture
    def run(self, values, monkeypatch, target):
        def act(**changes: str) -> None:
            for name, value in {**values, **changes}.items():
                monkeypatch.setenv(name, value)
            monkeypatch.setattr(sys, "argv", ["backup", str(target)])
            backup.main()

        return act

    def test_copies(self, run, tmp_path, target):
        made = tmp_path / "made.db"
        sqlite3.connect(made).execute("CREATE TABLE one (id INTEGER)").connection.close()
        run(DATABASE_URL=f"sqlite:///{made}")
        assert target.is_file()

    def test_refuses_to_prepare_what_is_no_database(self, monkeypatch, target):
        target.write_text("no database")
        monkeypatch.setattr(sys, "argv", ["backup", "--announce", str(target)])
        with pytest.raises(SystemExit, match="cannot be prepared") as ended:
            backup.main()
        assert "\n" not in str(ended.value)

    def test_says_in_one_line_what_is_wrong(self, run, tmp_path):
        with pytest.raises(SystemExit, match="There is no SQLite database here"):
            run(DATABASE_URL=f"sqlite:///{tmp_path}/nowhere.db")
