"""Deliveries and corrections: what is delivered anew is kept beside what was corrected, which is shown still."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.contract.corrections import CorrectedField
from apps.core.corrections.fields import show, shown, write
from apps.core.corrections.models import CorrectionRow


def lay_aside(session: Session, release: ReleaseRow) -> None:
    """Have a release say what was delivered last, while more is delivered: files that are some of it change some of what it says."""
    for field, one in corrected_of(session, release.id).items():
        write(session, release, field, one.delivered)


def lay_on(session: Session, release: ReleaseRow, recordings: Collection[RecordingRow]) -> None:
    """Have what was delivered of the release and these recordings say what was corrected."""
    ids = [one.id for one in recordings]
    tracks = select(TrackRow).where(TrackRow.release_id == release.id, TrackRow.recording_id.in_(ids) | TrackRow.own_recording_id.in_(ids))
    # Later ones last, of which some go by what earlier ones say.
    of_tracks = CorrectionRow.subject_id.in_(tracks.with_only_columns(TrackRow.id))
    found = _holding(session, CorrectionRow.subject_id.in_([release.id, *ids]) | of_tracks)
    if not found:
        return
    session.flush()
    rows = {one.id: one for one in (release, *recordings, *session.scalars(tracks))}
    for one in found:
        field, row = CorrectedField(one.field), rows[one.subject_id]
        one.delivered = shown(session, row, field)
        show(session, row, field, one.value)


def corrected_of(session: Session, release_id: str) -> Mapping[CorrectedField, CorrectionRow]:
    return {CorrectedField(one.field): one for one in _holding(session, CorrectionRow.subject_id == release_id)}


def delivered_last(session: Session, field: CorrectedField, recording_ids: Collection[str]) -> Mapping[str, str]:
    """By recording, of those of which this is corrected. One that is being written says it itself, until its corrections are laid on."""
    row = CorrectionRow
    wanted = select(row.subject_id, row.delivered).where(row.subject_id.in_(recording_ids), row.field == field, row.over_at.is_(None))
    return dict(session.execute(wanted).all())


def _holding(session: Session, which: ColumnElement[bool]) -> Sequence[CorrectionRow]:
    return session.scalars(select(CorrectionRow).where(which, CorrectionRow.over_at.is_(None)).order_by(CorrectionRow.id)).all()
