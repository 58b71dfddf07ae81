"""Billing's rows as the contract's structs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apps.core.billing.rules import MEANINGS, Known, Until, access_ends_at, state_at
from apps.core.contract.billing import OVER, Shop, Subscription
from apps.core.rights.plans import Plan, Plans


def as_subscription(row: Any, plans: Plans, now: datetime) -> Subscription:
    known = Known.of(row)
    state = state_at(known, now)
    meaning, plan = MEANINGS[state], plans.get(row.plan)
    own, over = row.shop == Shop.CARD, state in OVER
    stoppable = meaning.may_cancel and (row.renews or meaning.access is Until.NEVER)
    return Subscription(
        id=row.id, shop=Shop(row.shop), plan=row.plan, title=title_of(row.plan, plan), state=state, amount=row.amount,
        currency=row.currency, every=plan.every if plan else None, began_at=row.began_at, period_ends_at=row.period_ends_at,
        access_ends_at=access_ends_at(known, now), renews=row.renews and not over, may_cancel=own and stoppable,
        may_resume=own and meaning.may_resume, must_pay=meaning.must_pay,
    )  # fmt: skip


def title_of(code: str, plan: Plan | None) -> str:
    return plan.title if plan else code.capitalize()
