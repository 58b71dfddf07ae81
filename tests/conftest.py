"""What every test may ask for: a fresh Core on a real database, and people to act as."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import structlog
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as of_hypothesis
from prometheus_client import CollectorRegistry
from sqlalchemy import event, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.accounts import ChangeRoles, RegisterAccount
from apps.core.contract.actions import Actor, Event, Role, Service
from apps.core.database import close_engines, reader
from apps.core.migrate import migrate
from ports.clock.interface import Clock
from ports.clock.stepped import SteppedClock
from ports.metrics import begin_recording, end_recording
from ports.task_queue.held import HeldTaskQueue
from ports.task_queue.interface import TaskQueue
from tests.canaries import search
from tests.factories.catalogue import Catalogue
from tests.factories.plans import OnPlan
from tests.factories.reporting import Reports
from tests.services import PostgresServer, postgresql

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PASSWORD = "correct horse battery"
PLAIN_LOGS = {
    **structlog.get_config(),
    "processors": [
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ],
}
"""As the development packages set structlog up, a traceback shows every variable and takes seconds."""
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


of_hypothesis.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
of_hypothesis.load_profile("any machine")
"""How fast examples are made tells of the machine's other work alone."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=int, default=1, help="how many seeds the fault run goes through (./celesta test --faults --seeds 10)")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """No test has a secret of `settings` in what it logged, printed or failed with."""
    report = yield
    written = report.sections if report.when == "teardown" else [("the error", report.longreprtext)]
    if leaks := search({title: content.encode(errors="replace") for title, content in written}, SECRET_VALUES):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} let secrets out: {', '.join(leaks)}. No log and no error may have them."
    return report


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Core's own tests run on both databases, or on PostgreSQL alone where they are marked so; the others on SQLite."""
    if "database" in metafunc.fixturenames:
        both = "tests/core/" in str(metafunc.definition.path)
        databases: list[object] = []
        if not metafunc.definition.get_closest_marker("postgresql"):
            databases.append(pytest.param("sqlite", marks=pytest.mark.twin) if both else "sqlite")
        if both:
            databases.append(pytest.param("postgresql", marks=pytest.mark.postgresql))
        metafunc.parametrize("database", databases, indirect=True)


@pytest.fixture(autouse=True)
def logs_as_they_were() -> None:
    """A command that was run in this process does not decide what later tests see in the logs."""
    structlog.configure(**PLAIN_LOGS)


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """Every test has engines of its own, which would all compile the same statements anew: half of what the tests took."""
    compiled: LRUCache[Any, Any] = LRUCache(10_000)

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=compiled)

    with pytest.MonkeyPatch.context() as patch:
        for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
            patch.setattr(dialect, "__eq__", lambda one, other: type(one) is type(other))
            patch.setattr(dialect, "__hash__", lambda one: hash(type(one)))
        event.listen(Engine, "engine_connect", share)
        yield
        event.remove(Engine, "engine_connect", share)


@pytest.fixture(scope="session", autouse=True)
def addresses_compiled_once() -> Iterator[None]:
    """Every test has apps of its own, whose rules are the same: a quarter of what tests of pages and of the API took."""
    compile_builder, compiled = Rule._compile_builder, dict[Any, Any]()

    def share(rule: Rule, append_unknown: bool = True) -> Any:
        of = (rule.rule, repr(rule.defaults), tuple(rule._trace), append_unknown)
        return compiled.get(of) or compiled.setdefault(of, compile_builder(rule, append_unknown))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", share)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database to be copied."""
    folder = tmp_path_factory.mktemp("template")
    migrate({**settings(folder), "DATABASE_URL": f"sqlite:///{folder}/celesta.db"})
    return folder / "celesta.db"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    from tests.chromium import running_chromium

    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[PostgresServer]:
    with postgresql() as server:
        folder = server.folder / "home"
        migrate({**settings(folder), "DATABASE_URL": server.url("template")})
        yield server


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database that this test alone uses."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "celesta.db")
        yield f"sqlite:///{tmp_path}/celesta.db"
        return
    server: PostgresServer = request.getfixturevalue("postgresql_template")
    name = f"test_{uuid4().hex}"
    server.create(name, template="template")
    yield server.url(name)
    server.drop(name)


SECRET_VALUES = {
    "SESSION_KEY": "kUBp1Xb3cK5mV7nQ9tYw", "MEDIA_KEY": "zR4vT6yU8iO0pA2sD4fG",
    "LICENCE_KEY": "wE5rT7yU9iO1pA3sD5fG7hJ9kL1zX3cV", "OFFLINE_KEY": "bN2mQ4wE6rT8yU0iO2pA4sD6fG8hJ0kL",
    **{f"DOOR_KEY_{service.upper()}": f"key-of-{service}-5tGb7yHn9uJm" for service in Service},
}  # fmt: skip


