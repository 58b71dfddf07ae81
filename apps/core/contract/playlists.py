"""Playlists: tracks in an order that somebody gave them, and the folders that each listener keeps theirs in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import ANYONE, LISTENER, Command, Done, Event, Permission, Query, Scope
from apps.core.contract.ids import FolderId, PlaylistEntryId, PlaylistId, ReleaseId, TrackId
from apps.core.contract.library import ListedTrack
from apps.core.contract.paging import Cursor, Page, PageSize

MOST_TRACKS = 10_000
"""In one playlist."""
MOST_AT_ONCE = 500
"""Tracks that are added, or entries that are removed, by one Command."""
MOST_PLAYLISTS = 1_000
"""In one library."""
MOST_FOLDERS = 200
DEEPEST_FOLDER = 5
"""Folders within one another, the outermost counted."""
DAYS_TO_RESTORE = 30
"""After that a deleted playlist is gone."""

Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+(?!\n)$")]
Description = Annotated[str, Meta(max_length=2_000, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Meta(ge=1, le=1_000_000)]
"""A place in an order, counted from 1; beyond the end is the end."""


class Visibility(StrEnum):
    PRIVATE = "private"
    """Seen by its members only."""
    UNLISTED = "unlisted"
    """Seen by whoever has its address."""
    PUBLIC = "public"
    """Found by everybody."""


class PlaylistRole(StrEnum):
    """What a member may do; each may do what those before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    """Changes which tracks it has, and their order."""
    OWNER = "owner"
    """Changes what it is called and who sees it, and deletes it."""


class PlaylistSummary(msgspec.Struct, frozen=True):
    """A playlist as lists show it."""

    id: PlaylistId
    title: str
    description: str
    visibility: Visibility
    owner: str | None
    """The name of whose it is; None where it is the house's own."""
    role: PlaylistRole | None
    """The actor's; None for who is no member."""
    folder_id: FolderId | None
    """Where the actor keeps it; None outside of all folders."""
    tracks: int
    duration_ms: int
    cover: str | None
    """Its own, else that of the release that was chosen for it, or of its first track."""
    mosaic: tuple[str, ...]
    """Where no cover was chosen or uploaded, those of the first four releases in it; none where it has no four with covers."""
    cover_release_id: ReleaseId | None
    created_at: datetime
    changed_at: datetime
    smart: bool
    """Whether its tracks are those that fit a rule. Then `tracks`, `duration_ms` and the cover are told with its tracks alone."""


class PlaylistEntry(msgspec.Struct, frozen=True):
    """A track's place in a playlist, which may have it more than once."""

    id: PlaylistEntryId
    number: int
    """Counted from 1."""
    track: ListedTrack
    added_at: datetime
    added_by: str | None
    """A member's name."""
    note: str | None
    """What whoever put it there says of it."""
    own: bool
    """Whether the actor put it there."""


class PlaylistDetail(msgspec.Struct, frozen=True):
    playlist: PlaylistSummary
    entries: Page[PlaylistEntry]


class AddedToPlaylist(msgspec.Struct, frozen=True):
    entry_ids: tuple[PlaylistEntryId, ...]
    left_out: tuple[TrackId, ...]
    """Those that are not offered here, do not exist, or are there already where that was asked for."""


class PlaylistFolder(msgspec.Struct, frozen=True):
    id: FolderId
    parent_id: FolderId | None
    title: str


class PlaylistChanged(Event, frozen=True):
    """What it is called, who sees it or what is in it, or that it was deleted or brought back."""

    playlist_id: PlaylistId


class CreatePlaylist(Command[PlaylistSummary], frozen=True):
    """Begin a playlist of the actor's own, the last in that folder.

    Raises NotFound where there is no such folder, Conflict where the library is full. Emits PlaylistChanged.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    title: Title
    description: Description = ""
    visibility: Visibility = Visibility.PRIVATE
    folder_id: FolderId | None = None


class EditPlaylist(Command[PlaylistSummary], frozen=True):
    """Set what a playlist is called, what is said of it, and who sees it. Its owner may.

    Raises NotFound, Forbidden for other members. Emits PlaylistChanged.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    title: Title
    description: Description
    visibility: Visibility


