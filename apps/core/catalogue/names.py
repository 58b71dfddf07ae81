"""Artists, labels and series by name: found, or made the first time a name is met; and who is credited with what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from apps.core.catalogue.models import ArtistRow, LabelRow, OwnershipRow, RecordingCreditRow, ReleaseCreditRow, SeriesRow
from apps.core.catalogue.rules import name_key
from apps.core.contract.catalogue import CreditRole
from apps.core.contract.ids import new_id
from apps.core.database import insert
from apps.core.rights.terms import WORLDWIDE

ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)
"""The beginning of an ownership that nothing limits."""

Named = tuple[CreditRole, str]


def artist_named(session: Session, name: str) -> str:
    """The artist's id."""
    return _named(session, ArtistRow, "name", name)


def label_named(session: Session, name: str) -> str:
    return _named(session, LabelRow, "name", name)


def series_named(session: Session, title: str) -> str:
    return _named(session, SeriesRow, "title", title)


def credit_recording(session: Session, recording_id: str, credited: Sequence[Named]) -> None:
    """Replace a recording's credits."""
    session.execute(delete(RecordingCreditRow).where(RecordingCreditRow.recording_id == recording_id))
    session.add_all(RecordingCreditRow(recording_id=recording_id, **one) for one in _places(session, credited))


def credit_release(session: Session, release_id: str, credited: Sequence[Named]) -> None:
    """Replace a release's credits."""
    session.execute(delete(ReleaseCreditRow).where(ReleaseCreditRow.release_id == release_id))
    session.add_all(ReleaseCreditRow(release_id=release_id, **one) for one in _places(session, credited))


def _places(session: Session, credited: Sequence[Named]) -> Iterator[dict[str, Any]]:
    for position, (role, name) in enumerate(credited):
        yield {"position": position, "artist_id": artist_named(session, name), "role": role, "credited_as": name}


def own(session: Session, recording_id: str, label: str) -> None:
    """Let the label own the recording everywhere and always; an ownership on record that says the same is left alone."""
    label_id = label_named(session, label)
    known = session.scalars(select(OwnershipRow).where(OwnershipRow.recording_id == recording_id)).all()
    if [row.label_id for row in known] != [label_id]:
        for row in known:
            session.delete(row)
        session.add(OwnershipRow(recording_id=recording_id, territory=WORLDWIDE, label_id=label_id, starts_at=ALWAYS))


def _named(session: Session, table: type[ArtistRow | LabelRow | SeriesRow], column: str, name: str) -> str:
    key_column = f"{column}_key"
    known = select(table.id).filter_by(**{key_column: name_key(name)})
    found = session.scalar(known)
    if found is None:
        # Two workers may meet the same new name at once: the second waits here, then finds the first one's.
        row = insert(session, table).values({"id": new_id(), column: name, key_column: name_key(name)})
        session.execute(row.on_conflict_do_nothing())
        found = session.scalar(known)
    assert found is not None
    return found
