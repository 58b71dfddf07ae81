"""Plans for tests that are about what a plan gives, not about how it is bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from sqlalchemy import update

from apps.core.accounts.models import AccountRow
from apps.core.client.interface import Sender
from apps.core.database import db
from apps.core.rights.plans import Plan, Plans
from ports.payments.interface import Interval


@dataclass
class OnPlan:
    """Put somebody on a plan, as if they had bought it."""

    core: Flask

    def __call__(self, who: Sender, plan: str, ends_at: datetime | None = None) -> None:
        with self.core.app_context():
            mine = AccountRow.id == who.actor.account_id
            db.session.execute(update(AccountRow).where(mine).values(plan=plan, plan_ends_at=ends_at))
            db.session.commit()

    def with_streams(self, who: Sender, number: int) -> None:
        """Put them on a plan of so many streams, whatever the number was before."""
        plan = Plan("several", "Several", streams=number, devices=1, every=Interval.MONTH, prices={"GBP": 100})
        self.core.extensions["container"].put(Plans, Plans({plan.code: plan}))
        self(who, plan.code)
