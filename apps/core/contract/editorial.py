"""Editorial: the shelves of the home page, and compilations that staff put together."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import ANYONE, STAFF, Command, Done, Permission, Query, Scope, Territory
from apps.core.contract.catalogue import ReleaseSummary, SeriesSummary
from apps.core.contract.ids import Id, PlaylistId, ReleaseId, ShelfId, TrackId
from apps.core.contract.intake import TRACKS_PER_RELEASE, WITHOUT_NUL

MOST_SHELVES = 60
MOST_ITEMS = 48
NEWEST_SHOWN = 24
Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+(?!\n)$")]
Note = Annotated[str, Meta(max_length=500, pattern=WITHOUT_NUL)]
Moment = Annotated[datetime, Meta(tz=True)]


class ShelfKind(StrEnum):
    """What stands on a shelf."""

    FEATURE = "feature"
    """One release, large, with a few words."""
    RELEASES = "releases"
    """Releases that were chosen."""
    SERIES = "series"
    """Series that were chosen, each as its volumes."""
    PLAYLISTS = "playlists"
    """Public playlists that were chosen."""
    NEWEST = "newest"
    """The newest releases: nobody chooses them."""


class Chosen(msgspec.Struct, frozen=True):
    """A release, a series or a playlist on a shelf, by the shelf's kind."""

    subject_id: Id
    note: Note = ""
    """A few words of ours about it."""


class ShelvedItem(msgspec.Struct, frozen=True):
    subject_id: Id
    title: str
    """Empty of a playlist that is not public any more."""
    note: str


class Shelf(msgspec.Struct, frozen=True):
    """A shelf as staff arrange it."""

    id: ShelfId
    title: str
    kind: ShelfKind
    items: tuple[ShelvedItem, ...]
    starts_at: datetime
    ends_at: datetime | None
    """The first moment it no longer shows."""
    territories: tuple[Territory, ...]
    """Where it shows; everywhere where there are none."""


class PickedRelease(msgspec.Struct, frozen=True):
    release: ReleaseSummary
    note: str


class PickedPlaylist(msgspec.Struct, frozen=True):
    playlist_id: PlaylistId
    title: str
    description: str
    tracks: int
    cover: str | None
    """Its own, else that of the release that was chosen for it, or of its first track."""
    mosaic: tuple[str, ...]
    """Where no cover was chosen or uploaded, those of the first four releases in it; none where it has no four with covers."""
    note: str


class ShownShelf(msgspec.Struct, frozen=True):
    """A shelf as somebody sees it: what of it is offered to them, and never empty."""

    kind: ShelfKind
    title: str
    releases: tuple[PickedRelease, ...] = ()
    series: tuple[SeriesSummary, ...] = ()
    playlists: tuple[PickedPlaylist, ...] = ()


class Home(msgspec.Struct, frozen=True):
    shelves: tuple[ShownShelf, ...]


class GetHome(Query[Home], frozen=True):
    """The home page's shelves in the actor's territory, now. As long as staff have arranged none: the newest releases, and three series."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE


class PreviewHome(Query[Home], frozen=True):
    """The home page as it will be in a territory at a moment."""

    permission: ClassVar[Permission] = STAFF

    territory: Territory
    at: Moment


class ListShelves(Query[tuple[Shelf, ...]], frozen=True):
    """All shelves, also those that do not show now, in their order."""

    permission: ClassVar[Permission] = STAFF


class PutShelf(Command[ShelfId], frozen=True):
    """Arrange a shelf: a new one comes last, one that is there is replaced where it stands.

    Raises NotFound for a shelf, release or series that is not there and a playlist that is not public, Invalid where the kind wants other
    items (one for a feature, none for the newest, else at least one and none twice) or it would end before it starts, and Conflict where
    there are `MOST_SHELVES`.
    """

    permission: ClassVar[Permission] = STAFF

    title: Title
    kind: ShelfKind
    items: Annotated[tuple[Chosen, ...], Meta(max_length=MOST_ITEMS)]
    starts_at: Moment
    ends_at: Moment | None = None
    territories: Annotated[tuple[Territory, ...], Meta(max_length=300)] = ()
    shelf_id: ShelfId | None = None


class MoveShelf(Command[Done], frozen=True):
    """Have a shelf stand before another one, or last. Raises NotFound."""

    permission: ClassVar[Permission] = STAFF

    shelf_id: ShelfId
    before: ShelfId | None = None


class RemoveShelf(Command[Done], frozen=True):
    """Take a shelf away; one that is not there any more stays so."""

    permission: ClassVar[Permission] = STAFF

    shelf_id: ShelfId


class DraftedTrack(msgspec.Struct, frozen=True):
    track_id: TrackId
    title: str


class CompilationDraft(msgspec.Struct, frozen=True):
    """What a playlist would be as a compilation."""

    title: str
    tracks: tuple[DraftedTrack, ...]
    """In its order, the first `TRACKS_PER_RELEASE`."""
    left_out: int
    """How many more it has."""


class GetCompilationDraft(Query[CompilationDraft], frozen=True):
    """The title of a playlist that the actor may see, and all of its tracks that a release has room for. Raises NotFound."""

    permission: ClassVar[Permission] = STAFF

    playlist_id: PlaylistId


class AssembleCompilation(Command[ReleaseId], frozen=True):
    """Make a compilation of tracks that the catalogue has, or put one together anew.

    Each track is offered on it where, as long and to whom it is on the release it was taken from, whatever becomes of that. A title that
    ends in a volume's number, "Winter Songs, Vol. 3", stands in its series. Of one put together anew, tracks that stay keep their ids.

    Raises NotFound for a track, or a compilation of ours, that is not there, and Invalid where a recording comes twice.
    """

    permission: ClassVar[Permission] = STAFF

    title: Title
    track_ids: Annotated[tuple[TrackId, ...], Meta(min_length=1, max_length=TRACKS_PER_RELEASE)]
    year: Annotated[int, Meta(ge=1900, le=9999)] | None = None
    release_id: ReleaseId | None = None