def settings(home: Path) -> dict[str, str]:
    """The environment of a Core that reaches nothing outside its folder."""
    return {
        "CELESTA_ENV": "test", "CELESTA_HOME": str(home), "SECRETS": "env", "CLOCK": "stepped", "TASK_QUEUE": "held",
        "TRANSCODER": "fake", "MAIL": "outbox", "PAYMENTS": "fake", "PASSWORD_MEMORY": "8",
        "SESSIONS": "memory", "TOKENS": "memory", "CACHE": "memory",
        "DATABASE_URL": "sqlite:////nowhere", **SECRET_VALUES,
    }  # fmt: skip


@pytest.fixture
def values(tmp_path: Path, database: str) -> dict[str, str]:
    """What the apps of this test are told by their environment."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return {**settings(home), "DATABASE_URL": database}


STORES = {"APPLE": "fake", "GOOGLE": "fake", "AMAZON": "fake"}
"""For tests that buy in app stores, which are off otherwise."""


@pytest.fixture
def core_app(values: dict[str, str]) -> Iterator[Flask]:
    app = create_core(values)
    app.extensions["container"].get(Clock).set(START)
    yield app
    with app.app_context():
        close_engines()
    queue = app.extensions["container"].get(TaskQueue)
    if isinstance(queue, HeldTaskQueue):
        assert search({"a task": str(queue.held).encode()}, SECRET_VALUES) == []


@pytest.fixture
def clock(core_app: Flask) -> SteppedClock:
    return core_app.extensions["container"].get(Clock)


@pytest.fixture
def task_queue(core_app: Flask) -> HeldTaskQueue:
    return core_app.extensions["container"].get(TaskQueue)


@pytest.fixture
def sender(core_app: Flask) -> Callable[[Actor], Sender]:
    """Sends as any actor, through the front end the actor comes from."""
    return lambda actor: Sender(InProcessClient(core_app, actor.service), actor)


@pytest.fixture
def visitor(sender: Callable[[Actor], Sender]) -> Sender:
    return sender(Actor(Service.WEBSITE))


@pytest.fixture
def operator(sender: Callable[[Actor], Sender]) -> Sender:
    return sender(Actor(Service.CONSOLE))


@pytest.fixture
def worker(sender: Callable[[Actor], Sender]) -> Sender:
    return sender(Actor(Service.TASKS))


@pytest.fixture
def person(visitor: Sender, operator: Sender, sender: Callable[[Actor], Sender]) -> Callable[..., Sender]:
    """A registered account with these roles, on the website."""

    def make(name: str, *roles: Role) -> Sender:
        email = f"{name.lower()}@example.com"
        account = visitor.send(RegisterAccount(email, name, PASSWORD))
        if roles:
            operator.send(ChangeRoles(email, frozenset(roles)))
        return sender(Actor(Service.WEBSITE, account_id=account.id))

    return make


@pytest.fixture
def ana(person: Callable[..., Sender]) -> Sender:
    """A listener."""
    return person("Ana")


@pytest.fixture
def ben(person: Callable[..., Sender]) -> Sender:
    """Another listener."""
    return person("Ben")


@pytest.fixture
def staff(person: Callable[..., Sender]) -> Sender:
    return person("Stella", Role.STAFF)


@pytest.fixture
def administrator(person: Callable[..., Sender]) -> Sender:
    return person("Ada", Role.ADMINISTRATOR)


@pytest.fixture
def emitted(core_app: Flask) -> Callable[[type[Event]], int]:
    """How many events of a kind have been stored in the outbox."""
    from sqlalchemy import func, select

    from apps.core.database import reader
    from apps.core.outbox import OutboxRow

    def count(kind: type[Event]) -> int:
        with core_app.app_context(), reader() as connection:
            return connection.scalar(select(func.count()).where(OutboxRow.event == kind.__name__)) or 0

    return count


@pytest.fixture
def on_plan(core_app: Flask) -> OnPlan:
    """Puts somebody on a plan."""
    return OnPlan(core_app)


@pytest.fixture
def catalogue(operator: Sender, worker: Sender) -> Catalogue:
    """Makes releases by delivering them, as an import does."""
    return Catalogue(operator, worker)


@pytest.fixture
def reports(core_app: Flask, operator: Sender, worker: Sender, catalogue: Catalogue) -> Reports:
    """Reports weeks, and what they need."""
    return Reports(core_app, operator, worker, catalogue)


@pytest.fixture
def left(core_app: Flask) -> Callable[[Any], list[Any]]:
    """The values of a column that are still there, in order."""

    def values(column: Any) -> list[Any]:
        with core_app.app_context(), reader() as connection:
            return sorted(connection.scalars(select(column)))

    return values


@pytest.fixture
def told() -> Iterator[CollectorRegistry]:
    """What Prometheus is told while it is there."""
    registry = CollectorRegistry()
    begin_recording(registry)
    yield registry
    end_recording()
