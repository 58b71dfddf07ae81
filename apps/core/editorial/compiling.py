"""Compilations of our own: releases whose tracks are taken from other releases, with their rights."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from apps.core.catalogue.models import ASIDE, ReleaseRow, TakenTrackRow, TrackRow
from apps.core.catalogue.names import credit_release, names, stand_in_series
from apps.core.catalogue.rules import VARIOUS_ARTISTS, name_key
from apps.core.contract.catalogue import CreditRole, ReleaseType
from apps.core.contract.editorial import AssembleCompilation
from apps.core.contract.errors import Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.database import FOR_CHANGE
from apps.core.outbox import Events
from apps.core.playback.publishing import show_releases
from apps.core.rights.following import follow, lock_releases

HOUSE = "house"
"""The deliverer of what staff put together."""


def compilation(session: Session, action: AssembleCompilation, now: datetime) -> ReleaseRow:
    """The one that is put together anew, locked, or a new one."""
    release = _known(session, action.release_id) if action.release_id else _new(now)
    release.title, release.title_key, release.year = action.title, name_key(action.title), action.year
    stand_in_series(session, release)
    session.add(release)
    session.flush()
    credit_release(session, names(session, [VARIOUS_ARTISTS], []).artists, release.id, [(CreditRole.MAIN, VARIOUS_ARTISTS)])
    return release


def compile_tracks(session: Session, events: Events, release: ReleaseRow, track_ids: Sequence[str], now: datetime) -> None:
    """Give each of these tracks its place, in this order, and the rights that it has where it was taken from."""
    sources = _sources(session, track_ids)
    if len({source.recording_id for source in sources}) < len(sources):
        raise Invalid("A recording is on it twice.", "Leave it out once; it may be the same one from two releases.")
    lock_releases(session, {source.release_id for source in sources})
    existing = {track.recording_id: track for track in session.scalars(select(TrackRow).filter_by(release_id=release.id))}
    _put_aside(session, existing.values())
    taken: dict[str, str] = {}
    for number, source in enumerate(sources, start=1):
        track = existing.get(source.recording_id) or TrackRow(id=new_id(), release_id=release.id, recording_id=source.recording_id)
        track.disc, track.number, track.title = 1, number, source.title
        session.add(track)
        taken[track.id] = source.id
    session.flush()
    _note_sources(session, taken)
    follow(session, [*taken, *(track.id for track in existing.values())], now)
    show_releases(session, events, ReleaseRow.id == release.id, now)


def _sources(session: Session, track_ids: Sequence[str]) -> list[TrackRow]:
    """What is taken from one of our compilations is taken from where that has it."""
    wanted = (
        select(TrackRow.id, TakenTrackRow.source_id)
        .outerjoin(TakenTrackRow, TakenTrackRow.track_id == TrackRow.id)
        .where(TrackRow.id.in_(track_ids))
    )
    first = {row.id: row.source_id or row.id for row in session.execute(wanted)}
    if missing := [track_id for track_id in track_ids if track_id not in first]:
        raise NotFound("There is no track %(id)s.", "Take its address from its release's page.", id=missing[0])
    rows = {track.id: track for track in session.scalars(select(TrackRow).where(TrackRow.id.in_(first.values())))}
    return [rows[first[track_id]] for track_id in track_ids]


def _put_aside(session: Session, tracks: Collection[TrackRow]) -> None:
    """What is on it no more stays behind, without rights: histories and licences name it."""
    number = max((track.number for track in tracks if track.disc == ASIDE), default=0)
    for track in tracks:
        if track.disc != ASIDE:
            number += 1
            track.disc, track.number = ASIDE, number
    session.flush()
    session.execute(delete(TakenTrackRow).where(TakenTrackRow.track_id.in_([track.id for track in tracks])))


def _note_sources(session: Session, taken: Mapping[str, str]) -> None:
    session.add_all(TakenTrackRow(track_id=track_id, source_id=source_id) for track_id, source_id in taken.items())
    session.flush()


def _known(session: Session, release_id: str) -> ReleaseRow:
    wanted = select(ReleaseRow).filter_by(id=release_id, deliverer=HOUSE).with_for_update(**FOR_CHANGE)
    release = session.scalars(wanted).one_or_none()
    if release is None:
        raise NotFound("There is no such compilation of ours.", "What a label delivered is changed by the label.")
    return release


def _new(now: datetime) -> ReleaseRow:
    release_id = new_id()
    return ReleaseRow(
        id=release_id, deliverer=HOUSE, identity=release_id, type=ReleaseType.COMPILATION, artist=VARIOUS_ARTISTS, added_at=now,
    )  # fmt: skip
