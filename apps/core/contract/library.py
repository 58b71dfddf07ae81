"""Library: what a listener keeps for themselves. Favourites are tracks, releases and artists.

A like on a station is a favourite, too (`SendStationFeedback`): there is one heart, wherever it is shown.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import LISTENER, Command, Done, Permission, Query, Scope
from apps.core.contract.catalogue import ReleaseSummary
from apps.core.contract.ids import ArtistId, RecordingId, ReleaseId, TrackId
from apps.core.contract.paging import Cursor, Page, PageSize

MOST_LOOKED_UP = 500
"""Things of one kind that are looked up among the favourites at once."""


class TrackSubject(msgspec.Struct, frozen=True, tag="track"):
    track_id: TrackId


class ReleaseSubject(msgspec.Struct, frozen=True, tag="release"):
    release_id: ReleaseId


class ArtistSubject(msgspec.Struct, frozen=True, tag="artist"):
    artist_id: ArtistId


FavouriteSubject = TrackSubject | ReleaseSubject | ArtistSubject


class Unplayable(StrEnum):
    """Why a track that somebody keeps cannot be played by them, here and now."""

    NOT_OFFERED = "not_offered"
    """In this territory, or no longer."""
    NOT_READY = "not_ready"
    """Its audio is not prepared yet."""
    REFUSED = "refused"
    """Its audio could not be prepared."""
    NOT_ON_PLAN = "not_on_plan"
    """It takes a plan; its beginning may be heard where `preview` says so."""


class ListedTrack(msgspec.Struct, frozen=True):
    """A track in a list that somebody made, with the release it was taken from. What is no longer offered stays in it."""

    track_id: TrackId
    recording_id: RecordingId
    release_id: ReleaseId
    title: str
    artist: str
    release_title: str
    cover: str | None
    duration_ms: int
    explicit: bool
    preview: bool
    """Is not on the actor's plan, but its beginning may be heard."""
    unplayable: Unplayable | None
    """None where it may be played whole."""
    withdrawn: bool = False
    """Of what is not offered: whether it is offered nowhere any more, rather than in other countries."""


class FavouriteTrack(msgspec.Struct, frozen=True):
    track: ListedTrack
    added_at: datetime


class FavouriteRelease(msgspec.Struct, frozen=True):
    release: ReleaseSummary
    offered: bool
    """Whether there is anything of it here, now; where not, it has no page."""
    added_at: datetime


class FavouriteArtist(msgspec.Struct, frozen=True):
    artist_id: ArtistId
    name: str
    offered: bool
    """Whether there is anything by them here, now; where not, they have no page."""
    added_at: datetime


class FoundFavourites(msgspec.Struct, frozen=True):
    """Those of what was asked about that are favourites."""

    track_ids: frozenset[TrackId]
    release_ids: frozenset[ReleaseId]
    artist_ids: frozenset[ArtistId]


class AddFavourite(Command[Done], frozen=True):
    """Keep a track, a release or an artist among the actor's favourites. Twice is once.

    A track stands for its recording: it is a favourite from whatever release it is heard. Raises NotFound where it is not offered in the
    actor's territory.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    subject: FavouriteSubject


class RemoveFavourite(Command[Done], frozen=True):
    """Keep it no longer; what is not kept stays so, and what stations were told of it holds there."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    subject: FavouriteSubject


class ListFavouriteTracks(Query[Page[FavouriteTrack]], frozen=True):
    """The actor's favourite tracks, the latest first, those that are offered no more among them. Raises Invalid for a foreign cursor."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    cursor: Cursor | None = None
    size: PageSize = 50


class ListFavouriteReleases(Query[Page[FavouriteRelease]], frozen=True):
    """The actor's favourite releases, the latest first. Raises Invalid for a foreign cursor."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    cursor: Cursor | None = None
    size: PageSize = 50


class ListFavouriteArtists(Query[Page[FavouriteArtist]], frozen=True):
    """The actor's favourite artists, the latest first. Raises Invalid for a foreign cursor."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    cursor: Cursor | None = None
    size: PageSize = 50


class FindFavourites(Query[FoundFavourites], frozen=True):
    """Which of these are among the actor's favourites: what a page marks with a heart."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    track_ids: Annotated[tuple[TrackId, ...], Meta(max_length=MOST_LOOKED_UP)] = ()
    release_ids: Annotated[tuple[ReleaseId, ...], Meta(max_length=MOST_LOOKED_UP)] = ()
    artist_ids: Annotated[tuple[ArtistId, ...], Meta(max_length=MOST_LOOKED_UP)] = ()
