"""Correcting what was delivered, and taking it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.catalogue.changes import changed
from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.contract.actions import Actor, Done
from apps.core.contract.corrections import (
    CorrectRelease,
    CorrectTrack,
    CorrectTracks,
    EditableRelease,
    JoinRelease,
    MergeArtists,
    SpellArtist,
    SplitRelease,
    TakeBackCorrection,
    TakeBackMerge,
)
from apps.core.contract.errors import Invalid, NotFound
from apps.core.corrections.correcting import Correcting
from apps.core.corrections.fields import FIELD, Row, show, spelt_as_known
from apps.core.corrections.merging import merge, part, spell
from apps.core.corrections.models import CorrectionRow, ReleaseSplitRow
from apps.core.corrections.overlay import corrected_of
from apps.core.corrections.reading import editable_release
from apps.core.corrections.rules import Heard, check_credits, check_date, check_revision, credit_lines, heard_as, renamed
from apps.core.corrections.splitting import SPLIT, join, refuse_while_written, split
from apps.core.database import FOR_CHANGE
from apps.core.editorial.compiling import HOUSE
from apps.core.playback.models import PublishedRenditionRow
from ports.clock.interface import Clock


@handles(CorrectRelease)
def correct_release(action: CorrectRelease, actor: Actor, session: Session, clock: Clock) -> Done:
    check_credits(action.credits)
    check_date(action.released_on)
    release = _release(session, action.release_id)
    held = _as_looked_at(session, release, action.revision)
    correcting = Correcting(session, actor.account_id, release.id, clock.now())
    correcting.correct(
        release,
        {
            FIELD.TITLE: action.title, FIELD.ARTIST: action.artist, FIELD.RELEASED_ON: action.released_on, FIELD.GENRE: action.genre,
            FIELD.LABEL: spelt_as_known(session, release, action.label), FIELD.TYPE: action.type.value,
            FIELD.CREDITS: credit_lines(renamed(action.credits, held.credits, held.artist, action.artist)),
        },
    )  # fmt: skip
    return _told(session, [release.id])


@handles(CorrectTrack)
def correct_track(action: CorrectTrack, actor: Actor, session: Session, clock: Clock) -> Done:
    check_credits(action.credits)
    release = _release(session, session.scalar(select(TrackRow.release_id).filter_by(id=action.track_id)))
    heard = _heard(session, release.id, [action.track_id])
    held = {one.id: one for one in _as_looked_at(session, release, action.revision).tracks}[action.track_id]
    credited = renamed(action.credits, held.credits, held.artist, action.artist)
    correcting = Correcting(session, actor.account_id, release.id, clock.now())
    correcting.correct(session.get_one(TrackRow, held.id, populate_existing=True), {FIELD.TITLE: action.title}, held.id)
    correcting.correct_heard(heard, [(held, Heard(action.artist, credited, action.explicit))])
    return _told(session, _playing(session, [heard[held.id].id]))


@handles(CorrectTracks)
def correct_tracks(action: CorrectTracks, actor: Actor, session: Session, clock: Clock) -> Done:
    if action.artist is None and action.credits is None and action.explicit is None:
        raise Invalid("Nothing is given that they should say.", "Give an artist, credits, or whether they have explicit words.")
    release = _release(session, action.release_id)
    heard = _heard(session, release.id, action.track_ids)
    held = _as_looked_at(session, release, action.revision)
    if not heard.keys() >= {*action.track_ids}:
        raise Invalid("These are not all tracks of it.", "Choose tracks that are on it.")
    # Once where two of them play the same.
    seen = {heard[one.id].id: one for one in held.tracks if one.id in heard}
    wanted = [(one, heard_as(one, action.artist, action.credits, action.explicit)) for one in seen.values()]
    Correcting(session, actor.account_id, release.id, clock.now()).correct_heard(heard, wanted)
    return _told(session, _playing(session, seen))


@handles(SplitRelease)
def split_release(action: SplitRelease, actor: Actor, session: Session, clock: Clock) -> str:
    release = _release(session, action.release_id)
    held = _as_looked_at(session, release, action.revision)
    there, chosen = {one.id for one in held.tracks}, {*action.track_ids}
    if not chosen <= there or chosen == there:
        raise Invalid("These are not some of its tracks.", "Choose tracks that are on it, and leave at least one.")
    if release.identity.startswith(SPLIT):
        raise Invalid("This release was split from another already.", "Take that back, and split the other as it should be.")
    refuse_while_written(session, release)
    apart = split(session, release, action.track_ids, actor.account_id, clock.now())
    correcting = Correcting(session, actor.account_id, apart.id, clock.now())
    credited = credit_lines(renamed(held.credits, held.credits, held.artist, action.artist))
    # What kind of release it is depends on the tracks that it has.
    both = {field: one.value for field, one in corrected_of(session, release.id).items() if field is not FIELD.TYPE}
    correcting.correct(apart, {**both, FIELD.TITLE: action.title, FIELD.ARTIST: action.artist, FIELD.CREDITS: credited})
    _bring_out(session, apart, release, clock.now())
    _told(session, [release.id, apart.id])
    return apart.id


@handles(JoinRelease)
def join_release(action: JoinRelease, session: Session, clock: Clock) -> str:
    made = session.scalar(select(ReleaseSplitRow).filter_by(apart_id=action.release_id))
    if made is None:
        raise NotFound("This release was not split from another.", "Look at the release that it was split from.")
    # In one order, as whoever writes both.
    held = {one: _release(session, one) for one in sorted((made.release_id, made.apart_id))}
    session.refresh(made)
    release, apart = held[made.release_id], held[made.apart_id]
    if made.over_at is None:
        refuse_while_written(session, release, apart)
        join(session, made, release, apart, clock.now())
        _bring_out(session, release, apart, clock.now())
        _told(session, [release.id, apart.id])
    return release.id


def _bring_out(session: Session, release: ReleaseRow, as_other: ReleaseRow, now: datetime) -> None:
    """A release that has tracks of another one is as new as that one: nothing has come out."""
    playing = exists().where(TrackRow.release_id == release.id, TrackRow.recording_id == PublishedRenditionRow.recording_id)
    if release.published_at is None and session.scalar(select(playing.where(TrackRow.hidden_at.is_(None)))):
        release.published_at = as_other.published_at or now


@handles(TakeBackCorrection)
def take_back_correction(action: TakeBackCorrection, session: Session, clock: Clock) -> Done:
    found = session.get(CorrectionRow, action.correction_id)
    if found is None:
        raise NotFound("There is no such correction.", "Look at the list of corrections.")
    _release(session, _stands_on(session, found))
    row = _row(session, found)
    # Read again: a delivery may have been written, or somebody may have taken it back, until what shows it was free.
    session.refresh(found)
    if found.over_at is not None:
        return Done()
    found.over_at = clock.now()
    show(session, row, FIELD(found.field), found.delivered)
    return _told(session, _playing(session, [row.id]) if isinstance(row, RecordingRow) else [_stands_on(session, found)])


@handles(MergeArtists)
def merge_artists(action: MergeArtists, actor: Actor, session: Session, clock: Clock) -> str:
    made, touched = merge(session, action.artist_id, action.into_id, actor.account_id, clock.now())
    _told(session, touched)
    return made


@handles(SpellArtist)
def spell_artist(action: SpellArtist, session: Session) -> Done:
    spell(session, action.artist_id, action.name)
    return _told(session, ())


@handles(TakeBackMerge)
def take_back_merge(action: TakeBackMerge, session: Session, clock: Clock) -> Done:
    return _told(session, part(session, action.merge_id, clock.now()))


def _release(session: Session, release_id: str | None) -> ReleaseRow:
    """Locked: whoever writes it, or corrects it too, comes before or after."""
    row = session.get(ReleaseRow, release_id, with_for_update=FOR_CHANGE) if release_id else None
    if row is None:
        raise NotFound("There is no such release.", "Look for it again.")
    return row


def _heard(session: Session, release_id: str, track_ids: Collection[str]) -> Mapping[str, RecordingRow]:
    """By track, of those that are on the release. Locked in one order, before what they say is looked at."""
    on_it = select(TrackRow.id, TrackRow.recording_id).where(TrackRow.id.in_(track_ids), TrackRow.release_id == release_id)
    places = dict(session.execute(on_it).all())
    wanted = select(RecordingRow).where(RecordingRow.id.in_(places.values())).order_by(RecordingRow.id)
    locked = session.scalars(wanted.with_for_update(**FOR_CHANGE), execution_options={"populate_existing": True})
    rows = {one.id: one for one in locked}
    return {track_id: rows[recording_id] for track_id, recording_id in places.items()}


def _as_looked_at(session: Session, release: ReleaseRow, revision: str) -> EditableRelease:
    if release.deliverer == HOUSE:
        raise Invalid("This is a compilation of ours.", "Put it together anew: nobody delivers it.")
    held = editable_release(session.connection(), release.id)
    check_revision(held, revision)
    return held


def _stands_on(session: Session, found: CorrectionRow) -> str:
    """The release whose page says what was corrected: a track may have gone to another one since."""
    return session.scalars(select(TrackRow.release_id).filter_by(id=found.track_id)).one_or_none() or found.release_id


def _row(session: Session, found: CorrectionRow) -> Row:
    if found.subject_id == found.release_id:
        return session.get_one(ReleaseRow, found.subject_id)
    if found.subject_id == found.track_id:
        return session.get_one(TrackRow, found.subject_id)
    return session.get_one(RecordingRow, found.subject_id, with_for_update=FOR_CHANGE)


def _playing(session: Session, recording_ids: Collection[str]) -> Sequence[str]:
    return session.scalars(select(TrackRow.release_id).where(TrackRow.recording_id.in_(recording_ids))).all()


def _told(session: Session, release_ids: Iterable[str]) -> Done:
    changed(session, release_ids)
    return Done()
