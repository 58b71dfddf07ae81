"""Search: one question to everything the catalogue has."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import ANYONE, Permission, Query, Scope
from apps.core.contract.catalogue import ReleaseSummary, ReleaseType, TrackDetail
from apps.core.contract.ids import ArtistId, PlaylistId

MOST_RESULTS = 50
"""Of one kind."""
Results = Annotated[int, Meta(ge=1, le=MOST_RESULTS)]
Year = Annotated[int, Meta(ge=0, le=9999)]
Name = Annotated[str, Meta(max_length=1000)]


class SearchKind(StrEnum):
    """What can be found, in the order that groups are shown in."""

    ARTIST = "artist"
    RELEASE = "release"
    TRACK = "track"
    PLAYLIST = "playlist"
    """Public, with something in it."""


class ArtistSummary(msgspec.Struct, frozen=True):
    """An artist as lists show it."""

    id: ArtistId
    name: str


class FoundPlaylist(msgspec.Struct, frozen=True):
    """A public playlist as whoever found it sees it."""

    id: PlaylistId
    title: str
    description: str
    owner: str | None
    """The name of whose it is; None where it is the house's own."""
    tracks: int
    duration_ms: int
    cover: str | None
    """Its own, else that of the release that was chosen for it, or of its first track."""
    mosaic: tuple[str, ...]
    """Where no cover was chosen or uploaded, those of the first four releases in it; none where it has no four with covers."""


class SearchAddress(msgspec.Struct, frozen=True):
    """A question as addresses put it, of the website and the API."""

    q: str = ""
    kind: SearchKind | None = None
    type: ReleaseType | None = None
    genre: Name | None = None
    label: Name | None = None
    first_year: Year | None = None
    last_year: Year | None = None
    playable: bool = False

    def query(self, size: int) -> Search:
        kinds = (self.kind,) if self.kind else ()
        years = {"first_year": self.first_year, "last_year": self.last_year}
        return Search(self.q, kinds, self.type, self.genre, self.label, **years, playable=self.playable, size=size)


class SearchResult(msgspec.Struct, frozen=True):
    """What fits best first, in each group. A group that was not asked for is empty."""

    top: SearchKind | None
    """The group whose first entry is the best of all; None where nothing was found."""
    artists: tuple[ArtistSummary, ...] = ()
    releases: tuple[ReleaseSummary, ...] = ()
    tracks: tuple[TrackDetail, ...] = ()
    """Each recording once."""
    playlists: tuple[FoundPlaylist, ...] = ()


class Search(Query[SearchResult], frozen=True):
    """Find artists, releases, tracks and public playlists in the actor's territory by whatever somebody types of their names.

    Beginnings, names without accents and signs, words in another order, an artist with a title, numbers in words and small mistakes
    are all understood; what is heard more comes first among equals. Text that says nothing finds nothing, and is no error; of a very
    long one the first 200 characters count. Playlists are found by their owner's name as well, and by how their description begins. A
    filter leaves out what it says nothing of, so any of type, genre, years and label leaves artists and playlists out. A change is found
    within five seconds; what may no longer be seen is gone at once. Raises Unavailable while a process has only just begun and still
    reads a large catalogue.
    """

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    text: str
    kinds: tuple[SearchKind, ...] = ()
    """Only these; all of them where none is named."""
    type: ReleaseType | None = None
    """Of the release, or of the one that a track is on."""
    genre: Name | None = None
    label: Name | None = None
    """Both by name, in any case."""
    first_year: Year | None = None
    last_year: Year | None = None
    playable: bool = False
    """Only what the actor may play now, on their plan."""
    size: Results = 10
    """At most so many of each kind."""
