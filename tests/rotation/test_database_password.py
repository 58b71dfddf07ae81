"""The database's password is replaced under load: with users that take turns, and with one user whose password changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask

from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.contract.accounts import ListAccounts, RegisterAccount
from apps.core.contract.actions import Actor, Service
from apps.core.database import close_engines
from tests.conftest import settings
from tests.rotation.conftest import Keeper, Load
from tests.services import PostgresServer, wait_until

pytestmark = pytest.mark.postgresql

EVEN, ODD = "rota_even", "rota_odd"


class Database:
    """One of a server that asks these two users for a password."""

    def __init__(self, server: PostgresServer, name: str) -> None:
        self._server = server
        self.name = name

    def url(self, user: str, password: str) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self._server.port}/{self.name}"

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._server.url(self.name), autocommit=True) as connection:
            done = connection.execute(statement)  # pyright: ignore[reportArgumentType] - text made here
            return done.fetchall() if done.description else []

    def users(self) -> set[str]:
        """Who is logged in, besides us."""
        found = self.execute(f"SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = '{self.name}' AND usename LIKE 'rota_%'")
        return {name for (name,) in found}


@pytest.fixture
def guarded(postgresql_template: PostgresServer) -> Iterator[Database]:
    """A migrated database on a server that has stopped to trust those two."""
    server, name = postgresql_template, f"test_{uuid4().hex}"
    server.create(name, template="template")
    database, rules = Database(server, name), server.folder / "data/pg_hba.conf"
    before = rules.read_text()
    for user in (EVEN, ODD):
        database.execute(f"CREATE ROLE {user} LOGIN PASSWORD 'first-{user}' IN ROLE celesta")
    rules.write_text(f"host all {EVEN},{ODD} 127.0.0.1/32 scram-sha-256\n{before}")
    database.execute("SELECT pg_reload_conf()")
    yield database
    rules.write_text(before)
    database.execute("SELECT pg_reload_conf()")
    server.drop(name)
    other = Database(server, "postgres")
    for user in (EVEN, ODD):
        other.execute(f"DROP ROLE {user}")


@pytest.fixture
def core(tmp_path: Path, keeper: Keeper, guarded: Database) -> Iterator[Flask]:
    """With one kept connection, so that most requests open one of their own."""
    told = settings(tmp_path)
    for name in [name for name in told if name.endswith("_KEY") or name.startswith("DOOR_KEY_")]:
        keeper.store(name, told.pop(name))
    keeper.store("DATABASE_URL", guarded.url(EVEN, f"first-{EVEN}"))
    del told["DATABASE_URL"]
    app = create_core({**told, **keeper.settings, "DATABASE_POOL": "1"})
    yield app
    with app.app_context():
        close_engines()


@pytest.fixture
def somebody(core: Flask) -> Callable[[], None]:
    """Registers and looks who is there."""
    numbers = count()

    def work() -> None:
        email = f"somebody-{next(numbers)}@example.com"
        InProcessClient(core, Service.WEBSITE).send(RegisterAccount(email, "Somebody", "correct horse battery"), Actor(Service.WEBSITE))
        accounts = InProcessClient(core, Service.CONSOLE).send(ListAccounts(size=1), Actor(Service.CONSOLE))
        assert accounts.items

    return work


class TestRotation:
    def test_of_two_users_that_take_turns(self, core, guarded: Database, somebody, load: Load, rotate):
        with load.running(*[somebody] * 3):
            load.goes_on()
            assert guarded.users() == {EVEN}
            rotate("DATABASE_URL", guarded.url(ODD, f"first-{ODD}"), core.extensions["container"])
            wait_until(lambda: guarded.users() == {ODD}, 60)
            guarded.execute(f"ALTER ROLE {EVEN} NOLOGIN")
            load.goes_on()
            guarded.execute(f"ALTER ROLE {EVEN} LOGIN PASSWORD 'second-{EVEN}'")
            rotate("DATABASE_URL", guarded.url(EVEN, f"second-{EVEN}"), core.extensions["container"])
            wait_until(lambda: guarded.users() == {EVEN}, 60)
        assert load.failures == []

    def test_of_one_users_password(self, core, guarded: Database, keeper: Keeper, somebody, load: Load):
        environment, url = core.extensions["container"].environment, guarded.url(EVEN, f"second-{EVEN}")
        with load.running(*[somebody] * 3):
            load.goes_on()
            keeper.replace("DATABASE_URL", url)
            wait_until(lambda: url in environment.secret_versions("DATABASE_URL"), 60)
            load.goes_on()
            guarded.execute(f"ALTER ROLE {EVEN} PASSWORD 'second-{EVEN}'")
            load.goes_on()
            keeper.withdraw("DATABASE_URL")
            wait_until(lambda: environment.secret_versions("DATABASE_URL") == (url,), 60)
            load.goes_on()
        assert load.failures == []

    def test_leaves_no_pooled_connection_of_a_withdrawn_user(self, core, guarded: Database, keeper: Keeper, somebody):
        environment, url = core.extensions["container"].environment, guarded.url(ODD, f"first-{ODD}")
        somebody()
        keeper.replace("DATABASE_URL", url)
        wait_until(lambda: environment.secret("DATABASE_URL") == url, 60)
        somebody()
        assert guarded.users() == {EVEN}
        keeper.withdraw("DATABASE_URL")
        wait_until(lambda: environment.secret_versions("DATABASE_URL") == (url,), 60)
        somebody()
        assert guarded.users() == {ODD}

    def test_to_what_nobody_lets_in_tells_no_password(self, core, guarded: Database, keeper: Keeper, somebody, caplog):
        environment, wrong = core.extensions["container"].environment, guarded.url(EVEN, "wrong-and-precious")
        keeper.replace("DATABASE_URL", wrong)
        wait_until(lambda: environment.secret("DATABASE_URL") == wrong, 60)
        somebody()
        keeper.withdraw("DATABASE_URL")
        wait_until(lambda: environment.secret_versions("DATABASE_URL") == (wrong,), 60)
        with pytest.raises(Exception) as failed:
            somebody()
        assert "precious" not in f"{failed.value!r} {caplog.text}"
