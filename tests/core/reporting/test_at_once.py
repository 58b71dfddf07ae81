"""A contract that is agreed while its first week is opened counts in it, or is refused."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, text

from apps.core.catalogue.models import LabelRow
from apps.core.contract.errors import Conflict
from apps.core.database import READER, db
from apps.core.reporting.models import RunRow
from tests.factories.reporting import FIRST_WEEK

pytestmark = pytest.mark.postgresql

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
def claim(catalogue, reports):
    """The first week's job: it is over."""
    catalogue.deliver(catalogue.files("Moon", ["One"], label="Moon"))
    reports.later(2026, 3, 6, 3)
    reports.days_are_exported()
    return reports.claim()


@pytest.fixture
def until(core_app):
    """Waits until so many transactions wait for another; fails where one of these is over before."""

    def until(waiting: int, *running: Future[object]) -> None:
        with core_app.app_context(), db.engines[READER].connect() as watcher:
            while watcher.scalar(WAITING) < waiting:
                assert not any(one.done() for one in running), "it did not wait"

    return until


def test_opened_after_it_the_week_counts_it(core_app, reports, claim, until):
    with core_app.app_context(), ThreadPoolExecutor(2) as threads, db.engine.connect() as holder:
        holder.execute(select(LabelRow.id).with_for_update())
        agreed = threads.submit(reports.agree, "Moon")
        until(1, agreed)
        opened = threads.submit(reports.open, claim)
        until(2, agreed, opened)
        holder.rollback()
        assert agreed.result(timeout=20).label.id in {one.label_id for one in opened.result(timeout=20).terms}


def test_opened_before_it_the_week_refuses_it(core_app, reports, claim, until):
    with core_app.app_context(), ThreadPoolExecutor(2) as threads, db.engine.connect() as holder:
        holder.execute(insert(RunRow).values(week=FIRST_WEEK, opened_at=datetime.now(UTC), order=b""))
        opened = threads.submit(reports.open, claim)
        until(1, opened)
        agreed = threads.submit(reports.agree, "Moon")
        until(2, agreed, opened)
        holder.rollback()
        assert opened.result(timeout=20).terms == ()
        with pytest.raises(Conflict, match="reported already"):
            agreed.result(timeout=20)
