"""Where each corrected field is shown: by rows of the catalogue, read and written as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from apps.core.catalogue.models import (
    OWN_RECORDING,
    LabelRow,
    RecordingCreditRow,
    RecordingRow,
    ReleaseCreditRow,
    ReleaseRow,
    TrackRow,
)
from apps.core.catalogue.names import credit_recordings, credit_release, names, stand_in_series
from apps.core.catalogue.rules import name_key
from apps.core.contract.catalogue import CreditRole, ReleaseType
from apps.core.contract.corrections import CorrectedField, NamedCredit
from apps.core.corrections.rules import credit_lines, read_credits, yes_or_no
from apps.core.database import FOR_CHANGE
from apps.core.intake.rules import clean_date

Row = ReleaseRow | TrackRow | RecordingRow


def _read_title(_session: Session, row: ReleaseRow | TrackRow) -> str:
    return row.title


def _read_artist(_session: Session, row: ReleaseRow | RecordingRow) -> str:
    return row.artist


def _read_date(_session: Session, release: ReleaseRow) -> str:
    return release.released_on or str(release.year or "")


def _read_genre(_session: Session, release: ReleaseRow) -> str:
    return release.genre or ""


def _read_type(_session: Session, release: ReleaseRow) -> str:
    return release.type


def _read_explicit(_session: Session, recording: RecordingRow) -> str:
    return yes_or_no(explicit=recording.explicit)


def _read_label(session: Session, release: ReleaseRow) -> str:
    return session.scalar(select(LabelRow.name).where(LabelRow.id == release.label_id)) or ""


def _write_label(session: Session, release: ReleaseRow, value: str) -> None:
    release.label_id = names(session, [], [value]).labels[value] if value else None


def spelt_as_known(session: Session, release: ReleaseRow, name: str) -> str:
    """A label has one spelling: the release's own becomes this one, that of another which is known stays."""
    wanted = select(LabelRow).where(LabelRow.name_key == name_key(name)).with_for_update(**FOR_CHANGE)
    label = session.scalar(wanted, execution_options={"populate_existing": True})
    if label is None:
        return name
    if label.id == release.label_id:
        label.name = name
        session.flush()
    return label.name


def _write_title(session: Session, release: ReleaseRow, value: str) -> None:
    release.title, release.title_key = value, name_key(value)
    stand_in_series(session, release)


def _write_type(session: Session, release: ReleaseRow, value: str) -> None:
    release.type = ReleaseType(value)
    stand_in_series(session, release)


def _write_artist(_session: Session, row: ReleaseRow | RecordingRow, value: str) -> None:
    row.artist = value


def _write_date(_session: Session, release: ReleaseRow, value: str) -> None:
    release.released_on, release.year = clean_date(value)


def _write_genre(_session: Session, release: ReleaseRow, value: str) -> None:
    release.genre = value or None


def _write_track_title(session: Session, track: TrackRow, value: str) -> None:
    track.title = value
    if track.own_recording_id is None:
        session.get_one(RecordingRow, track.recording_id).title = value


def _write_explicit(_session: Session, recording: RecordingRow, value: str) -> None:
    recording.explicit = value == yes_or_no(explicit=True)


def _credits_of_release(session: Session, release: ReleaseRow) -> str:
    row = ReleaseCreditRow
    return _lines(session, select(row.role, row.credited_as).filter_by(release_id=release.id).order_by(row.position))


def _credits_of_recording(session: Session, recording: RecordingRow) -> str:
    row = RecordingCreditRow
    return _lines(session, select(row.role, row.credited_as).filter_by(recording_id=recording.id).order_by(row.position))


def _lines(session: Session, wanted: Any) -> str:
    return credit_lines([NamedCredit(CreditRole(one.role), one.credited_as) for one in session.execute(wanted)])


def _credit_release(session: Session, release: ReleaseRow, value: str) -> None:
    credited = [(one.role, one.name) for one in read_credits(value)]
    credit_release(session, names(session, [name for _, name in credited], []).artists, release.id, credited)


def _credit_recording(session: Session, recording: RecordingRow, value: str) -> None:
    credit_several(session, {recording.id: read_credits(value)})


def credit_several(session: Session, credited: Mapping[str, Sequence[NamedCredit]]) -> None:
    """Replace the credits of each recording, all at once."""
    if credited:
        named = names(session, {one.name for credits_of_one in credited.values() for one in credits_of_one}, []).artists
        credit_recordings(session, named, {key: [(one.role, one.name) for one in value] for key, value in credited.items()})


Read = Callable[[Session, Any], str]
Write = Callable[[Session, Any, str], None]
FIELD = CorrectedField
PLACES: Mapping[type[Row], Mapping[CorrectedField, tuple[Read, Write]]] = {
    ReleaseRow: {
        FIELD.TITLE: (_read_title, _write_title),
        FIELD.ARTIST: (_read_artist, _write_artist),
        FIELD.CREDITS: (_credits_of_release, _credit_release),
        FIELD.RELEASED_ON: (_read_date, _write_date),
        FIELD.GENRE: (_read_genre, _write_genre),
        FIELD.LABEL: (_read_label, _write_label),
        FIELD.TYPE: (_read_type, _write_type),
    },
    TrackRow: {FIELD.TITLE: (_read_title, _write_track_title)},
    RecordingRow: {
        FIELD.ARTIST: (_read_artist, _write_artist),
        FIELD.CREDITS: (_credits_of_recording, _credit_recording),
        FIELD.EXPLICIT: (_read_explicit, _write_explicit),
    },
}
"""By the kind of row: how each field is read, and how it is written."""


def shown(session: Session, row: Row, field: CorrectedField) -> str:
    return PLACES[type(row)][field][0](session, row)


def write(session: Session, row: Row, field: CorrectedField, value: str) -> None:
    PLACES[type(row)][field][1](session, row, value)


def show(session: Session, row: Row, field: CorrectedField, value: str) -> None:
    """Also by what says the same because the row does."""
    before = shown(session, row, field)
    write(session, row, field, value)
    if isinstance(row, ReleaseRow) and field is FIELD.GENRE:
        _have_recordings_follow(session, row.id, before, value)


def _have_recordings_follow(session: Session, release_id: str, before: str, genre: str) -> None:
    """Stations, the search and smart playlists go by the genre of each."""
    on_it = RecordingRow.id.in_(select(OWN_RECORDING).where(TrackRow.release_id == release_id))
    alike = func.coalesce(RecordingRow.genre, "") == before
    session.flush()
    session.execute(
        update(RecordingRow).where(on_it, alike).values(genre=genre or None), execution_options={"synchronize_session": "fetch"}
    )
