"""Which edition is to be made next, and what there is to know before it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from apps.core.charts.definitions import Chart
from apps.core.charts.models import EditionRow, EntryRow
from apps.core.charts.periods import Period, first_period, period_after
from apps.core.charts.rules import Standing
from apps.core.contract.days import days
from apps.core.contract.jobs import ChartWork, PastPosition
from apps.core.jobs.work import ask_for
from apps.core.listening.closing import log_begins
from apps.core.listening.models import ExportedDayRow
from apps.core.outbox import Events

EXPORTED = ExportedDayRow.day


def ask_for_next(session: Session, events: Events, chart: Chart, now: datetime) -> None:
    """Have the chart's next edition made where all its days are exported. An edition needs the one before it: it is one at a time."""
    latest = session.execute(
        select(EditionRow.first_day, EditionRow.last_day)
        .where(EditionRow.chart == chart.code)
        .order_by(EditionRow.first_day.desc())
        .limit(1)
    ).first()
    period = period_after(chart, date.fromisoformat(latest.last_day)) if latest else _first_period(session, chart)
    if period is not None and _exported(session, period):
        before = _positions(session, chart.code, latest.first_day) if latest else ()
        ask_for(session, events, {f"{chart.code}/{period.first_day}": _work(chart, period, before)}, now)


def standings(session: Session, chart: str, keys: Sequence[str]) -> dict[str, Standing[str]]:
    """How those of them stood that were in the chart before, in the last edition of each; it tells of all before it."""
    mine = EntryRow.chart == chart
    last = select(EntryRow.key, func.max(EntryRow.first_day)).where(mine, EntryRow.key.in_(keys)).group_by(EntryRow.key)
    wanted = select(EntryRow.key, EntryRow.first_day, EntryRow.position, EntryRow.peak, EntryRow.weeks)
    rows = session.execute(wanted.where(mine, tuple_(EntryRow.key, EntryRow.first_day).in_(last)))
    return {row.key: Standing(row.first_day, row.position, row.peak, row.weeks) for row in rows}


def edition_before(session: Session, chart: str, first_day: str) -> str | None:
    """The first day of the edition before that one."""
    return session.scalar(select(func.max(EditionRow.first_day)).where(EditionRow.chart == chart, EditionRow.first_day < first_day))


def _first_period(session: Session, chart: Chart) -> Period | None:
    first = log_begins(session)
    return first_period(chart, date.fromisoformat(first)) if first else None


def _exported(session: Session, period: Period) -> bool:
    """Whether every day it touches is; none is before it is over."""
    wanted = list(days(str(period.first_export), str(period.last_export)))
    return session.scalar(select(func.count()).where(EXPORTED.in_(wanted))) == len(wanted)


def _positions(session: Session, chart: str, first_day: str) -> tuple[PastPosition, ...]:
    wanted = select(EntryRow.key, EntryRow.position).where(EntryRow.chart == chart, EntryRow.first_day == first_day)
    return tuple(PastPosition(*row) for row in session.execute(wanted.order_by(EntryRow.position)))


def _work(chart: Chart, period: Period, before: tuple[PastPosition, ...]) -> ChartWork:
    return ChartWork(
        chart=chart.code, first_day=str(period.first_day), last_day=str(period.last_day), midnights=period.midnights,
        first_export=str(period.first_export), last_export=str(period.last_export), territory=chart.territory, places=chart.places,
        rules=chart.rules, before=before,
    )  # fmt: skip
