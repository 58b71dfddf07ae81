"""Who shares a playlist."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, case, select
from sqlalchemy.engine import Connection

from apps.core.accounts.models import AccountRow
from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.playlists import PlaylistRole
from apps.core.contract.sharing import (
    GetPlaylistInvitation,
    ListPlaylistMembers,
    OfferedPlaylist,
    PlaylistInvitation,
    PlaylistMember,
    PlaylistMembers,
    SharedRole,
)
from apps.core.database import IdColumn, Moment, fetch
from apps.core.playlists.access import no_such_playlist
from apps.core.playlists.models import PlaylistMemberRow, PlaylistRow
from apps.core.sharing.commands import digest, no_such_link
from apps.core.sharing.models import PlaylistInvitationRow
from ports.clock.interface import Clock

_PLAYLIST, _NOW = bindparam("playlist_id", type_=IdColumn()), bindparam("now", type_=Moment())
_ACCOUNT = bindparam("account_id", type_=IdColumn())
MOST_SHOWN = 1_000

EVERY_MEMBER = (
    select(PlaylistMemberRow.account_id, AccountRow.name, PlaylistMemberRow.role, PlaylistMemberRow.joined_at)
    .join(AccountRow, AccountRow.id == PlaylistMemberRow.account_id)
    .join(PlaylistRow, PlaylistRow.id == PlaylistMemberRow.playlist_id)
    .where(PlaylistMemberRow.playlist_id == _PLAYLIST)
    .order_by(
        case((PlaylistMemberRow.role == PlaylistRole.OWNER, 0), (PlaylistMemberRow.account_id == _ACCOUNT, 1), else_=2),
        PlaylistMemberRow.joined_at,
        PlaylistMemberRow.account_id,
    )
    .limit(MOST_SHOWN)
)
MEMBERS = EVERY_MEMBER.where(PlaylistRow.deleted_at.is_(None))
INVITATIONS = (
    select(PlaylistInvitationRow.id, PlaylistInvitationRow.role, PlaylistInvitationRow.expires_at)
    .where(PlaylistInvitationRow.playlist_id == _PLAYLIST, PlaylistInvitationRow.expires_at > _NOW)
    .order_by(PlaylistInvitationRow.id)
)
OFFER = (
    select(PlaylistRow.id, PlaylistRow.title, AccountRow.name.label("owner"), PlaylistInvitationRow.role, PlaylistRow.tracks)
    .join(PlaylistInvitationRow, PlaylistInvitationRow.playlist_id == PlaylistRow.id)
    .outerjoin(AccountRow, AccountRow.id == PlaylistRow.owner_id)
    .where(PlaylistInvitationRow.digest == bindparam("digest"), PlaylistInvitationRow.expires_at > _NOW, PlaylistRow.deleted_at.is_(None))
)


@handles(ListPlaylistMembers)
def list_playlist_members(action: ListPlaylistMembers, actor: Actor, connection: Connection, clock: Clock) -> PlaylistMembers:
    asked = {"playlist_id": action.playlist_id}
    members = members_of(fetch(connection, MEMBERS, {**asked, "account_id": actor.account_id}))
    own = next((one.role for one in members if one.account_id == actor.account_id), None)
    if own is None:
        raise no_such_playlist()
    links = fetch(connection, INVITATIONS, {**asked, "now": clock.now()}) if own == PlaylistRole.OWNER else ()
    return PlaylistMembers(members, tuple(PlaylistInvitation(row.id, SharedRole(row.role), row.expires_at) for row in links))


def members_of(rows: Iterable[Any]) -> tuple[PlaylistMember, ...]:
    return tuple(PlaylistMember(row.account_id, row.name, PlaylistRole(row.role), row.joined_at) for row in rows)


@handles(GetPlaylistInvitation)
def get_playlist_invitation(action: GetPlaylistInvitation, connection: Connection, clock: Clock) -> OfferedPlaylist:
    found = fetch(connection, OFFER, {"digest": digest(action.token), "now": clock.now()})
    if not found:
        raise no_such_link()
    row = found[0]
    return OfferedPlaylist(row.id, row.title, row.owner, SharedRole(row.role), row.tracks)
