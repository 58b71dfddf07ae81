"""Weeks and days of charts, over the years and whatever clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.core.charts.periods import Period, first_period, period_after, period_of
from apps.core.contract.charts import Every
from tests.factories.charts import chart

WEEKLY = chart("weekly", Every.WEEK, "Europe/London")
DAILY = chart("daily", Every.DAY, "Europe/London")


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)


class TestAWeek:
    @pytest.mark.parametrize(
        ("day", "first", "last"),
        [
            pytest.param("2026-03-05", "2026-02-27", "2026-03-05", id="ends on Thursday"),
            pytest.param("2026-03-06", "2026-03-06", "2026-03-12", id="begins on Friday"),
            pytest.param("2021-01-01", "2021-01-01", "2021-01-07", id="begins with a year, in the ISO week 53 of another"),
            pytest.param("2020-12-31", "2020-12-25", "2020-12-31", id="ends with a year of 53 ISO weeks"),
            pytest.param("2024-02-29", "2024-02-23", "2024-02-29", id="ends on a leap day"),
            pytest.param("2024-03-01", "2024-03-01", "2024-03-07", id="begins after one"),
        ],
    )
    def test_is_from_friday_to_thursday(self, day, first, last):
        period = period_of(WEEKLY, date.fromisoformat(day))
        assert (str(period.first_day), str(period.last_day)) == (first, last)
        assert period.ends_at - period.starts_at == timedelta(days=7)

    @pytest.mark.parametrize(
        ("day", "hours", "starts_at", "ends_at"),
        [
            pytest.param("2026-03-29", 167, utc(2026, 3, 27), utc(2026, 4, 2, 23), id="clocks are put on"),
            pytest.param("2026-10-25", 169, utc(2026, 10, 22, 23), utc(2026, 10, 30), id="clocks are put back"),
        ],
    )
    def test_is_as_long_as_its_clocks_say(self, day, hours, starts_at, ends_at):
        period = period_of(WEEKLY, date.fromisoformat(day))
        assert (period.starts_at, period.ends_at) == (starts_at, ends_at)
        assert period.ends_at - period.starts_at == timedelta(hours=hours)

    def test_touches_the_days_of_the_log_that_its_moments_lie_in(self):
        summer = period_of(WEEKLY, date(2026, 7, 3))
        assert (str(summer.first_export), str(summer.last_export)) == ("2026-07-02", "2026-07-09")
        winter = period_of(WEEKLY, date(2026, 1, 2))
        assert (str(winter.first_export), str(winter.last_export)) == ("2026-01-02", "2026-01-08")

    def test_follows_the_one_before_for_years(self):
        period = period_of(WEEKLY, date(2019, 12, 27))
        for _ in range(520):
            later = period_after(WEEKLY, period.last_day)
            assert (later.starts_at, later.first_day.weekday()) == (period.ends_at, 4)
            period = later


class TestADay:
    @pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25), ("2024-02-29", 24)])
    def test_is_as_long_as_its_clocks_say(self, day, hours):
        period = period_of(DAILY, date.fromisoformat(day))
        assert period.ends_at - period.starts_at == timedelta(hours=hours)
        assert period.first_day == period.last_day

    @pytest.mark.parametrize(
        ("zone", "day", "starts_at", "hours"),
        [
            pytest.param("Africa/Cairo", "2026-04-24", utc(2026, 4, 23, 22), 23, id="clocks are put on at midnight"),
            pytest.param("Africa/Cairo", "2026-10-29", utc(2026, 10, 28, 21), 25, id="clocks are put back at midnight"),
            pytest.param("America/New_York", "2026-03-08", utc(2026, 3, 8, 5), 23, id="far in the west"),
            pytest.param("Pacific/Kiritimati", "2026-03-08", utc(2026, 3, 7, 10), 24, id="far in the east"),
            pytest.param("Pacific/Apia", "2011-12-30", utc(2011, 12, 30, 10), 0, id="left out at the date line"),
        ],
    )
    def test_begins_at_the_first_midnight_there_is(self, zone, day, starts_at, hours):
        period = period_of(chart(zone=zone), date.fromisoformat(day))
        assert (period.starts_at, period.ends_at - period.starts_at) == (starts_at, timedelta(hours=hours))
        assert period.first_export <= period.last_export


class TestTheFirstPeriod:
    @pytest.mark.parametrize(
        ("of", "exported", "first"),
        [
            pytest.param(WEEKLY, "2026-03-06", "2026-03-06", id="begins with the log"),
            pytest.param(WEEKLY, "2026-03-07", "2026-03-13", id="one that began before is not whole"),
            pytest.param(DAILY, "2026-07-02", "2026-07-03", id="nor a day of which an hour is missing"),
            pytest.param(chart(zone="America/New_York"), "2026-07-02", "2026-07-02", id="west of the log"),
            pytest.param(chart(zone="Pacific/Kiritimati"), "2026-07-02", "2026-07-03", id="east of the log"),
        ],
    )
    def test_touches_no_day_that_was_not_exported(self, of, exported, first):
        period = first_period(of, date.fromisoformat(exported))
        assert str(period.first_day) == first
        assert str(period.first_export) >= exported
        assert str(period_of(of, period.first_day - timedelta(days=1)).first_export) < exported


class TestThePeriodAfter:
    def test_another_first_weekday_leaves_the_days_between_to_no_edition(self):
        assert isinstance(period_after(WEEKLY, date(2026, 3, 9)), Period)
        assert period_after(WEEKLY, date(2026, 3, 9)).first_day == date(2026, 3, 13)
