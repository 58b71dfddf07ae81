"""The weeks and days of charts: they begin at midnight in the chart's zone, whatever the clocks do there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from apps.core.charts.definitions import Chart
from apps.core.contract.charts import Every
from apps.core.contract.days import midnight

DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
DAYS = {Every.WEEK: 7, Every.DAY: 1}


@dataclass(frozen=True)
class Period:
    first_day: date
    midnights: tuple[datetime, ...]
    """When each of its days begins, and when the last one ends, in UTC."""

    @property
    def last_day(self) -> date:
        return self.first_day + (len(self.midnights) - 2) * DAY

    @property
    def starts_at(self) -> datetime:
        return self.midnights[0]

    @property
    def ends_at(self) -> datetime:
        return self.midnights[-1]

    @property
    def first_export(self) -> date:
        """The first day in UTC that it touches."""
        return self.starts_at.date()

    @property
    def last_export(self) -> date:
        """The last day in UTC that it touches. A day that a zone left out at the date line is no time at all, and touches its moment's."""
        return max(self.starts_at, self.ends_at - INSTANT).date()


def period_of(chart: Chart, day: date) -> Period:
    """The period of the chart that a day of its zone lies in."""
    first = day - (day.weekday() - chart.first_weekday.number) % 7 * DAY if chart.every is Every.WEEK else day
    zone = chart.zone_info
    return Period(first, tuple(midnight(first + number * DAY, zone) for number in range(DAYS[chart.every] + 1)))


def period_after(chart: Chart, day: date) -> Period:
    """The first period of the chart that begins after a day of its zone."""
    period = period_of(chart, day + DAY)
    return period if period.first_day > day else period_of(chart, period.last_day + DAY)


def first_period(chart: Chart, exported: date) -> Period:
    """The first period that touches no day before this one in UTC."""
    period = period_of(chart, exported - DAY)
    while period.first_export < exported:
        period = period_of(chart, period.last_day + DAY)
    return period
