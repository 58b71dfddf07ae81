"""What the ledger says was earned: read at the close of a week, as it stood then."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, or_, select
from sqlalchemy.orm import Session

from apps.core.billing.ledger import REVENUE
from apps.core.billing.models import LedgerRow, PaymentRow, SubscriptionRow
from apps.core.contract.reporting import Amount
from apps.core.reporting.rules import NOWHERE, Week, earned

PoolKey = tuple[str, str]
"""Territory of sale and currency."""

OURS = or_(LedgerRow.credit == REVENUE, LedgerRow.debit == REVENUE)
KEPT = func.sum(case((LedgerRow.credit == REVENUE, LedgerRow.amount), else_=-LedgerRow.amount))


@dataclass
class Standing:
    """How much of what was kept of all payments is earned by the end of a week."""

    earned: int = 0
    unearned: int = 0


def standings(session: Session, week: Week) -> dict[PoolKey, Standing]:
    """Of every territory and currency that anything was ever paid in. Periods that are over are summed up by the database."""
    kept = _kept_by_payment(week)
    over = PaymentRow.period_ends_at <= week.ends
    found: defaultdict[PoolKey, Standing] = defaultdict(Standing)
    totals = _of_payments(kept, over, func.sum(kept.c.amount)).group_by("territory", PaymentRow.currency)
    for territory, currency, amount in session.execute(totals):
        found[territory, currency].earned += int(amount)
    running = _of_payments(kept, ~over, kept.c.amount, PaymentRow.period_starts_at, PaymentRow.period_ends_at)
    for territory, currency, amount, begins, ends in session.execute(running):
        mine, part = found[territory, currency], earned(int(amount), begins, ends, week.ends)
        mine.earned += part
        mine.unearned += int(amount) - part
    return dict(found)


def revenue(session: Session, week: Week) -> tuple[Amount, ...]:
    """The balance of the ledger's revenue account at the close, by currency: from its entries alone, whatever payments say."""
    by_currency = select(LedgerRow.currency, KEPT).where(OURS, LedgerRow.recorded_at < week.closes)
    rows = session.execute(by_currency.group_by(LedgerRow.currency).order_by(LedgerRow.currency))
    return tuple(Amount(currency, int(amount)) for currency, amount in rows)


def _kept_by_payment(week: Week) -> Subquery:
    entered = OURS & (LedgerRow.recorded_at < week.closes)
    return select(LedgerRow.payment_id, KEPT.label("amount")).where(entered).group_by(LedgerRow.payment_id).subquery()


def _of_payments(kept: Subquery, which: ColumnElement[bool], *columns: Any) -> Select[*tuple[Any, ...]]:
    territory = func.coalesce(SubscriptionRow.territory, NOWHERE).label("territory")
    joined = select(territory, PaymentRow.currency, *columns).join(kept, kept.c.payment_id == PaymentRow.id)
    return joined.join(SubscriptionRow, SubscriptionRow.id == PaymentRow.subscription_id).where(which)
