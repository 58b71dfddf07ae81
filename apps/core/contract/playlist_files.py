"""Playlists as files: what other programs and services give out and take in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import ANYONE, LISTENER, Command, Permission, Query, Scope
from apps.core.contract.errors import TooLarge
from apps.core.contract.ids import FolderId, PlaylistId, TrackId
from apps.core.contract.playlists import MOST_TRACKS, Description, PlaylistSummary, Title, Visibility

LARGEST_FILE = 2 * 1024 * 1024
"""Bytes."""
BESIDE_A_FILE = 64 * 1024
"""Bytes that a request may have besides its file."""


def too_large() -> TooLarge:
    return TooLarge("The file has more than %(most)s MB.", "Divide it into several.", most=LARGEST_FILE // 1024 // 1024)


FileName = Annotated[str, Meta(max_length=300)]
Site = Annotated[str, Meta(max_length=300, pattern=r"^https?://[^\s\x00-\x1f\x7f<>\"]+(?!\n)$")]


class PlaylistFormat(StrEnum):
    M3U8 = "m3u8"
    """Extended M3U in UTF-8; the older M3U is read, too."""
    XSPF = "xspf"
    JSPF = "jspf"
    CSV = "csv"


class Missed(StrEnum):
    """Why an entry of a file has no track here."""

    NAMELESS = "nameless"
    """It tells neither an ISRC nor a title."""
    UNKNOWN = "unknown"
    """Nothing that the listener may see has its ISRC or its title."""
    OTHER_ARTIST = "other_artist"
    """There is something of that title, by others."""
    AMBIGUOUS = "ambiguous"
    """It names no artist, and several recordings have that title."""


class MissedEntry(msgspec.Struct, frozen=True):
    number: int
    """Of the entry in the file, counted from 1."""
    text: str
    """What the file calls it."""
    reason: Missed


class MatchedPlaylist(msgspec.Struct, frozen=True):
    """What a file has, as far as it is here."""

    format: PlaylistFormat
    title: str
    description: str
    entries: int
    """In the file."""
    track_ids: tuple[TrackId, ...]
    """What was found, in the file's order; what it has twice is there twice."""
    missed: tuple[MissedEntry, ...]
    """Every entry that was not found, in order."""


class PlaylistFile(msgspec.Struct, frozen=True):
    name: str
    """Safe on every system."""
    media_type: str
    content: bytes


class MatchPlaylistFile(Query[MatchedPlaylist], frozen=True):
    """Read a file (M3U, M3U8, XSPF, JSPF or CSV) and find its entries among what the actor may see; nothing is changed.

    An entry is found by our own address of a track, by ISRC, or by title and artist in whatever case, accents and signs; of several the
    one whose length is near is taken. Raises TooLarge for more than 2 MB or 10,000 entries, Invalid for what is no playlist, Unavailable
    while the search is first read.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    name: FileName
    """By which a list without a heading is recognised, and what it is called where the file does not say."""
    content: bytes


class ImportPlaylist(Command[PlaylistSummary], frozen=True):
    """Begin a playlist of the actor's own with these tracks, the last in that folder; what is not offered here is left out.

    Raises NotFound where none is offered or there is no such folder, Conflict where the library is full. Emits PlaylistChanged.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    title: Title
    track_ids: Annotated[tuple[TrackId, ...], Meta(min_length=1, max_length=MOST_TRACKS)]
    description: Description = ""
    visibility: Visibility = Visibility.PRIVATE
    folder_id: FolderId | None = None


class ExportPlaylist(Query[PlaylistFile], frozen=True):
    """A playlist as a file, for whoever may see it: names, ISRCs, lengths and the pages of its tracks. Raises NotFound."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    format: PlaylistFormat
    site: Site
    """Where the website is; the tracks' addresses begin with it."""
