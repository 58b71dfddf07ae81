"""Deals for tests, other than an imported folder's own: no Action makes them yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import delete, update

from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.ids import ReleaseId, TrackId
from apps.core.database import db
from apps.core.rights.models import DealExclusionRow, DealRow
from apps.core.rights.terms import CommercialModel, UseType
from ports.clock.interface import Clock


@dataclass
class Deals:
    core: Flask

    def only(self, release_id: ReleaseId, *terms: str, **more: Any) -> None:
        """Replace the release's deals by this one."""
        self.none(release_id)
        self.add(release_id, *terms, **more)

    def add(
        self,
        release_id: ReleaseId,
        territory: str = WORLDWIDE,
        model: str = CommercialModel.OWN_MUSIC,
        use_type: str = UseType.ON_DEMAND_STREAM,
        *,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
        track_id: TrackId | None = None,
        excluded: tuple[str, ...] = (),
    ) -> None:
        """It began now unless said otherwise."""
        with self.core.app_context():
            begins = starts_at or self.now
            deal = DealRow(
                release_id=release_id, track_id=track_id, territory=territory, commercial_model=model, use_type=use_type,
                starts_at=begins, ends_at=ends_at,
            )  # fmt: skip
            db.session.add(deal)
            db.session.flush()
            db.session.add_all(DealExclusionRow(deal_id=deal.id, territory=one) for one in excluded)
            db.session.commit()

    def withdraw(self, *which: Any) -> None:
        """End those of the deals, of all releases, from now on."""
        with self.core.app_context():
            db.session.execute(update(DealRow).where(*which).values(ends_at=self.now))
            db.session.commit()

    def holding(self, release_id: ReleaseId) -> list[tuple[str, str, str]]:
        """Model, use and territory of those that hold now, in order."""
        with self.core.app_context():
            holds = (DealRow.starts_at <= self.now) & (DealRow.ends_at.is_(None) | (DealRow.ends_at > self.now))
            wanted = db.select(DealRow.commercial_model, DealRow.use_type, DealRow.territory).where(DealRow.release_id == release_id, holds)
            return sorted(tuple(row) for row in db.session.execute(wanted))

    @property
    def now(self) -> datetime:
        return self.core.extensions["container"].get(Clock).now()

    def none(self, release_id: ReleaseId) -> None:
        with self.core.app_context():
            mine = DealRow.release_id == release_id
            for deal_id in db.session.scalars(db.select(DealRow.id).where(mine)).all():
                db.session.execute(delete(DealExclusionRow).where(DealExclusionRow.deal_id == deal_id))
            db.session.execute(delete(DealRow).where(mine))
            db.session.commit()
