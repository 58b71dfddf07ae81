"""Whether all that the ledger took in is somewhere: a week's page says so of that week, and goes on from what the weeks before left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import SQLColumnExpression, func, select
from sqlalchemy.engine import Connection

from apps.core.contract.reporting import Amount, Pool, Reconciliation
from apps.core.database import fetch
from apps.core.reporting.models import PoolRow
from apps.core.reporting.rules import Week


def reconciled(connection: Connection, week: Week, pools: Iterable[Pool], revenue: Iterable[Amount]) -> tuple[Reconciliation, ...]:
    """Three independent sums: of the ledger, of the week's allocations upon what was given out before, and of what the pools leave."""
    unearned = _by_currency(connection, week, PoolRow.unearned)
    given = _by_currency(connection, week.preceding, PoolRow.earned_to_date - PoolRow.carried_out)
    carried: Counter[str] = Counter()
    for pool in pools:
        given[pool.currency] += pool.labels + pool.held + pool.house
        carried[pool.currency] += pool.carried_out
    return tuple(
        Reconciliation(one.currency, one.amount, unearned[one.currency], given[one.currency], carried[one.currency]) for one in revenue
    )


def _by_currency(connection: Connection, week: Week, amount: SQLColumnExpression[int]) -> Counter[str]:
    sums = select(PoolRow.currency, func.sum(amount)).where(PoolRow.week == week.name).group_by(PoolRow.currency)
    return Counter({currency: int(total) for currency, total in fetch(connection, sums)})
