"""Labels with contracts, listeners who pay, and weeks that are reported, each by its Actions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select

from apps.core.client.interface import Sender
from apps.core.contract.billing import ConfirmCheckout, RefreshSubscription, Shop, StartCheckout
from apps.core.contract.days import closes_at, days
from apps.core.contract.ids import LabelId
from apps.core.contract.jobs import JobClaim, StatementsWork
from apps.core.contract.labels import Eligibility, LabelContract, ListLabels, SetContract, Share
from apps.core.contract.listening import Evidence
from apps.core.contract.reporting import (
    ApproveStatement,
    AskForStatements,
    CheckStatement,
    GetRevenue,
    OpenRun,
    RecordStatementFiles,
    RecordUsage,
    ReportFile,
    RunOrder,
    StatementFiles,
    StatementOrder,
    UsageTotal,
)
from apps.core.contract.reporting import Sender as Reporter
from apps.core.database import db
from apps.core.listening.models import ExportedDayRow, Plays
from ports.clock.interface import Clock
from ports.clock.stepped import SteppedClock
from ports.payments.interface import Payments
from tests.factories.catalogue import Catalogue

FIRST_WEEK = "2026-02-27"
"""The one that tests begin in."""
SECOND_WEEK = "2026-03-06"
BRAND = Reporter("Celesta", "PADPIDA2026000001")
SHOP = "https://music.example"


@dataclass
class Reports:
    core: Flask
    operator: Sender
    worker: Sender
    catalogue: Catalogue

    @property
    def clock(self) -> SteppedClock:
        return self.core.extensions["container"].get(Clock)

    @property
    def shop(self) -> Any:
        return self.core.extensions["container"].get(Payments).shop

    def later(self, *moment: int) -> None:
        self.clock.set(datetime(*moment, tzinfo=UTC))

    def buy(self, who: Sender, plan: str = "monthly") -> str:
        """The shop's name of the purchase."""
        page = who.send(StartCheckout(plan, f"{SHOP}/paid", f"{SHOP}/plans"))
        self.shop.pay(urlsplit(page.url).path.rpartition("/")[2])
        assert who.send(ConfirmCheckout(page.number)).subscription
        return self._names("customer.subscription.created")[-1]

    def refund(self, purchase: str, amount: int | None = None) -> None:
        """Of what was charged last."""
        self.shop.refund(self.charges()[-1], amount)
        self.worker.send(RefreshSubscription(Shop.CARD, purchase))

    def charges(self) -> list[str]:
        """The shop's names of what was charged, in order."""
        return self._names("charge.succeeded")

    def _names(self, kind: str) -> list[str]:
        return [event["data"]["object"]["id"] for event in self.shop.events() if event["type"] == kind]

    def label(self, name: str) -> LabelId:
        return next(one.id for one in self.operator.send(ListLabels(name)).items if one.name == name)

    def agree(self, label: str, share: int = 65, starts_on: str = FIRST_WEEK, **terms: Any) -> LabelContract:
        """All plays count, however well they are proved."""
        eligibility = terms.pop("eligibility", Eligibility(least_evidence=Evidence.CLAIMED))
        return self.operator.send(SetContract(self.label(label), Share(share, 100), starts_on, eligibility=eligibility, **terms))

    def days_are_exported(self) -> None:
        """Every day from the first of the tests that has closed, as far as a run asks: that it is there, and by what digest."""
        with self.core.app_context():
            known = set(db.session.scalars(select(ExportedDayRow.day)))
            for day in days("2026-03-02", (self.clock.now() - timedelta(days=1)).date().isoformat()):
                if day not in known and closes_at(day) <= self.clock.now():
                    row = ExportedDayRow(day=day, manifest=b"", sha256="0" * 64, exported_at=self.clock.now(), plays=Plays.KEPT)
                    db.session.add(row)
            db.session.commit()

    def claim(self) -> JobClaim:
        """The next week's job; fails where there is none."""
        self.worker.send(AskForStatements())
        return self.catalogue.claim(*self.catalogue.waiting("statements"))

    def open(self, claim: JobClaim) -> RunOrder:
        return self.worker.send(OpenRun(claim.job_id, claim.lease, BRAND))

    def record(self, claim: JobClaim, *totals: UsageTotal) -> tuple[StatementOrder, ...]:
        """Record these totals of a week that is open, and what the ledger says."""
        assert isinstance(claim.work, StatementsWork)
        return self.worker.send(RecordUsage(claim.job_id, claim.lease, totals, self.worker.send(GetRevenue(claim.work.week))))

    def settle(self, *totals: UsageTotal) -> tuple[StatementOrder, ...]:
        """Report the next week by these totals, its files included."""
        claim = self.claim()
        self.open(claim)
        orders = self.record(claim, *totals)
        self.worker.send(RecordStatementFiles(claim.job_id, claim.lease, tuple(map(files_of, orders))))
        return orders

    def approve(self, number: str, first: Sender, second: Sender) -> None:
        first.send(CheckStatement(number))
        second.send(ApproveStatement(number))


def files_of(order: StatementOrder) -> StatementFiles:
    sha256 = hashlib.sha256(order.number.encode()).hexdigest()
    return StatementFiles(order.number, (ReportFile(f"{order.number}.csv", f"statements/{order.number}.csv", 10, sha256),))
