"""The table of periodic work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.core.contract.jobs import PruneExpired
from tasks.schedule import HOURLY, PRUNE, RECONCILE, machine_time, nearest_slot, take_slot


class TestNearestSlot:
    @pytest.mark.parametrize("off", [-29 * 60, -1, 0, 1, 29 * 60])
    def test_clocks_that_disagree_mean_the_same_moment(self, off):
        hour = datetime(2026, 11, 23, 9, tzinfo=UTC)
        assert nearest_slot(hour + timedelta(seconds=off), HOURLY) == hour

    def test_the_next_moment_is_another_one(self):
        moments = {nearest_slot(datetime(2026, 11, 23, hour, 0, 5, tzinfo=UTC), HOURLY) for hour in range(24)}
        assert len(moments) == 24


class TestTakeSlot:
    def test_of_all_schedulers_one_acts_for_each_moment(self, office, clock):
        now = clock.now()
        assert [take_slot(office, PRUNE, lambda: now) for _ in range(3)] == [True, False, False]
        assert [take_slot(office, PRUNE, lambda: now + HOURLY) for _ in range(2)] == [True, False]

    def test_goes_by_the_machines_clock(self, office):
        before = datetime.now(UTC)
        assert before <= machine_time() <= datetime.now(UTC)
        assert take_slot(office, RECONCILE)

    def test_the_back_office_may_prune(self, office):
        office.core.send(PruneExpired())
