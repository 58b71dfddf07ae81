"""A spike that a test injects under a load of everything else is the first that the ranking names, with its statement."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.catalogue import GetArtist, GetCatalogueState, GetRelease, ListReleases
from apps.core.contract.charts import ListCharts
from apps.core.contract.costs import ActionCost, ListActionCosts, ListStatementCosts, StatementCost
from apps.core.contract.ids import new_id
from apps.core.contract.listening import ListRecentlyPlayed
from apps.core.database import db
from apps.core.listening.models import HistoryRow
from tests.conftest import START

WINDOW = 5
"""Minutes."""
PLAYED = 20_000


@pytest.fixture
def release(catalogue, visitor):
    return visitor.send(GetRelease(catalogue.release(tracks=1)))


@pytest.fixture
def much_heard(ana, release, core_app):
    """Ana has played a track so often."""
    row = {"account_id": ana.actor.account_id, "track_id": release.tracks[0].id}
    plays = [{**row, "id": new_id(), "event_id": f"{n}", "played_at": START - timedelta(seconds=n)} for n in range(PLAYED)]
    with core_app.app_context(), db.engine.begin() as connection:
        connection.execute(insert(HistoryRow), plays)


@pytest.fixture
def load(ana, visitor, release):
    """A bit of everything."""

    def load() -> None:
        for _ in range(10):
            visitor.send_many(GetCatalogueState(), ListReleases(), ListCharts())
            visitor.send_many(GetRelease(release.id), GetArtist(release.credits[0].artist_id))
            ana.send(GetOwnAccount())
            for _ in range(5):
                ana.send(ListRecentlyPlayed())

    return load


@pytest.fixture
def named(keeper, operator):
    """The Action that rose most, and of its statements the one that did."""

    def named() -> tuple[ActionCost, StatementCost]:
        keeper.turn()
        first = operator.send(ListActionCosts(WINDOW)).actions[0]
        return first, operator.send(ListStatementCosts(first.action, WINDOW)).statements[0]

    return named


@pytest.fixture
def quiet(load, keeper, clock):
    """A window of the usual load; then a minute into the next one."""
    load()
    keeper.turn()
    clock.advance(WINDOW * 60)
    load()


def test_an_index_that_is_lost_is_named_by_what_looks_through_everything(much_heard, quiet, load, named, core_app):
    with core_app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_history_latest"))
    load()
    action, statement = named()
    assert action.action == "ListRecentlyPlayed"
    assert action.now.count == 2 * action.before.count, "it is not called more often"
    assert "FROM history" in statement.text


def test_an_action_that_is_called_fifty_times_as_often_is_named(quiet, load, named, visitor, release):
    for _ in range(500):
        visitor.send(GetRelease(release.id))
    load()
    action, statement = named()
    assert (action.action, action.now.count, statement.now.count) == ("GetRelease", 520, 520)
