"""Keeping what is corrected apart from what was delivered, and showing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.contract.corrections import CorrectedField
from apps.core.corrections.fields import Row, show, shown
from apps.core.corrections.models import CorrectionRow


@dataclass(frozen=True)
class Correcting:
    """Who corrects, by which release or track, and when."""

    session: Session
    account_id: str | None
    release_id: str
    track_id: str | None
    now: datetime

    def correct(self, row: Row, values: Mapping[CorrectedField, str]) -> None:
        for field, value in values.items():
            before = shown(self.session, row, field)
            if value != before:
                self._keep(row, field, before, value)
                show(self.session, row, field, value)

    def _keep(self, row: Row, field: CorrectedField, before: str, value: str) -> None:
        held = self.session.scalar(select(CorrectionRow).filter_by(subject_id=row.id, field=field, over_at=None))
        delivered = before if held is None else held.delivered
        if held is not None:
            held.over_at = self.now
            self.session.flush()
        if value != delivered:
            self.session.add(
                CorrectionRow(
                    subject_id=row.id, field=field, release_id=self.release_id, track_id=self.track_id, delivered=delivered, value=value,
                    made_by=self.account_id, made_at=self.now,
                )
            )  # fmt: skip
