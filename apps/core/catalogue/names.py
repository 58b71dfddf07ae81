"""Artists, labels and series by name: found, or made the first time a name is met; and who is credited with what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy import insert as insert_rows
from sqlalchemy.orm import Session

from apps.core.catalogue.models import ArtistRow, LabelRow, OwnershipRow, RecordingCreditRow, ReleaseCreditRow, ReleaseRow, SeriesRow
from apps.core.catalogue.rules import name_key, series_of
from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.catalogue import CreditRole, ReleaseType
from apps.core.contract.ids import new_id
from apps.core.database import insert

ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)
"""The beginning of an ownership that nothing limits."""

Named = tuple[CreditRole, str]
Ids = Mapping[str, str]
"""By name as it was asked for."""


@dataclass(frozen=True)
class Names:
    """The artists and labels that a release names."""

    artists: Ids
    labels: Ids


def names(session: Session, artists: Iterable[str], labels: Iterable[str]) -> Names:
    """All at once, and always artists first: of two releases that bring the same new names, one waits for the other.

    Whose name is that of an artist who was merged into another one is that one.
    """
    met = _named(session, ArtistRow, "name", artists)
    # Held until the credits are written: whoever merges one of these artists meanwhile waits, and finds them.
    held = select(ArtistRow.id, ArtistRow.merged_into).where(ArtistRow.id.in_(met.values())).order_by(ArtistRow.id)
    survivors = {one.id: one.merged_into or one.id for one in session.execute(held.with_for_update(read=True, key_share=True))}
    return Names({name: survivors[artist_id] for name, artist_id in met.items()}, _named(session, LabelRow, "name", labels))


def stand_in_series(session: Session, release: ReleaseRow) -> None:
    """A compilation whose title says so is a volume of a series, and nothing else is."""
    place = series_of(release.title) if release.type == ReleaseType.COMPILATION else None
    release.series_id, release.volume = (_named(session, SeriesRow, "title", [place[0]])[place[0]], place[1]) if place else (None, None)


def credit_recordings(session: Session, artists: Ids, credited: Mapping[str, Sequence[Named]]) -> None:
    """Replace the credits of each recording."""
    session.execute(delete(RecordingCreditRow).where(RecordingCreditRow.recording_id.in_(credited)))
    session.execute(insert_rows(RecordingCreditRow), _places("recording_id", artists, credited))


def credit_release(session: Session, artists: Ids, release_id: str, credited: Sequence[Named]) -> None:
    """Replace a release's credits."""
    session.execute(delete(ReleaseCreditRow).where(ReleaseCreditRow.release_id == release_id))
    session.execute(insert_rows(ReleaseCreditRow), _places("release_id", artists, {release_id: credited}))


def _places(column: str, artists: Ids, credited: Mapping[str, Sequence[Named]]) -> list[dict[str, Any]]:
    return [
        {column: row_id, "position": position, "artist_id": artists[name], "role": role, "credited_as": name}
        for row_id, places in credited.items()
        for position, (role, name) in enumerate(places)
    ]


def own(session: Session, wanted: Mapping[str, str]) -> None:
    """Let each recording be owned everywhere and always by its label, by id; what is on record already is left alone."""
    known = session.execute(
        select(OwnershipRow.id, OwnershipRow.recording_id, OwnershipRow.label_id).where(OwnershipRow.recording_id.in_(wanted))
    ).all()
    right = {row.recording_id for row in known if row.label_id == wanted[row.recording_id]}
    wrong = [row.id for row in known if row.label_id != wanted[row.recording_id]]
    if wrong:
        session.execute(delete(OwnershipRow).where(OwnershipRow.id.in_(wrong)))
    session.add_all(
        OwnershipRow(recording_id=recording_id, territory=WORLDWIDE, label_id=label_id, starts_at=ALWAYS)
        for recording_id, label_id in wanted.items()
        if recording_id not in right
    )


def _named(session: Session, table: type[ArtistRow | LabelRow | SeriesRow], column: str, names: Iterable[str]) -> Ids:
    keys = {name: name_key(name) for name in names}
    if not keys:
        return {}
    key_column = getattr(table, f"{column}_key")
    known = select(key_column, table.id).where(key_column.in_(set(keys.values())))
    found = dict(session.execute(known).all())
    missing = {key: name for name, key in reversed(keys.items()) if key not in found}
    if missing:
        # Two workers may meet the same new names at once: the second waits here, then finds the first one's. Always in the
        # same order, so that they never wait for each other.
        rows = [{"id": new_id(), column: name, f"{column}_key": key} for key, name in sorted(missing.items())]
        session.execute(insert(session, table).on_conflict_do_nothing(), rows)
        found = dict(session.execute(known).all())
    return {name: found[key] for name, key in keys.items()}
