"""Reading how far pictures have come, and what of them is needed still."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.ids import read_id
from apps.core.contract.intake import REPLAYABLE_DAYS
from apps.core.contract.pictures import (
    HOUR,
    OWN_COVERS,
    UPLOADED,
    GetPicture,
    GetPlaylistPicture,
    ListSpentPictures,
    Picture,
    PictureSubject,
)
from apps.core.contract.playlists import PlaylistRole
from apps.core.database import fetch
from apps.core.pictures.access import FOR_STAFF, nothing_for_staff
from apps.core.pictures.describing import picture_of, statement
from apps.core.pictures.models import PictureRow
from apps.core.playlists.access import no_such_playlist
from apps.core.playlists.models import PlaylistMemberRow, PlaylistRow
from ports.clock.interface import Clock

REPLAYABLE = timedelta(days=REPLAYABLE_DAYS)


@handles(GetPlaylistPicture)
def get_playlist_picture(action: GetPlaylistPicture, actor: Actor, connection: Connection) -> Picture:
    owned = exists().where(
        PlaylistMemberRow.playlist_id == PlaylistRow.id, PlaylistMemberRow.account_id == actor.account_id,
        PlaylistMemberRow.role == PlaylistRole.OWNER,
    )  # fmt: skip
    wanted = statement(PictureSubject.PLAYLIST, action.playlist_id).where(owned, PlaylistRow.deleted_at.is_(None))
    found = fetch(connection, wanted)
    if not found:
        raise no_such_playlist()
    return picture_of(found[0])


@handles(GetPicture)
def get_picture(action: GetPicture, connection: Connection) -> Picture:
    found = fetch(connection, statement(action.of, action.subject_id).where(FOR_STAFF[action.of]))
    if not found:
        raise nothing_for_staff(action.of)
    return picture_of(found[0])


@handles(ListSpentPictures)
def list_spent_pictures(action: ListSpentPictures, connection: Connection, clock: Clock) -> tuple[str, ...]:
    now = clock.now()
    ids = {key: picture_id for key in action.keys if (picture_id := _picture_id(key))}
    wanted = set(ids.values())
    known = select(PictureRow.picture_id, PictureRow.shown_id, PictureRow.refusal, PictureRow.given_at).where(
        or_(PictureRow.picture_id.in_(wanted), PictureRow.shown_id.in_(wanted))
    )
    rows = fetch(connection, known)
    covers = {one for row in rows for one in (row.picture_id, row.shown_id)}
    replayable = now - REPLAYABLE
    sources = {row.picture_id for row in rows if row.picture_id != row.shown_id and (row.refusal is None or row.given_at > replayable)}
    # What was stored within the hour may be of a Command that is not committed yet.
    fresh = f"{UPLOADED}{now - timedelta(hours=1):{HOUR}}"

    def spent(key: str, picture_id: str) -> bool:
        return picture_id not in covers if key.startswith(OWN_COVERS) else picture_id not in sources and key < fresh

    return tuple(key for key, picture_id in ids.items() if spent(key, picture_id))


def _picture_id(key: str) -> str | None:
    """Of a picture or of a cover made of one; None for what is neither."""
    if key.startswith((UPLOADED, OWN_COVERS)):
        return read_id(key.split("/")[2]) if key.count("/") >= 2 else None
    return None
