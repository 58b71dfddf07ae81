"""Reading what is sold, who subscribed, what was paid, and what the shops are to be asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta
from sqlalchemy import BigInteger, cast, func, select, tuple_, union_all
from sqlalchemy.engine import Connection

from apps.core.billing.describing import as_subscription, title_of
from apps.core.billing.models import LedgerRow, PaymentRow, SubscriptionRow
from apps.core.billing.offers import offers
from apps.core.billing.shops import Shops
from apps.core.billing.taxes import Taxes
from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.billing import (
    GetLedger,
    LedgerBalance,
    ListPayments,
    ListPlans,
    ListSubscriptions,
    Offers,
    Payment,
    Shop,
    Subscriptions,
)
from apps.core.contract.ids import Id
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.database import fetch
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock

KEY = tuple[Annotated[datetime, Meta(tz=True)], Id]
SUBSCRIPTION, PAYMENT = SubscriptionRow.__table__.c, PaymentRow


@handles(ListPlans)
def list_plans(actor: Actor, connection: Connection, plans: Plans, taxes: Taxes, shops: Shops) -> Offers:
    mine = select(SubscriptionRow.id).where(SubscriptionRow.account_id == actor.account_id).limit(1)
    had = bool(actor.account_id and fetch(connection, mine))
    return Offers(tuple(offers(plans, taxes, actor.territory, trial=not had)), shops.card.origins())


@handles(ListSubscriptions)
def list_subscriptions(actor: Actor, connection: Connection, clock: Clock, plans: Plans, shops: Shops) -> Subscriptions:
    mine = select(SubscriptionRow.__table__).where(SUBSCRIPTION.account_id == actor.account_id).order_by(SUBSCRIPTION.id.desc())
    now = clock.now()
    return Subscriptions(tuple(as_subscription(row, plans, now) for row in fetch(connection, mine)), shops.card.origins())


@handles(ListPayments)
def list_payments(action: ListPayments, actor: Actor, connection: Connection, plans: Plans) -> Page[Payment]:
    wanted = select(PaymentRow.__table__).where(PAYMENT.account_id == actor.account_id)
    if action.cursor:
        wanted = wanted.where(tuple_(PAYMENT.paid_at, PAYMENT.id) < decode_cursor(action.cursor, KEY))
    rows = fetch(connection, wanted.order_by(PAYMENT.paid_at.desc(), PAYMENT.id.desc()).limit(action.size + 1))
    page = tuple(
        Payment(
            id=row.id, title=title_of(row.plan, plans.get(row.plan)), shop=Shop(row.shop), amount=row.amount, tax=row.tax,
            refunded=row.refunded, currency=row.currency, paid_at=row.paid_at, period_starts_at=row.period_starts_at,
            period_ends_at=row.period_ends_at,
        )
        for row in rows[: action.size]
    )  # fmt: skip
    return Page(page, encode_cursor(page[-1].paid_at, page[-1].id) if len(rows) > action.size else None)


@handles(GetLedger)
def get_ledger(connection: Connection) -> tuple[LedgerBalance, ...]:
    nothing = cast(0, BigInteger)
    debited = select(LedgerRow.debit.label("account"), LedgerRow.currency, LedgerRow.amount.label("debit"), nothing.label("credit"))
    credited = select(LedgerRow.credit.label("account"), LedgerRow.currency, nothing.label("debit"), LedgerRow.amount.label("credit"))
    both = union_all(debited, credited).subquery()
    sums = select(both.c.account, both.c.currency, func.sum(both.c.debit).label("debit"), func.sum(both.c.credit).label("credit"))
    rows = fetch(connection, sums.group_by(both.c.account, both.c.currency).order_by(both.c.currency, both.c.account))
    return tuple(LedgerBalance(row.account, row.currency, int(row.debit), int(row.credit)) for row in rows)
