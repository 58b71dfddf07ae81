"""What is asked for by the calendar: exports of closed days, statements of weeks, editions of charts, and the model of radio."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import date, timedelta

from apps.core.charts.definitions import Charts
from apps.core.charts.periods import first_period, period_after
from apps.core.contract.charts import AskForEditions
from apps.core.contract.days import Day, closes_at, days
from apps.core.contract.exports import AskForExports
from apps.core.contract.radio import AskForTraining
from apps.core.contract.reporting import AskForStatements
from tests.faults.history.compared.rules import Finding, Rule, Scene, Wrong

ASKING = AskForExports, AskForEditions, AskForTraining, AskForStatements
KINDS = "'export', 'chart', 'train', 'statements'"
SETTLES = timedelta(minutes=5)
"""How long after a day has closed it is exported."""
THURSDAY = 3
"""The last day of a reported week."""


def asked_for(scene: Scene) -> Iterator[Finding]:
    """All that the calendar has asked for until now is done."""
    waiting = scene.rows(f"SELECT kind, subject FROM job WHERE kind IN ({KINDS}) AND status <> 'done'")
    yield from (Finding(Wrong.LOST, AskForExports.__name__, str(row)) for row in waiting)
    exported = {row[0] for row in scene.rows("SELECT day FROM exported_day")}
    yield from (Finding(Wrong.LOST, AskForExports.__name__, day) for day in _closed(scene, exported) if day not in exported)
    if exported:
        yield from _statements(scene, exported)
        yield from _editions(scene, exported)
        yield from _model(scene, exported)


def _closed(scene: Scene, exported: Set[Day]) -> Iterator[Day]:
    """From the first day there are plays of until now."""
    now = scene.house.clock.now()
    played = {row[0] for row in scene.rows("SELECT DISTINCT export_day FROM play")}
    if begins := min(played | exported, default=None):
        yield from (day for day in days(begins, now.date().isoformat()) if closes_at(day) + SETTLES <= now)


def _statements(scene: Scene, exported: Set[Day]) -> Iterator[Finding]:
    over = {(date.fromisoformat(day) - timedelta(days=6)).isoformat() for day in exported if date.fromisoformat(day).weekday() == THURSDAY}
    settled = {row[0] for row in scene.rows("SELECT week FROM statement_run WHERE settled_at IS NOT NULL")}
    yield from (Finding(Wrong.LOST, AskForStatements.__name__, f"the week from {week}") for week in over - settled)
    unwritten = scene.rows("SELECT number FROM statement WHERE files IS NULL")
    yield from (Finding(Wrong.LOST, AskForStatements.__name__, f"the files of {number}") for (number,) in unwritten)


def _editions(scene: Scene, exported: Set[Day]) -> Iterator[Finding]:
    latest = dict(scene.rows("SELECT chart, max(last_day) FROM chart_edition GROUP BY 1"))
    for chart in Charts.from_env(scene.house.container.environment):
        last = latest.get(chart.code)
        following = period_after(chart, date.fromisoformat(last)) if last else first_period(chart, date.fromisoformat(min(exported)))
        if following.last_export.isoformat() <= max(exported):
            yield Finding(Wrong.LOST, AskForEditions.__name__, f"{chart.code} from {following.first_day}")


def _model(scene: Scene, exported: Set[Day]) -> Iterator[Finding]:
    trained = {row[0] for row in scene.rows("SELECT last_day FROM radio_model")}
    if max(exported) not in trained:
        yield Finding(Wrong.LOST, AskForTraining.__name__, f"the model up to {max(exported)}")


RULES: tuple[Rule, ...] = (Rule(ASKING, asked_for),)
