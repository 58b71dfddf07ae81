"""Two of the staff at the same moment, and rights that change while a compilation is put together of what they are for."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from apps.core.catalogue.models import CatalogueVersionRow, TrackRow
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.editorial import AssembleCompilation, PutShelf, ShelfKind
from apps.core.contract.errors import Conflict
from apps.core.contract.intake import SetFolderAudience
from apps.core.database import READER, db
from apps.core.editorial import commands
from apps.core.rights.models import DealRow
from apps.core.rights.terms import CommercialModel
from apps.core.search.models import SearchCounterRow
from tests.factories.catalogue import SOURCE

pytestmark = pytest.mark.postgresql

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
def until(core_app):
    """Waits until so many transactions wait for another; fails where one of these is over before."""

    def until(waiting: int, *running: Future[object]) -> None:
        with core_app.app_context(), db.engines[READER].connect() as watcher:
            while watcher.scalar(WAITING) < waiting:
                assert not any(one.done() for one in running), "it did not wait"

    return until


@pytest.fixture
def models(core_app):
    """For whom what is on a compilation is offered now."""

    def models(release_id: str) -> set[str]:
        tracks = select(TrackRow.id).where(TrackRow.release_id == release_id)
        with core_app.app_context(), db.engines[READER].connect() as connection:
            return set(connection.scalars(select(DealRow.commercial_model).where(DealRow.track_id.in_(tracks), DealRow.ends_at.is_(None))))

    return models


@pytest.fixture
def track_ids(catalogue, ana) -> tuple[str, ...]:
    return tuple(track.id for track in ana.send(GetRelease(catalogue.release("Blue Garden"))).tracks)


class TestRightsThatChangeMeanwhile:
    """The one who comes second waits for what the first has done, and goes by it."""

    def test_are_followed_by_a_compilation_that_is_not_committed_yet(self, core_app, staff, operator, track_ids, until, models):
        with core_app.app_context(), ThreadPoolExecutor(2) as threads, db.engine.connect() as holder:
            holder.execute(select(SearchCounterRow.id).with_for_update())  # what it writes last
            made = threads.submit(staff.send, AssembleCompilation("Garden Songs", track_ids))
            until(1, made)
            moved = threads.submit(operator.send, SetFolderAudience(SOURCE, subscribers_only=True))
            until(2, made, moved)
            holder.rollback()
            assert moved.result(timeout=20).moved == 1
            assert models(made.result(timeout=20)) == {CommercialModel.SUBSCRIPTION}

    def test_are_waited_for_by_a_compilation_that_comes_after_them(self, core_app, staff, operator, track_ids, until, models):
        with core_app.app_context(), ThreadPoolExecutor(2) as threads, db.engine.connect() as holder:
            holder.execute(select(CatalogueVersionRow.id).with_for_update())  # what they write last
            moved = threads.submit(operator.send, SetFolderAudience(SOURCE, subscribers_only=True))
            until(1, moved)
            made = threads.submit(staff.send, AssembleCompilation("Garden Songs", track_ids))
            until(2, made, moved)
            holder.rollback()
            assert moved.result(timeout=20).moved == 1
            assert models(made.result(timeout=20)) == {CommercialModel.SUBSCRIPTION}


def test_two_of_the_staff_share_the_last_place_for_a_shelf(core_app, staff, administrator, track_ids, until, monkeypatch, clock):
    monkeypatch.setattr(commands, "MOST_SHELVES", 1)
    shelf = PutShelf("New", ShelfKind.NEWEST, (), clock.now())
    with core_app.app_context(), ThreadPoolExecutor(2) as threads, db.engine.connect() as holder:
        holder.execute(select(CatalogueVersionRow.id).with_for_update())
        running = [threads.submit(who.send, shelf) for who in (staff, administrator)]
        until(2, *running)
        holder.rollback()
        refusals = [one.exception(timeout=20) for one in running]
    assert sorted(type(one) for one in refusals if one) == [Conflict]
