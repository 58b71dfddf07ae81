"""Letting others into playlists, and out again."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.contract.actions import Actor, Done
from apps.core.contract.errors import Conflict, Forbidden, Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.playlists import PlaylistRole, PlaylistSummary
from apps.core.contract.sharing import (
    DAYS_TO_ACCEPT,
    MOST_INVITATIONS,
    MOST_MEMBERS,
    AcceptPlaylistInvitation,
    ChangePlaylistMember,
    FollowPlaylist,
    InviteToPlaylist,
    NewPlaylistInvitation,
    PlaylistInvitation,
    RemovePlaylistMember,
    RevokePlaylistInvitation,
)
from apps.core.playlists.access import RANKS, locked, locked_to_see, no_such_playlist
from apps.core.playlists.describing import playlist_now
from apps.core.playlists.models import PlaylistMemberRow, PlaylistRow
from apps.core.playlists.placing import join, lock_library
from apps.core.sharing.models import PlaylistInvitationRow
from ports.clock.interface import Clock

LIFETIME = timedelta(days=DAYS_TO_ACCEPT)


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def no_such_link() -> NotFound:
    return NotFound("This link lets nobody in.", "It may have expired or been revoked: ask for another one.")


@handles(InviteToPlaylist)
def invite_to_playlist(action: InviteToPlaylist, actor: Actor, session: Session, clock: Clock) -> NewPlaylistInvitation:
    now, token = clock.now(), secrets.token_urlsafe(24)
    row = locked(session, action.playlist_id, actor, PlaylistRole.OWNER)
    links = PlaylistInvitationRow.playlist_id == row.id, PlaylistInvitationRow.expires_at > now
    if (session.scalar(select(func.count()).where(*links)) or 0) >= MOST_INVITATIONS:
        raise Conflict("There are %(most)s links to this playlist already.", "Revoke one, or send one of them.", most=MOST_INVITATIONS)
    made = PlaylistInvitationRow(id=new_id(), playlist_id=row.id, digest=digest(token), role=action.role, expires_at=now + LIFETIME)
    session.add(made)
    return NewPlaylistInvitation(PlaylistInvitation(made.id, action.role, made.expires_at), token)


@handles(RevokePlaylistInvitation)
def revoke_playlist_invitation(action: RevokePlaylistInvitation, actor: Actor, session: Session) -> Done:
    row = locked(session, action.playlist_id, actor, PlaylistRole.OWNER)
    link = PlaylistInvitationRow.id == action.invitation_id, PlaylistInvitationRow.playlist_id == row.id
    session.execute(delete(PlaylistInvitationRow).where(*link))
    return Done()


@handles(AcceptPlaylistInvitation)
def accept_playlist_invitation(action: AcceptPlaylistInvitation, actor: Actor, session: Session, clock: Clock) -> PlaylistSummary:
    now = clock.now()
    good = PlaylistInvitationRow.digest == digest(action.token), PlaylistInvitationRow.expires_at > now
    playlist_id = session.scalar(select(PlaylistInvitationRow.playlist_id).where(*good))
    row = locked_to_see(session, playlist_id, actor, invited=True) if playlist_id else None
    # Read again, as it may have been revoked by whoever held the playlist until now.
    role = session.scalar(select(PlaylistInvitationRow.role).where(*good))
    if row is None or role is None:
        raise no_such_link()
    return _let_in(session, row, actor, PlaylistRole(role), now)


@handles(FollowPlaylist)
def follow_playlist(action: FollowPlaylist, actor: Actor, session: Session, clock: Clock) -> PlaylistSummary:
    row = locked_to_see(session, action.playlist_id, actor)
    if row is None:
        raise no_such_playlist()
    return _let_in(session, row, actor, PlaylistRole.VIEWER, clock.now())


def _let_in(session: Session, row: PlaylistRow, actor: Actor, role: PlaylistRole, now: datetime) -> PlaylistSummary:
    member = session.get(PlaylistMemberRow, (row.id, actor.account_id))
    if member is None:
        _check_room(session, row, role)
        lock_library(session, actor)
        join(session, row.id, actor, role, None, now)
    elif RANKS[PlaylistRole(member.role)] < RANKS[role]:
        _check_room(session, row, role)
        member.role = role
    return playlist_now(session, row.id, actor)


def _check_room(session: Session, row: PlaylistRow, role: PlaylistRole) -> None:
    """For one more who changes it; who only looks at it takes none."""
    changing = PlaylistMemberRow.playlist_id == row.id, PlaylistMemberRow.role != PlaylistRole.VIEWER
    if role == PlaylistRole.EDITOR and (session.scalar(select(func.count()).where(*changing)) or 0) >= MOST_MEMBERS:
        raise Conflict("At most %(most)s people change a playlist together.", "Its owner can remove somebody.", most=MOST_MEMBERS)


@handles(ChangePlaylistMember)
def change_playlist_member(action: ChangePlaylistMember, actor: Actor, session: Session) -> Done:
    row = locked(session, action.playlist_id, actor, PlaylistRole.OWNER)
    member = session.get(PlaylistMemberRow, (row.id, action.account_id))
    if member is None:
        raise NotFound("They are no member of this playlist.", "Send them a link to join it.")
    _not_the_owner(member)
    if RANKS[PlaylistRole(member.role)] < RANKS[PlaylistRole(action.role)]:
        _check_room(session, row, PlaylistRole(action.role))
    member.role = action.role
    return Done()


@handles(RemovePlaylistMember)
def remove_playlist_member(action: RemovePlaylistMember, actor: Actor, session: Session) -> Done:
    row = locked(session, action.playlist_id, actor, PlaylistRole.VIEWER)
    member = session.get(PlaylistMemberRow, (row.id, action.account_id))
    if action.account_id != actor.account_id:
        own = session.get(PlaylistMemberRow, (row.id, actor.account_id))
        if own is None or own.role != PlaylistRole.OWNER:
            raise Forbidden("Only the owner of a playlist removes others from it.", "Ask its owner.")
    if member is not None:
        _not_the_owner(member)
        session.delete(member)
    return Done()


def _not_the_owner(member: PlaylistMemberRow) -> None:
    if member.role == PlaylistRole.OWNER:
        raise Invalid("That is the playlist's owner.", "Delete the playlist instead.")
