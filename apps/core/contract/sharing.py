"""Sharing playlists: who has one in their library and what they may do with it, and links that let others in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import LISTENER, Command, Done, Permission, Query, Scope
from apps.core.contract.ids import AccountId, PlaylistId, PlaylistInvitationId
from apps.core.contract.playlists import PlaylistRole, PlaylistSummary

MOST_MEMBERS = 100
"""Who may change one playlist, its owner among them; any number may look at it."""
MOST_INVITATIONS = 20
"""To one playlist, that can be accepted."""
DAYS_TO_ACCEPT = 7

PlaylistToken = Annotated[str, Meta(min_length=32, max_length=32, pattern=r"^[A-Za-z0-9_-]+(?!\n)$")]


class SharedRole(StrEnum):
    """What somebody else may do with a playlist."""

    VIEWER = "viewer"
    EDITOR = "editor"


class PlaylistMember(msgspec.Struct, frozen=True):
    account_id: AccountId
    name: str
    role: PlaylistRole
    joined_at: datetime


class PlaylistInvitation(msgspec.Struct, frozen=True):
    """A link that lets whoever has it in, until it expires or is revoked."""

    id: PlaylistInvitationId
    role: SharedRole
    expires_at: datetime


class NewPlaylistInvitation(msgspec.Struct, frozen=True):
    invitation: PlaylistInvitation
    token: PlaylistToken
    """Told this once; only its digest is kept."""


class OfferedPlaylist(msgspec.Struct, frozen=True):
    """What an invitation is to."""

    playlist_id: PlaylistId
    title: str
    owner: str | None
    role: SharedRole
    tracks: int


class PlaylistMembers(msgspec.Struct, frozen=True):
    members: tuple[PlaylistMember, ...]
    """The owner first, then the actor, then as they joined; at most 1,000."""
    invitations: tuple[PlaylistInvitation, ...]
    """Those that can be accepted, for the owner; none for others."""


class InviteToPlaylist(Command[NewPlaylistInvitation], frozen=True):
    """Make a link by which others join a playlist in that role. Its owner may.

    Raises NotFound, Forbidden for other members, Conflict where there are as many links as there may be.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    role: SharedRole


class RevokePlaylistInvitation(Command[Done], frozen=True):
    """Let nobody in by that link any more; who has joined stays. Twice is once. Raises NotFound, Forbidden for other members."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    invitation_id: PlaylistInvitationId


class AcceptPlaylistInvitation(Command[PlaylistSummary], frozen=True):
    """Join a playlist by a link. Who is a member already keeps what they may do, or may do more from now on.

    Raises NotFound for a link that is not, no longer or was never one; Conflict where the playlist or the library is full.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    token: PlaylistToken


class FollowPlaylist(Command[PlaylistSummary], frozen=True):
    """Keep a playlist that the actor may see in their library, to look at. Who is a member already stays so.

    Raises NotFound, Conflict where the library is full.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId


class ChangePlaylistMember(Command[Done], frozen=True):
    """Set what a member may do. The owner may, but for themselves.

    Raises NotFound, Forbidden for other members, Invalid of the owner, Conflict where as many change it as may.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    account_id: AccountId
    role: SharedRole


class RemovePlaylistMember(Command[Done], frozen=True):
    """Take a playlist out of a member's library: the owner of anybody's, each member of their own. Who is none stays so.

    What they added stays. Raises NotFound, Forbidden for other members, Invalid of the owner, who deletes it instead.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    account_id: AccountId


class ListPlaylistMembers(Query[PlaylistMembers], frozen=True):
    """Who has a playlist of the actor's in their library. Raises NotFound where the actor is no member."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId


class GetPlaylistInvitation(Query[OfferedPlaylist], frozen=True):
    """What a link is to, before it is accepted. Raises NotFound for one that is not, no longer or was never one."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    token: PlaylistToken
