"""Which recording a delivered file is: one that is known, by what it goes by or by the path it lies under, or a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from apps.core.catalogue.models import RecordingRow, TrackRow
from apps.core.catalogue.names import Names, credit_recordings, own
from apps.core.contract.ids import new_id
from apps.core.database import FOR_CHANGE, insert
from apps.core.intake.describing import Crediting
from apps.core.intake.judging import Accepted
from apps.core.intake.lyrics import keep_lyrics
from apps.core.intake.rules import clean_isrc, identities, rights_lines

Recordings = Mapping[str, RecordingRow]
"""By the delivered file's id."""


def write_recordings(
    session: Session, deliverer: str, accepted: Sequence[Accepted], tracks: Iterable[TrackRow], named: Names, crediting: Crediting
) -> Recordings:
    """Find or make the recording of each file, and set what its tags say; `tracks` are those the release has so far."""
    names = _names(session, deliverer, accepted, tracks)
    known = _known(session, deliverer, accepted, names.values())
    by_identity = {row.identity: row for row in known}
    by_id = {row.id: row for row in known}
    found = {one.file.id: by_identity[names[one.file.id]] for one in accepted if names[one.file.id] in by_identity}
    taken = {row.id for row in found.values()}
    for one in accepted:
        held = by_id.get(one.held_recording_id or "")
        if one.file.id not in found and held is not None and held.id not in taken:
            found[one.file.id] = held
            taken.add(held.id)
    found.update(_new(session, deliverer, [one for one in accepted if one.file.id not in found], names))
    for one in accepted:
        _set(found[one.file.id], _facts(one, names[one.file.id]))
    session.flush()
    credit_recordings(session, named.artists, {found[one.file.id].id: crediting.recordings[one.file.id] for one in accepted})
    keep_lyrics(session, {found[one.file.id].id: one.file.tags for one in accepted})
    own(session, {found[one.file.id].id: named.labels[one.file.tags.label] for one in accepted if one.file.tags.label})
    return found


def _names(session: Session, deliverer: str, accepted: Sequence[Accepted], tracks: Iterable[TrackRow]) -> dict[str, str]:
    """What each file's recording goes by. An ISRC that the release has at another place already tells nothing apart either."""
    names = identities({one.content_hash: one.file for one in accepted})
    places = {track.own_id: (track.disc, track.number) for track in tracks}
    wanted = select(RecordingRow.isrc, RecordingRow.id).filter_by(deliverer=deliverer).where(RecordingRow.identity.in_(names.values()))
    elsewhere = dict(session.execute(wanted.where(RecordingRow.id.in_(places))).all())
    for one in accepted:
        recording_id = elsewhere.get(names[one.file.id])
        if recording_id is None or recording_id == one.held_recording_id or not one.file.number:
            continue
        if places[recording_id] != (one.file.disc, one.file.number):
            names[one.file.id] = one.content_hash
    return names


def _known(session: Session, deliverer: str, accepted: Sequence[Accepted], names: Iterable[str]) -> Sequence[RecordingRow]:
    """Locked in one order: two releases that hold the same recordings are written one after the other."""
    named = (RecordingRow.deliverer == deliverer) & RecordingRow.identity.in_(names)
    held = RecordingRow.id.in_([one.held_recording_id for one in accepted if one.held_recording_id])
    return session.scalars(select(RecordingRow).where(or_(named, held)).order_by(RecordingRow.id).with_for_update(**FOR_CHANGE)).all()


def _new(session: Session, deliverer: str, accepted: Sequence[Accepted], names: Mapping[str, str]) -> Recordings:
    if not accepted:
        return {}
    rows = [{"id": new_id(), "deliverer": deliverer, **_facts(one, names[one.file.id])} for one in accepted]
    # Another release that is written at this moment may bring the same recording: then it is that one's.
    session.execute(insert(session, RecordingRow).on_conflict_do_nothing(), sorted(rows, key=lambda row: row["identity"]))
    wanted = select(RecordingRow).where(RecordingRow.deliverer == deliverer, RecordingRow.identity.in_([row["identity"] for row in rows]))
    made = {row.identity: row for row in session.scalars(wanted.with_for_update(**FOR_CHANGE))}
    return {one.file.id: made[names[one.file.id]] for one in accepted}


def _facts(one: Accepted, name: str) -> dict[str, Any]:
    tags, isrc = one.file.tags, clean_isrc(one.file.tags.isrc)
    return {
        "identity": name, "isrc": isrc if name == isrc else None, "title": one.file.title, "artist": one.file.artist,
        "duration_ms": tags.duration_ms, "genre": tags.genre or None, "explicit": tags.explicit,
        "p_line": rights_lines(tags.copyright, tags.produced)[0],
    }  # fmt: skip


def _set(recording: RecordingRow, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if name != "duration_ms" or value:
            setattr(recording, name, value)
