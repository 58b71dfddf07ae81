"""What taking all of one's data away needs besides what pages ask: deleted playlists with all that is in them, and pictures."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

from apps.core.contract.actions import LISTENER, Permission, Query, Scope
from apps.core.contract.ids import PlaylistId
from apps.core.contract.paging import Cursor, Page, PageSize
from apps.core.contract.playlists import PlaylistEntry, PlaylistSummary
from apps.core.contract.sharing import PlaylistMember
from apps.core.contract.smart import SmartRule


class DeletedPlaylist(msgspec.Struct, frozen=True):
    playlist: PlaylistSummary
    deleted_at: datetime
    rule: SmartRule | None
    """Of a smart playlist."""
    pictured: bool
    """Whether its cover was made of a picture that was uploaded for it."""


class DeletedPlaylistDetail(msgspec.Struct, frozen=True):
    members: tuple[PlaylistMember, ...]
    """Who has it again once it is brought back, as `PlaylistMembers` has them; told with the first page alone."""
    entries: Page[PlaylistEntry]


class PlaylistPicture(msgspec.Struct, frozen=True):
    content: bytes
    """The largest of the covers that were made of it: a JPEG of 1280 by 1280 pixels."""


class ListOwnDeletedPlaylists(Query[Page[DeletedPlaylist]], frozen=True):
    """All that the actor can still bring back, deleted last first. Raises Invalid for a foreign cursor."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    cursor: Cursor | None = None
    size: PageSize = 50


class GetDeletedPlaylist(Query[DeletedPlaylistDetail], frozen=True):
    """A page of what is in a playlist that the actor can still bring back; a smart one has nothing.

    Raises NotFound, Invalid for a foreign cursor.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    cursor: Cursor | None = None
    size: PageSize = 50


class ReadPlaylistPicture(Query[PlaylistPicture], frozen=True):
    """The picture that shows on a playlist which the actor is the owner of, also where they have deleted it and can still bring it back.

    Raises NotFound where none was uploaded or shows, Unavailable where it cannot be read at the moment.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
