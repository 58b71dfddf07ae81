"""What each process measures is added up in the database, and is lost to nobody's request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import TimeoutError as PoolTimeout

from apps.core.app import create_core
from apps.core.client.choice import core_client
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.accounts import GetOwnAccount, ListAccounts, SuspendAccount
from apps.core.contract.actions import Service
from apps.core.contract.costs import ListActionCosts, ListStatementCosts
from apps.core.contract.errors import NotFound
from apps.core.contract.jobs import PruneExpired
from apps.core.contract.offline import ListDevices
from apps.core.costs.keeping import KEPT, TOLD_AGAIN, CostKeeper
from apps.core.costs.models import ActionCostRow, StatementCostRow, StatementTextRow
from apps.core.database import close_engines, db
from apps.core.meter import MOST_SPENDINGS, MOST_STATEMENTS, OTHER_STATEMENTS, Measure, Meter, measured
from apps.core.relay import RELAY, Relay
from ports.clock.interface import Clock
from ports.environment import Environment
from tests.services import wait_until


@pytest.fixture
def cost_of(operator):
    """By Action, what it cost within the window, as an operator reads it."""
    return lambda name: next((one.now for one in operator.send(ListActionCosts()).actions if one.action == name), None)


class TestWhatIsKept:
    def test_is_what_the_meter_counted(self, ana, operator, keeper, cost_of):
        for _ in range(3):
            ana.send(GetOwnAccount())
        operator.send(SuspendAccount("ana@example.com"))
        with pytest.raises(NotFound):
            operator.send(SuspendAccount("nobody@example.com"))
        assert keeper.turn()
        own, suspended = cost_of("GetOwnAccount"), cost_of("SuspendAccount")
        assert (own.count, own.errors, own.statements) == (3, 0, 4)  # that the account is not suspended is remembered for some seconds
        assert (suspended.count, suspended.errors) == (2, 1)
        assert 0 < own.database_ms < own.ms
        assert 0 < own.slowest_ms < own.ms

    def test_adds_up_over_processes_and_turns(self, values, core_app, ana, keeper, cost_of, clock):
        other = create_core(values)
        other.extensions["container"].get(Clock).set(clock.now())
        elsewhere = CostKeeper(other)
        for _ in range(2):
            ana.send(GetOwnAccount())
            Sender(InProcessClient(other, Service.WEBSITE), ana.actor).send(GetOwnAccount())
            assert (keeper.turn(), elsewhere.turn()) == (True, True)
        assert cost_of("GetOwnAccount").count == 4
        with other.app_context():
            close_engines()

    def test_names_the_statements(self, ana, operator, keeper):
        for _ in range(2):
            ana.send(GetOwnAccount())
        operator.send(ListAccounts())
        keeper.turn()
        own, standing = sorted(operator.send(ListStatementCosts("GetOwnAccount")).statements, key=lambda one: "email" not in one.text)
        assert own.text.startswith("SELECT account.id, account.email, account.name, ")
        assert own.text.endswith(" WHERE account.id = ?")
        assert standing.text.startswith("SELECT account.status, ")
        assert (own.now.count, standing.now.count) == (2, 1)
        assert 0 < own.now.slowest_ms < own.now.ms
        listed = [one.now.rows for one in operator.send(ListStatementCosts("ListAccounts")).statements]
        assert sum(listed) == 1

    def test_has_what_the_relay_does_under_a_name_of_its_own(self, core_app, keeper, cost_of):
        Relay(core_app).turn()
        keeper.turn()
        assert cost_of(RELAY).statements >= 3

    def test_has_what_asked_the_database_nothing(self, core_app, keeper, cost_of):
        core_app.extensions["container"].get(Meter).take()
        core_app.extensions["container"].get(Meter).record("Idle", Measure(), failed=False)
        keeper.turn()
        assert cost_of("Idle").count == 1

    def test_is_nothing_where_nothing_happened(self, keeper, left):
        assert keeper.turn()
        assert left(ActionCostRow.action) == []


class TestADatabaseThatCannotBeWrittenTo:
    def test_has_the_sums_later(self, ana, core_app, keeper, cost_of):
        ana.send(GetOwnAccount())
        with taking_no_changes(core_app):
            assert keeper.turn() is False
        ana.send(GetOwnAccount())
        assert (keeper.turn(), keeper.turn()) == (True, True)
        assert cost_of("GetOwnAccount").count == 2

    def test_has_them_later_where_every_connection_is_in_use(self, ana, core_app, keeper, cost_of, monkeypatch):
        """As they are in a spike, whose cost is what somebody looks for."""
        ana.send(GetOwnAccount())
        with core_app.app_context(), ExitStack() as taken:
            pool = db.engine.pool
            monkeypatch.setattr(pool, "_timeout", 0.01)
            with pytest.raises(PoolTimeout):
                while True:
                    taken.enter_context(db.engine.connect())
            assert keeper.turn() is False
        assert keeper.turn()
        assert cost_of("GetOwnAccount").count == 1

    def test_holds_nothing_up_that_can_never_be_written(self, ana, core_app, keeper, cost_of):
        core_app.extensions["container"].get(Meter).record("Endless", Measure(rows=2**64), failed=False)
        assert keeper.turn()
        ana.send(GetOwnAccount())
        keeper.turn()
        assert cost_of("GetOwnAccount").count == 1

    def test_stops_nothing_where_the_mistake_is_ours(self, ana, keeper, cost_of, monkeypatch):
        ana.send(GetOwnAccount())
        with monkeypatch.context() as broken:
            broken.setattr(keeper, "_core", None)
            assert keeper.turn()
        ana.send(GetOwnAccount())
        keeper.turn()
        assert cost_of("GetOwnAccount").count == 1


@contextmanager
def taking_no_changes(core_app) -> Iterator[None]:
    """As what was the primary before a failover does."""

    def begin(connection: Connection) -> None:
        sqlite = connection.dialect.name == "sqlite"
        connection.connection.cursor().execute("PRAGMA query_only = ON" if sqlite else "SET TRANSACTION READ ONLY")

    with core_app.app_context():
        event.listen(db.engine, "begin", begin)
        yield
        event.remove(db.engine, "begin", begin)
        db.engine.dispose()


class TestTheMeterHolds:
    def test_no_more_minutes_than_it_may(self, core_app, clock):
        meter = core_app.extensions["container"].get(Meter)
        meter.take()
        for number in range(MOST_SPENDINGS + 1):
            meter.record(f"Action{number}", Measure(), failed=False)
        names = [name for _, name in meter.take()]
        assert (len(names), names[0]) == (MOST_SPENDINGS, "Action1")

    def test_no_more_statements_than_it_may(self, core_app):
        meter = core_app.extensions["container"].get(Meter)
        meter.take()
        measure = Measure()
        for number in range(MOST_STATEMENTS + 2):
            measure.ended(f"SELECT a{number}", 0)
        meter.record("Many", measure, failed=False)
        (spending,) = meter.take().values()
        assert len(spending.statements) == MOST_STATEMENTS + 1
        assert spending.statements[OTHER_STATEMENTS].count == 2

    def test_rows_that_no_statement_fetched(self):
        measure = Measure()
        measure.fetched(3)
        assert (measure.rows, measure.by_statement) == (3, {})

    def test_nothing_of_what_is_not_measured(self, core_app):
        meter = core_app.extensions["container"].get(Meter)
        with core_app.app_context(), db.engine.connect() as connection:
            with pytest.raises(Exception, match="nowhere"):
                connection.execute(text("SELECT 1 FROM nowhere"))
            meter.take()
            with measured(meter, "one", Measure()):
                connection.rollback()
                connection.execute(select(1))
        assert [name for _, name in meter.take()] == ["one"]


class TestKeeping:
    def test_goes_on_by_itself_until_it_is_stopped(self, core_app, ana, cost_of):
        keeper = CostKeeper(core_app, turn_seconds=0.01)
        keeper.start()
        ana.send(GetOwnAccount())
        wait_until(lambda: cost_of("GetOwnAccount") is not None)
        keeper.stop()
        keeper.join()

    def test_begins_where_a_worker_brings_its_own_core(self, values):
        before = set(threading.enumerate())
        core_client(Environment(values), Service.CONSOLE)
        assert set(threading.enumerate()) == before
        core_client(Environment(values), Service.TASKS)
        (keeper,) = set(threading.enumerate()) - before
        assert isinstance(keeper, CostKeeper)
        keeper.stop()

    def test_writes_the_last_seconds_of_a_process_that_ends(self, core_app, ana, cost_of):
        core_app.extensions["keep_costs"]()
        ana.send(GetOwnAccount())
        core_app.extensions["close"]()
        assert cost_of("GetOwnAccount").count == 1

    def test_ends_with_the_days(self, ana, worker, keeper, left, clock):
        ana.send(GetOwnAccount())
        keeper.turn()
        clock.advance((KEPT + timedelta(minutes=2)).total_seconds())
        worker.send(PruneExpired())
        keeper.turn()
        assert "GetOwnAccount" not in left(ActionCostRow.action)
        assert "GetOwnAccount" not in left(StatementCostRow.action)
        assert left(StatementTextRow.text)

    def test_forgets_texts_that_nothing_used_since(self, ana, worker, keeper, left, clock):
        ana.send(GetOwnAccount())
        ana.send(ListDevices())
        keeper.turn()
        clock.advance(TOLD_AGAIN.total_seconds())
        ana.send(ListDevices())
        keeper.turn()
        clock.advance((KEPT - timedelta(seconds=1)).total_seconds())
        worker.send(PruneExpired())
        assert _about(left, "account.email")
        clock.advance(2)
        worker.send(PruneExpired())
        assert not _about(left, "account.email")
        assert _about(left, "device.public_key")


def _about(left, column: str) -> list[str]:
    return [text for text in left(StatementTextRow.text) if column in text]
