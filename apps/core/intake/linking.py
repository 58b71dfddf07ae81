"""Recordings that sound the same as one that is known: their tracks play that one, and they stay what they are beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from apps.core.catalogue.models import OWN_RECORDING, OwnershipRow, RecordingRow, ReleaseRow, TrackRow
from apps.core.contract.corrections import CorrectedField
from apps.core.corrections.overlay import delivered_last
from apps.core.corrections.rules import yes_or_no
from apps.core.database import FOR_CHANGE
from apps.core.intake import sounds
from apps.core.intake.models import FingerprintMarkRow, FingerprintRow
from apps.core.playback.models import PublishedRenditionRow

SAME_LENGTH_MS = 2_000
MOST_CANDIDATES = 20
"""Looked at closely, those that share most with it first."""


def keep_fingerprint(session: Session, content: Mapping[str, str], fingerprint: bytes, duration_ms: int) -> None:
    """`content` is a recording and the hash of what it holds; it is found by what it was fingerprinted with last."""
    session.execute(delete(FingerprintRow).filter_by(**content))
    session.add(FingerprintRow(**content, duration_ms=duration_ms, frames=fingerprint))
    recording_id = content["recording_id"]
    session.execute(delete(FingerprintMarkRow).filter_by(recording_id=recording_id))
    frames = sounds.read(fingerprint)
    if sounds.says_enough(frames):
        rows = [{"mark": mark, "duration_ms": duration_ms, "recording_id": recording_id} for mark in sounds.marks(frames)]
        session.execute(insert(FingerprintMarkRow), rows)


def lock_alike(session: Session, recording_id: str) -> None:
    """To be called before `link`: of two that sound the same and are heard from now on, the second waits here, and meets the first.

    The releases come before the recordings, as for whoever writes a release.
    """
    mine = select(TrackRow.release_id).where((TrackRow.recording_id == recording_id) | (TrackRow.own_recording_id == recording_id))
    session.execute(select(ReleaseRow.id).where(ReleaseRow.id.in_(mine)).order_by(ReleaseRow.id).with_for_update(**FOR_CHANGE))
    both = [recording_id, *_alike(session, recording_id)]
    session.execute(select(RecordingRow.id).where(RecordingRow.id.in_(both)).order_by(RecordingRow.id).with_for_update(**FOR_CHANGE))


def link(session: Session, recording_id: str, content_hash: str) -> Sequence[str]:
    """Have the recording's tracks play the one that sounds the same, where there is one, else its own; returns their releases."""
    recording = session.get_one(RecordingRow, recording_id, populate_existing=True)
    known = _same_sound(session, recording, content_hash)
    if known == recording.same_as:
        return ()
    if known is None:
        return stand_alone(session, [recording_id])
    recording.same_as = known
    return _replay(session, OWN_RECORDING.in_([recording_id]), {"own_recording_id": recording_id, "recording_id": known})


def loosen(session: Session, recording_ids: Collection[str]) -> Sequence[str]:
    """These have other sound from now on: what was linked to them plays its own again; returns the releases with it."""
    return stand_alone(session, session.scalars(select(RecordingRow.id).where(RecordingRow.same_as.in_(recording_ids))).all())


def part(session: Session, recording_ids: Collection[str]) -> Sequence[str]:
    """What these are called has changed: those whose files do not agree any more play their own; returns the releases with them."""
    session.flush()
    linked, known = RecordingRow, aliased(RecordingRow)
    wanted = select(linked, known).join(known, known.id == linked.same_as)
    pairs = session.execute(wanted.where(linked.id.in_(recording_ids) | linked.same_as.in_(recording_ids))).all()
    both = {one.id: one for pair in pairs for one in pair}
    owners, explicit = _owners(session, both), _explicit(session, both.values(), recording_ids)
    return stand_alone(session, [one.id for one, other in pairs if not _agree(one, other, {other.isrc}, owners, explicit)])


def stand_alone(session: Session, recording_ids: Collection[str]) -> Sequence[str]:
    """Have the tracks of these recordings play their own sound; returns their releases."""
    if not recording_ids:
        return ()
    session.execute(update(RecordingRow).where(RecordingRow.id.in_(recording_ids)).values(same_as=None))
    own = {"recording_id": TrackRow.own_recording_id, "own_recording_id": None}
    return _replay(session, TrackRow.own_recording_id.in_(recording_ids), own)


def _replay(session: Session, which: ColumnElement[bool], values: Mapping[str, Any]) -> Sequence[str]:
    session.flush()
    changed = update(TrackRow).where(which).values(values).returning(TrackRow.release_id)
    return session.scalars(changed, execution_options={"synchronize_session": "fetch"}).all()


