"""Keeping what is corrected apart from what was delivered, and showing it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.catalogue.models import RecordingRow
from apps.core.contract.corrections import CorrectedField, EditableTrack
from apps.core.corrections.fields import Row, credit_several, show, shown
from apps.core.corrections.models import CorrectionRow
from apps.core.corrections.rules import Heard, credit_lines, read_credits, yes_or_no


class Change(NamedTuple):
    row: Row
    field: CorrectedField
    before: str
    value: str
    track_id: str | None
    """By which it is corrected; None where it is the release's own."""


@dataclass(frozen=True)
class Correcting:
    """Who corrects, by which release, and when."""

    session: Session
    account_id: str | None
    release_id: str
    now: datetime

    def correct(self, row: Row, values: Mapping[CorrectedField, str], track_id: str | None = None) -> None:
        changes = [Change(row, field, shown(self.session, row, field), value, track_id) for field, value in values.items()]
        for one in self._keep(changes):
            show(self.session, row, one.field, one.value)

    def correct_heard(self, rows: Mapping[str, RecordingRow], wanted: Sequence[tuple[EditableTrack, Heard]]) -> None:
        """What is heard on tracks, as it is and as it is to be; `rows` by track. It takes as many statements for many as for one."""
        field = CorrectedField
        changes = [
            Change(rows[seen.id], which, before, value, seen.id)
            for seen, heard in wanted
            for which, before, value in (
                (field.ARTIST, seen.artist, heard.artist),
                (field.EXPLICIT, yes_or_no(explicit=seen.explicit), yes_or_no(explicit=heard.explicit)),
                (field.CREDITS, credit_lines(seen.credits), credit_lines(heard.credits)),
            )
        ]
        kept = self._keep(changes)
        for one in kept:
            if one.field is not field.CREDITS:
                show(self.session, one.row, one.field, one.value)
        credit_several(self.session, {one.row.id: read_credits(one.value) for one in kept if one.field is field.CREDITS})

    def _keep(self, changes: Collection[Change]) -> Sequence[Change]:
        """Returns those that say anything else."""
        made = [one for one in changes if one.value != one.before]
        subjects = CorrectionRow.subject_id.in_({one.row.id for one in made})
        holding = self.session.scalars(select(CorrectionRow).where(subjects, CorrectionRow.over_at.is_(None)))
        held = {(one.subject_id, one.field): one for one in holding}
        replaced = [held.get((one.row.id, one.field)) for one in made]
        for before in filter(None, replaced):
            before.over_at = self.now
        self.session.flush()
        for one, before in zip(made, replaced, strict=True):
            delivered = before.delivered if before else one.before
            if one.value != delivered:
                self.session.add(
                    CorrectionRow(
                        subject_id=one.row.id, field=one.field, release_id=self.release_id, track_id=one.track_id, delivered=delivered,
                        value=one.value, made_by=self.account_id, made_at=self.now,
                    )
                )  # fmt: skip
        return made
