"""The database: its address, its two engines, and what it keeps exactly."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text

from apps.core.app import create_core
from apps.core.contract.accounts import GetOwnAccount, ListAccounts, SuspendAccount
from apps.core.database import close_engines, db, dispose_engines, fetch, reader
from apps.core.jobs.models import SlotRow
from ports.environment import BootError


class TestTheAddress:
    @pytest.mark.parametrize(
        ("address", "told"),
        [
            ("nonsense of secrecy", "not a database's address"),
            ("mysql://user:secret@host/name", "runs on sqlite and postgresql"),
            ("sqlite://", "in memory"),
            ("sqlite:///:memory:", "in memory"),
            ("postgresql://user:secret@127.0.0.1:1/name", "cannot be used"),
        ],
    )
    def test_that_cannot_work_stops_the_boot_without_telling_the_password(self, address, told, values):
        with pytest.raises(BootError, match=told) as stopped:
            create_core({**values, "DATABASE_URL": address})
        assert "secret" not in str(stopped.value)

    def test_of_something_else_than_a_database_stops_the_boot(self, values, tmp_path):
        (tmp_path / "notes.txt").write_text("no database, whatever its name says" * 100)
        with pytest.raises(BootError, match="cannot be used"):
            create_core({**values, "DATABASE_URL": f"sqlite:///{tmp_path}/notes.txt"})

    def test_that_is_missing_stops_the_boot(self, values):
        with pytest.raises(BootError, match="DATABASE_URL"):
            create_core({**values, "DATABASE_URL": ""})


class TestTheEngines:
    def test_the_reader_cannot_write(self, core_app):
        with core_app.app_context(), reader() as connection, pytest.raises(Exception, match=r"read-?only"):
            connection.execute(text("DELETE FROM slot"))

    def test_sqlite_loses_nothing_and_lets_readers_read(self, core_app):
        with core_app.app_context(), db.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                told = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]
                assert told == ["wal", 2, 1]
            else:
                assert connection.execute(text("SHOW transaction_isolation")).scalar() == "read committed"

    @pytest.mark.postgresql
    def test_wait_for_nobody_for_ever(self, core_app):
        with core_app.app_context():
            for engine in db.engines.values():
                with engine.connect() as connection:
                    told = [
                        connection.execute(text(f"SHOW {name}")).scalar()
                        for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
                    ]
                assert told == ["5s", "30s", "1min"]

    def test_a_forked_process_leaves_its_parents_connections_alone(self, core_app, ana):
        with core_app.app_context():
            pools = [engine.pool for engine in db.engines.values()]
            dispose_engines(core_app)
            assert all(engine.pool is not pool for engine, pool in zip(db.engines.values(), pools, strict=True))
        assert ana.send(GetOwnAccount()).name == "Ana"
        for pool in pools:
            pool.dispose()

    def test_what_is_fetched_outside_an_action_counts_for_none(self, core_app):
        with core_app.app_context(), reader() as connection:
            assert fetch(connection, select(SlotRow.schedule)) == []


class TestACore:
    def test_lasts_as_long_as_its_process_and_can_be_built_again(self, values, operator, ana):
        """Nothing is kept in a process that the next one would need."""
        operator.send(SuspendAccount("ana@example.com"))
        second: Flask = create_core(values)
        from apps.core.client.in_process import InProcessClient
        from apps.core.contract.actions import Actor, Service

        accounts = InProcessClient(second, Service.CONSOLE).send(ListAccounts(), Actor(Service.CONSOLE)).items
        assert [account.status for account in accounts] == ["suspended"]
        with second.app_context():
            close_engines()
