"""Ranking what Actions cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.costs import (
    MOST_STATEMENTS,
    ActionCost,
    ActionCosts,
    CostOrder,
    Executed,
    ListActionCosts,
    ListStatementCosts,
    Spent,
    StatementCost,
    StatementCosts,
)
from apps.core.contract.errors import NotFound
from apps.core.costs.models import ActionCostRow, StatementCostRow, StatementTextRow
from apps.core.database import fetch
from ports.clock.interface import Clock

OF_ACTIONS: Mapping[CostOrder, Callable[[ActionCost], float]] = {
    CostOrder.RISE: lambda one: one.rise_ms,
    CostOrder.DATABASE_TIME: lambda one: one.now.database_ms,
    CostOrder.TIME: lambda one: one.now.ms,
    CostOrder.SLOWEST: lambda one: one.now.slowest_ms,
    CostOrder.COUNT: lambda one: one.now.count,
    CostOrder.ERRORS: lambda one: one.now.errors,
    CostOrder.STATEMENTS: lambda one: one.now.statements,
    CostOrder.ROWS: lambda one: one.now.rows,
}
OF_STATEMENTS: Mapping[CostOrder, Callable[[StatementCost], float]] = {
    CostOrder.DATABASE_TIME: lambda one: one.now.ms,
    CostOrder.SLOWEST: lambda one: one.now.slowest_ms,
    CostOrder.COUNT: lambda one: one.now.count,
    CostOrder.ROWS: lambda one: one.now.rows,
}


@handles(ListActionCosts)
def list_action_costs(action: ListActionCosts, connection: Connection, clock: Clock) -> ActionCosts:
    since = _since(clock, action.minutes)
    costs = _actions(connection, since, action.minutes)
    return ActionCosts(since, tuple(sorted(costs, key=OF_ACTIONS[action.order], reverse=True)))


@handles(ListStatementCosts)
def list_statement_costs(action: ListStatementCosts, connection: Connection, clock: Clock) -> StatementCosts:
    since = _since(clock, action.minutes)
    costs = _actions(connection, since, action.minutes, ActionCostRow.action == action.action)
    if not costs:
        raise NotFound(
            "Nothing is known of %(action)s in this time.", "Look at a longer time, or check the Action's name.", action=action.action
        )
    row, spent = StatementCostRow, StatementCostRow.minute >= since - timedelta(minutes=action.minutes)
    columns = (func.sum(row.count), func.sum(row.rows), func.sum(row.microseconds), func.max(row.slowest))
    late = (row.minute >= since).label("late")
    wanted = select(row.fingerprint, late, *columns).where(row.action == action.action, spent).group_by(row.fingerprint, late)
    windows = _windows(fetch(connection, wanted), Executed, _executed)
    rank = OF_STATEMENTS.get(action.order, lambda one: one.rise_ms)
    ranked = sorted((StatementCost(key.hex(), "", *both) for key, both in windows.items()), key=rank, reverse=True)[:MOST_STATEMENTS]
    return StatementCosts(since, costs[0], _with_texts(connection, ranked))


def _since(clock: Clock, minutes: int) -> datetime:
    return clock.now().replace(second=0, microsecond=0) - timedelta(minutes=minutes - 1)


def _actions(connection: Connection, since: datetime, minutes: int, *which: ColumnElement[bool]) -> list[ActionCost]:
    row = ActionCostRow
    added = (row.count, row.errors, row.microseconds, row.statements, row.rows, row.database_microseconds)
    late = (row.minute >= since).label("late")
    wanted = select(row.action, late, *map(func.sum, added), func.max(row.slowest))
    wanted = wanted.where(row.minute >= since - timedelta(minutes=minutes), *which).group_by(row.action, late)
    return [ActionCost(name, *both) for name, both in _windows(fetch(connection, wanted), Spent, _spent).items()]


def _windows(rows: Iterable[Any], nothing: Callable[[], Any], read: Callable[..., Any]) -> dict[Any, list[Any]]:
    """By key, what was spent in the window and before it."""
    windows: defaultdict[Any, list[Any]] = defaultdict(lambda: [nothing(), nothing()])
    for key, late, *sums in rows:
        windows[key][0 if late else 1] = read(*map(int, sums))
    return windows


def _spent(count: int, errors: int, time: int, statements: int, rows: int, database: int, slowest: int) -> Spent:
    return Spent(count, errors, time / 1000, slowest / 1000, statements, rows, database / 1000)


def _executed(count: int, rows: int, time: int, slowest: int) -> Executed:
    return Executed(count, rows, time / 1000, slowest / 1000)


def _with_texts(connection: Connection, costs: list[StatementCost]) -> tuple[StatementCost, ...]:
    wanted = select(StatementTextRow.fingerprint, StatementTextRow.text)
    keys = [bytes.fromhex(one.fingerprint) for one in costs]
    texts = {key.hex(): text for key, text in fetch(connection, wanted.where(StatementTextRow.fingerprint.in_(keys)))}
    return tuple(StatementCost(one.fingerprint, texts.get(one.fingerprint, ""), one.now, one.before) for one in costs)