class ChoosePlaylistCover(Command[PlaylistSummary], frozen=True):
    """Give a playlist the cover of a release that one of its tracks is on; None gives it that of the first track. A picture that was
    uploaded for it goes. Its owner may.

    Raises NotFound, Forbidden for other members, Invalid for another release. Emits PlaylistChanged.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    release_id: ReleaseId | None = None


class DeletePlaylist(Command[Done], frozen=True):
    """Take a playlist away from all its members; for 30 days its owner can bring it back. Twice is once.

    Raises NotFound, Forbidden for other members. Emits PlaylistChanged.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId


class RestorePlaylist(Command[PlaylistSummary], frozen=True):
    """Bring a deleted playlist back as it was; one that is there stays so.

    Raises NotFound, or where it is gone for good; Forbidden for other members; Conflict where the library is full. Emits PlaylistChanged.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId


class AddToPlaylist(Command[AddedToPlaylist], frozen=True):
    """Put tracks at the end of a playlist, in this order; what is not offered here is left out and named. Its owner and editors may.

    Raises NotFound, Forbidden for other members, Conflict of a smart playlist and where it would be too long. Emits PlaylistChanged.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    track_ids: Annotated[tuple[TrackId, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]
    only_new: bool = False
    """Whether to leave out recordings that it has already."""


class RemoveFromPlaylist(Command[Done], frozen=True):
    """Take entries out of a playlist; what is not there stays so. Its owner and editors may.

    Raises NotFound, Forbidden for other members, Conflict of a smart playlist. Emits PlaylistChanged.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    entry_ids: Annotated[tuple[PlaylistEntryId, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class MoveInPlaylist(Command[Done], frozen=True):
    """Let an entry have that number. Its owner and editors may.

    Raises NotFound, Forbidden for other members, Conflict of a smart playlist. Emits PlaylistChanged.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    entry_id: PlaylistEntryId
    number: Number


class MovePlaylist(Command[Done], frozen=True):
    """Keep a playlist of the actor's library in that folder, at that number among its playlists; without a number at the end.

    Where other members keep it is theirs. Raises NotFound.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    folder_id: FolderId | None = None
    """None outside of all folders."""
    number: Number | None = None


class CreateFolder(Command[PlaylistFolder], frozen=True):
    """Make a folder for playlists, the last in that one.

    Raises NotFound where there is no such folder, Conflict for too many, or too many within one another.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    title: Title
    parent_id: FolderId | None = None


class RenameFolder(Command[Done], frozen=True):
    """Raises NotFound."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    folder_id: FolderId
    title: Title


class MoveFolder(Command[Done], frozen=True):
    """Put a folder into another, at that number among its folders; without a number at the end.

    Raises NotFound, Invalid for one that would be within itself, Conflict for too many within one another.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    folder_id: FolderId
    parent_id: FolderId | None = None
    """None outside of all folders."""
    number: Number | None = None


class DeleteFolder(Command[Done], frozen=True):
    """Remove a folder; what was in it comes, at the end, into the one that it was in. Twice is once."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    folder_id: FolderId


class ListPlaylists(Query[Page[PlaylistSummary]], frozen=True):
    """The actor's playlists in that folder, in their own order. Raises Invalid for a foreign cursor."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    folder_id: FolderId | None = None
    """None outside of all folders."""
    cursor: Cursor | None = None
    size: PageSize = 50


class ListRecentPlaylists(Query[tuple[PlaylistSummary, ...]], frozen=True):
    """The actor's playlists from all folders, changed last first, at most 100."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    editable: bool = False
    """Whether only those to which the actor may add tracks."""


class ListDeletedPlaylists(Query[tuple[PlaylistSummary, ...]], frozen=True):
    """What the actor can still bring back, deleted last first, at most 100."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY


class ListFolders(Query[tuple[PlaylistFolder, ...]], frozen=True):
    """All of the actor's folders; those in the same one are in their own order."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY


class GetPlaylistTracks(Query[PlaylistDetail], frozen=True):
    """A playlist and a page of what is in it, in order. Raises NotFound, Invalid for a foreign cursor."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    cursor: Cursor | None = None
    size: Annotated[int, Meta(ge=1, le=MOST_AT_ONCE)] = 50
    """More than on other lists: a player takes up a whole playlist."""