def _alike(session: Session, recording_id: str) -> Sequence[str]:
    """What is played where a recording is that is as long as this one and shares marks with it, those that share most first.

    It is looked up by these marks, however many recordings there are.
    """
    mine, its, played = FingerprintMarkRow, aliased(FingerprintMarkRow), func.coalesce(RecordingRow.same_as, RecordingRow.id)
    near = its.duration_ms.between(mine.duration_ms - SAME_LENGTH_MS, mine.duration_ms + SAME_LENGTH_MS)
    shared = (
        select(played)
        .select_from(mine)
        .join(its, (its.mark == mine.mark) & near)
        .join(RecordingRow, RecordingRow.id == its.recording_id)
        .where(mine.recording_id == recording_id, played != recording_id)
        .group_by(played)
        .order_by(func.count().desc(), played)
        .limit(MOST_CANDIDATES)
    )
    return session.scalars(shared).all()


def _same_sound(session: Session, recording: RecordingRow, content_hash: str) -> str | None:
    """The oldest recording of the deliverer that is heard, stands for itself, and sounds the same."""
    mine = session.get(FingerprintRow, (recording.id, content_hash))
    if mine is None:
        return None
    alike, heard = _alike(session, recording.id), PublishedRenditionRow
    candidates = (
        select(RecordingRow, FingerprintRow.frames)
        .join(heard, heard.recording_id == RecordingRow.id)
        .join(FingerprintRow, (FingerprintRow.recording_id == RecordingRow.id) & (FingerprintRow.content_hash == heard.content_hash))
        .where(RecordingRow.id.in_(alike), RecordingRow.deliverer == recording.deliverer, ~_on_one_release(recording.id))
    )
    found = session.execute(candidates).all()
    frames = sounds.read(mine.frames)
    isrcs, owners = _isrcs(session, alike), _owners(session, [recording.id, *alike])
    explicit = _explicit(session, [recording, *(one for one, _ in found)])
    same = [
        one.id
        for one, its in found
        if _agree(recording, one, isrcs[one.id], owners, explicit) and sounds.is_same(frames, sounds.kept(sounds.read(its)))
    ]
    return min(same, default=None)


def _agree(
    recording: RecordingRow, known: RecordingRow, isrcs: Collection[str | None], owners: Mapping[str, set[str]], explicit: Set[str]
) -> bool:
    """Whether nothing that their files say of them tells them apart.

    Plays pay whoever owns the recording that is played: of one that belongs to another label, plays would pay the wrong one.
    """
    return (
        (recording.id in explicit) == (known.id in explicit)
        and (recording.isrc is None or {*isrcs} <= {recording.isrc, None})
        and sounds.same_version(recording.title, known.title)
        and (not owners[recording.id] or owners[recording.id] == owners[known.id])
    )


def _explicit(session: Session, recordings: Iterable[RecordingRow], written: Collection[str] = ()) -> Set[str]:
    """Those that were delivered as explicit; what staff say of what is heard tells no files apart."""
    shown = {one.id: yes_or_no(explicit=one.explicit) for one in recordings}
    delivered = {**shown, **delivered_last(session, CorrectedField.EXPLICIT, shown.keys() - {*written})}
    return {recording_id for recording_id, value in delivered.items() if value == yes_or_no(explicit=True)}


def _isrcs(session: Session, recording_ids: Collection[str]) -> Mapping[str, set[str | None]]:
    """Those of each of these recordings, and of what is linked to it."""
    played = func.coalesce(RecordingRow.same_as, RecordingRow.id)
    among = RecordingRow.id.in_(recording_ids) | RecordingRow.same_as.in_(recording_ids)
    found: defaultdict[str, set[str | None]] = defaultdict(set)
    for recording_id, isrc in session.execute(select(played, RecordingRow.isrc).where(among)):
        found[recording_id].add(isrc)
    return found


def _owners(session: Session, recording_ids: Collection[str]) -> Mapping[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    row = OwnershipRow
    for recording_id, label_id in session.execute(select(row.recording_id, row.label_id).where(row.recording_id.in_(recording_ids))):
        found[recording_id].add(label_id)
    return found


def _on_one_release(recording_id: str) -> ColumnElement[bool]:
    """Whether the candidate and the recording have tracks on the same release: whoever puts both there means two."""
    its, mine = aliased(TrackRow), aliased(TrackRow)
    return exists().where(
        its.release_id == mine.release_id,
        its.recording_id == RecordingRow.id,
        func.coalesce(its.own_recording_id, its.recording_id) != recording_id,
        its.hidden_at.is_(None),
        (mine.recording_id == recording_id) | (mine.own_recording_id == recording_id),
    )
