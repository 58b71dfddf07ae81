"""Reading what only the file of all that is one's own has."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.errors import NotFound, Unavailable
from apps.core.contract.ids import Id
from apps.core.contract.own_data import (
    DeletedPlaylist,
    DeletedPlaylistDetail,
    GetDeletedPlaylist,
    ListOwnDeletedPlaylists,
    PlaylistPicture,
    ReadPlaylistPicture,
)
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.contract.pictures import own_cover
from apps.core.contract.playlists import GetPlaylistTracks, PlaylistRole
from apps.core.database import IdColumn, Moment, fetch, reader
from apps.core.pictures.models import PictureRow
from apps.core.playlists.access import KEPT, no_such_playlist
from apps.core.playlists.describing import playlist_of
from apps.core.playlists.models import PlaylistMemberRow, PlaylistRow
from apps.core.playlists.queries import entries_of
from apps.core.playlists.statements import ALL_DELETED, RESTORABLE
from apps.core.rights.plans import Plans
from apps.core.sharing.queries import EVERY_MEMBER, members_of
from apps.core.smart.reading import rule_decoder
from ports.clock.interface import Clock
from ports.storage.interface import ObjectNotFound, Storage
from ports.transcoder.interface import COVER_SIDES

KEY = tuple[Annotated[datetime, Meta(tz=True)], Id]
LARGEST = f"{max(COVER_SIDES)}.jpg"

_PLAYLIST, _SINCE = bindparam("playlist_id", type_=IdColumn()), bindparam("since", type_=Moment())
_pictured = PictureRow.shown_id.is_not(None).label("pictured")
ALL = {
    further: wanted.add_columns(PlaylistRow.deleted_at, _pictured).outerjoin(PictureRow, PictureRow.subject_id == PlaylistRow.id)
    for further, wanted in ALL_DELETED.items()
}
ONE = RESTORABLE.where(PlaylistRow.id == _PLAYLIST)
PICTURE = (
    select(PictureRow.shown_id)
    .join(PlaylistRow, PlaylistRow.id == PictureRow.subject_id)
    .join(
        PlaylistMemberRow,
        and_(
            PlaylistMemberRow.playlist_id == PlaylistRow.id, PlaylistMemberRow.role == PlaylistRole.OWNER,
            PlaylistMemberRow.account_id == bindparam("account_id", type_=IdColumn()),
        ),
    )
    .where(
        PlaylistRow.id == _PLAYLIST, PictureRow.shown_id.is_not(None),
        or_(PlaylistRow.deleted_at.is_(None), PlaylistRow.deleted_at > _SINCE),
    )
)  # fmt: skip


@handles(ListOwnDeletedPlaylists)
def list_own_deleted_playlists(
    action: ListOwnDeletedPlaylists, actor: Actor, connection: Connection, clock: Clock
) -> Page[DeletedPlaylist]:  # fmt: skip
    parameters: dict[str, Any] = {"account_id": actor.account_id, "since": clock.now() - KEPT, "limit": action.size + 1}
    if action.cursor:
        parameters["before"], parameters["before_id"] = decode_cursor(action.cursor, KEY)
    rows = fetch(connection, ALL[bool(action.cursor)], parameters)
    page = rows[: action.size]
    items = tuple(
        DeletedPlaylist(playlist_of(row), row.deleted_at, rule_decoder.decode(row.rule) if row.rule else None, bool(row.pictured))
        for row in page
    )
    return Page(items, encode_cursor(page[-1].deleted_at, page[-1].id) if len(rows) > action.size else None)


@handles(GetDeletedPlaylist)
def get_deleted_playlist(
    action: GetDeletedPlaylist, actor: Actor, connection: Connection, clock: Clock, plans: Plans
) -> DeletedPlaylistDetail:  # fmt: skip
    asked = {"account_id": actor.account_id, "playlist_id": action.playlist_id}
    if not fetch(connection, ONE, {**asked, "since": clock.now() - KEPT}):
        raise no_such_playlist()
    members = () if action.cursor else members_of(fetch(connection, EVERY_MEMBER, asked))
    wanted = GetPlaylistTracks(action.playlist_id, action.cursor, action.size)
    return DeletedPlaylistDetail(members, entries_of(wanted, actor, connection, clock, plans))


@handles(ReadPlaylistPicture)
def read_playlist_picture(action: ReadPlaylistPicture, actor: Actor, storage: Storage, clock: Clock) -> PlaylistPicture:
    asked = {"account_id": actor.account_id, "playlist_id": action.playlist_id, "since": clock.now() - KEPT}
    # The database is let go first: storage may be slow.
    with reader() as connection:
        found = fetch(connection, PICTURE, asked)
    if not found:
        raise _no_picture()
    try:
        with storage.open(f"{own_cover(found[0].shown_id)}/{LARGEST}") as file:
            return PlaylistPicture(file.read())
    except ObjectNotFound:
        raise _no_picture() from None
    except OSError as error:
        raise Unavailable("The picture cannot be read at the moment.", "Try again in a few minutes.") from error


def _no_picture() -> NotFound:
    return NotFound("This playlist has no picture of its own.", "Upload one on its page.")
