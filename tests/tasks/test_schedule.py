"""The table of periodic work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tasks.app import celery
from tasks.schedule import CALENDAR, HOURLY, SCHEDULE, nearest_slot


class TestSchedule:
    def test_every_entry_is_a_task_with_a_calendar(self):
        celery.loader.import_default_modules()
        assert set(SCHEDULE) <= set(celery.tasks)
        assert set(SCHEDULE.values()) <= set(CALENDAR)


class TestNearestSlot:
    @pytest.mark.parametrize("off", [-29 * 60, -1, 0, 1, 29 * 60])
    def test_clocks_that_disagree_mean_the_same_moment(self, off):
        hour = datetime(2026, 11, 23, 9, tzinfo=UTC)
        assert nearest_slot(hour + timedelta(seconds=off), HOURLY) == hour

    def test_the_next_moment_is_another_one(self):
        moments = {nearest_slot(datetime(2026, 11, 23, hour, 0, 5, tzinfo=UTC), HOURLY) for hour in range(24)}
        assert len(moments) == 24
