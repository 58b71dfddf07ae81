"""What the ledger says was earned, as it stood at the close of a week: what the weeks before have settled, and what was entered since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import TypeVar

from sqlalchemy import case, func, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from apps.core.billing.ledger import REVENUE
from apps.core.billing.models import LedgerRow, PaymentRow, SubscriptionRow
from apps.core.contract.reporting import Amount
from apps.core.database import fetch
from apps.core.reporting.models import PoolRow
from apps.core.reporting.rules import NOWHERE, Week, earned

PoolKey = tuple[str, str]
"""Territory of sale and currency."""
K = TypeVar("K", bound=Hashable)

BEGINNING = datetime.min.replace(tzinfo=UTC)
OURS = or_(LedgerRow.credit == REVENUE, LedgerRow.debit == REVENUE)
KEPT = func.sum(case((LedgerRow.credit == REVENUE, LedgerRow.amount), else_=-LedgerRow.amount))
TERRITORY = func.coalesce(SubscriptionRow.territory, NOWHERE)


@dataclass(frozen=True)
class Standing:
    """How much of what was kept of all payments is earned by the end of a week."""

    earned: int
    unearned: int


def standings(session: Session, week: Week, before: Mapping[PoolKey, PoolRow], revenue: Iterable[Amount]) -> dict[PoolKey, Standing]:
    """Of every territory and currency that anything was ever paid in.

    What was kept up to the close before, that week's pools know. Where with what was entered since they come to another `revenue` than
    the ledger's, as where an entry of the last minute was written after its week was settled, everything is summed up anew.
    """
    settled = ((key, pool.earned_to_date + pool.unearned) for key, pool in before.items())
    kept = _sums(chain(settled, _entered(session, week.preceding.closes, week.closes)))
    if _sums((currency, amount) for (_, currency), amount in kept.items()) != {one.currency: one.amount for one in revenue}:
        kept = _sums(_entered(session, BEGINNING, week.closes))
    unearned = _sums(_unearned(session, week))
    return {key: Standing(amount - unearned.get(key, 0), unearned.get(key, 0)) for key, amount in kept.items()}


def balances(connection: Connection, week: Week) -> tuple[Amount, ...]:
    """Of the ledger's revenue account at the close, by currency: from its entries alone, whatever payments say."""
    by_currency = select(LedgerRow.currency, KEPT).where(OURS, LedgerRow.recorded_at < week.closes)
    rows = fetch(connection, by_currency.group_by(LedgerRow.currency).order_by(LedgerRow.currency))
    return tuple(Amount(currency, int(amount)) for currency, amount in rows)


def _entered(session: Session, since: datetime, until: datetime) -> Iterator[tuple[PoolKey, int]]:
    wanted = select(TERRITORY, PaymentRow.currency, KEPT).join(PaymentRow, PaymentRow.id == LedgerRow.payment_id)
    sold = wanted.join(SubscriptionRow, SubscriptionRow.id == PaymentRow.subscription_id)
    made = sold.where(OURS, LedgerRow.recorded_at >= since, LedgerRow.recorded_at < until)
    for territory, currency, amount in session.execute(made.group_by(SubscriptionRow.territory, PaymentRow.currency)):
        yield (territory, currency), int(amount)


def _unearned(session: Session, week: Week) -> Iterator[tuple[PoolKey, int]]:
    """Of payments whose period is not over: all others are earned to the last unit."""
    mine = OURS & (LedgerRow.payment_id == PaymentRow.id) & (LedgerRow.recorded_at < week.closes)
    kept = select(KEPT).where(mine).scalar_subquery()
    wanted = select(TERRITORY, PaymentRow.currency, kept, PaymentRow.period_starts_at, PaymentRow.period_ends_at)
    running = wanted.join(SubscriptionRow, SubscriptionRow.id == PaymentRow.subscription_id).where(PaymentRow.period_ends_at > week.ends)
    for territory, currency, amount, begins, ends in session.execute(running):
        if amount is not None:
            yield (territory, currency), int(amount) - earned(int(amount), begins, ends, week.ends)


def _sums(told: Iterable[tuple[K, int]]) -> dict[K, int]:
    found: defaultdict[K, int] = defaultdict(int)
    for key, amount in told:
        found[key] += amount
    return dict(found)
