"""Uploading pictures and taking them away, and showing the covers made of them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.contract.actions import Actor, Done
from apps.core.contract.errors import Forbidden, Invalid
from apps.core.contract.jobs import PictureWork
from apps.core.contract.pictures import (
    Picture,
    PictureSubject,
    PutPicture,
    PutPlaylistPicture,
    RecordPicture,
    RemovePlaylistPicture,
    TakeDownPicture,
    own_cover,
)
from apps.core.contract.playlists import PlaylistRole
from apps.core.contract.words import marked
from apps.core.jobs.holding import finish, held_work
from apps.core.outbox import Events
from apps.core.pictures.access import listeners, locked_for_staff
from apps.core.pictures.describing import picture_now
from apps.core.pictures.models import PictureRow
from apps.core.pictures.showing import show, take_away
from apps.core.pictures.taking import stored, take
from apps.core.playlists.access import locked
from ports.clock.interface import Clock
from ports.storage.interface import Storage

TAKEN_DOWN = marked("We took it down, as it does not fit what we show here.")


@handles(PutPlaylistPicture)
def put_playlist_picture(
    action: PutPlaylistPicture, actor: Actor, session: Session, events: Events, clock: Clock, storage: Storage
) -> Picture:  # fmt: skip
    now = clock.now()
    with stored(storage, action.content, now) as picture:
        locked(session, action.playlist_id, actor, PlaylistRole.OWNER)
        take(session, events, picture, actor, PictureSubject.PLAYLIST, action.playlist_id, now)
        return picture_now(session, PictureSubject.PLAYLIST, action.playlist_id)


@handles(RemovePlaylistPicture)
def remove_playlist_picture(action: RemovePlaylistPicture, actor: Actor, session: Session, events: Events, clock: Clock) -> Done:
    locked(session, action.playlist_id, actor, PlaylistRole.OWNER)
    take_away(session, events, PictureSubject.PLAYLIST, action.playlist_id, clock.now())
    return Done()


@handles(PutPicture)
def put_picture(action: PutPicture, actor: Actor, session: Session, events: Events, clock: Clock, storage: Storage) -> Picture:
    now = clock.now()
    with stored(storage, action.content, now) as picture:
        subject = locked_for_staff(session, action.of, action.subject_id)
        if listeners(subject):
            raise Forbidden("This playlist is a listener's.", "Its cover is theirs to choose; you can take it down.")
        take(session, events, picture, actor, action.of, action.subject_id, now)
        return picture_now(session, action.of, action.subject_id)


@handles(TakeDownPicture)
def take_down_picture(action: TakeDownPicture, session: Session, events: Events, clock: Clock) -> Done:
    subject = locked_for_staff(session, action.of, action.subject_id)
    take_away(session, events, action.of, action.subject_id, clock.now(), TAKEN_DOWN if listeners(subject) else None)
    return Done()


@handles(RecordPicture)
def record_picture(action: RecordPicture, session: Session, events: Events, clock: Clock) -> Done:
    job, work = held_work(session, action.job_id, action.lease, PictureWork)
    if action.key != own_cover(work.picture_id):
        raise Invalid("This cover is stored as another picture's.", "Store it under the id of the picture that was claimed.")
    finish(job)
    row = session.get(PictureRow, work.subject_id)
    if row is not None and row.picture_id == work.picture_id:
        show(session, events, row, work.of, action.colour, clock.now())
    return Done()
