"""Catalogue: recordings, the releases they appear on, who made them and who owns them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from apps.core.contract.actions import ANYONE, LISTENER, Event, Permission, Query, Scope
from apps.core.contract.ids import ArtistId, RecordingId, ReleaseId, SeriesId, TrackId
from apps.core.contract.paging import Cursor, Page, PageSize


class ReleaseType(StrEnum):
    ALBUM = "album"
    SINGLE = "single"
    EP = "ep"
    COMPILATION = "compilation"


class CreditRole(StrEnum):
    MAIN = "main"
    FEATURED = "featured"
    COMPOSER = "composer"
    REMIXER = "remixer"
    PRODUCER = "producer"


class ReleaseOrder(StrEnum):
    NEWEST = "newest"
    TITLE = "title"


class Credit(msgspec.Struct, frozen=True):
    artist_id: ArtistId
    name: str
    """As credited here, which may differ from the artist's own name."""
    role: CreditRole


class ReleaseSummary(msgspec.Struct, frozen=True):
    """A release as lists show it."""

    id: ReleaseId
    title: str
    artist: str
    """The display artist, as credited: "A & B feat. C", or "Various Artists"."""
    type: ReleaseType
    year: int | None
    cover: str | None
    """The cover's URL, or None where there is none: 640 pixels on its longer side, ending in `/640.jpg`. Beside it are `96.jpg`,
    `320.jpg` and `1280.jpg`. What is at a URL never changes."""
    colour: str | None
    """The cover's dominant colour as `#rrggbb`."""


class SeriesPlace(msgspec.Struct, frozen=True):
    series_id: SeriesId
    title: str
    volume: int


class TrackSummary(msgspec.Struct, frozen=True):
    """A recording's place on a release."""

    id: TrackId
    recording_id: RecordingId
    disc: int
    number: int
    title: str
    artist: str
    duration_ms: int
    explicit: bool
    playable: bool
    """May be played here, now, on the actor's plan, and its audio is ready."""
    preview: bool
    """Is not on the actor's plan, but its beginning may be heard."""
    for_subscribers: bool
    """Its audio is ready, and it takes a plan that the actor has not. The shortest have no preview."""
    refused: bool
    """Its audio could not be prepared, and is not until it is delivered again, or staff have it tried again."""


class TrackDetail(msgspec.Struct, frozen=True):
    """A track with the release it is on."""

    track: TrackSummary
    release: ReleaseSummary


class TrackInFull(msgspec.Struct, frozen=True):
    """All that is told of a track on a page of its own."""

    track: TrackSummary
    release: ReleaseSummary
    credits: tuple[Credit, ...]
    """Of the recording, in their order."""
    isrc: str | None
    genre: str | None
    """The recording's own, or else its release's; so is the ℗ line."""
    genre_slug: str | None
    """What `GetGenre` knows it by."""
    label: str | None
    released_on: str | None
    """ISO 8601, as exact as known."""
    p_line: str | None
    c_line: str | None
    also_on: tuple[TrackDetail, ...]
    """The same recording on other releases that are offered here, the newest first, at most 50."""
    words: str | None
    """As `Lyrics.text`; None where nobody wrote them down, and for visitors."""
    waveform: bytes = b""
    """As `Audio.waveform`; empty where the actor may not hear the whole of it now."""


class ReleaseDetail(msgspec.Struct, frozen=True):
    id: ReleaseId
    title: str
    artist: str
    credits: tuple[Credit, ...]
    type: ReleaseType
    year: int | None
    released_on: str | None
    """ISO 8601, as exact as known: `1994`, `1994-06` or `1994-06-20`."""
    label: str | None
    upc: str | None
    genre: str | None
    genre_slug: str | None
    """What `GetGenre` knows it by."""
    p_line: str | None
    c_line: str | None
    cover: str | None
    colour: str | None
    series: SeriesPlace | None
    tracks: tuple[TrackSummary, ...]
    duration_ms: int


class LyricLine(msgspec.Struct, frozen=True):
    at_ms: int
    """When it begins, from the beginning of the track."""
    text: str
    """Empty where nothing is sung from then on."""


class Lyrics(msgspec.Struct, frozen=True):
    """The words of a track."""

    text: str
    """All of them, in lines."""
    lines: tuple[LyricLine, ...]
    """When each is sung, in that order; empty where nobody says."""


class ArtistDetail(msgspec.Struct, frozen=True):
    id: ArtistId
    name: str
    releases: tuple[ReleaseSummary, ...]
    """The artist's own, newest first, at most 100."""
    appears_on: tuple[ReleaseSummary, ...]
    """Compilations and other people's releases, newest first, at most 100."""


class CreditedTracks(msgspec.Struct, frozen=True):
    """What an artist did in one role."""

    role: CreditRole
    tracks: tuple[TrackDetail, ...]


class ArtistTracks(msgspec.Struct, frozen=True):
    """Tracks of an artist that are offered here, each recording once: the most heard first, of equals the newest."""

    heard: bool
    """Whether listening says anything of them yet."""
    top: tuple[TrackDetail, ...]
    """Those they are heard on, at most 10."""
    behind: tuple[CreditedTracks, ...]
    """What they wrote, produced and remixed, whoever performs it: of each role at most 10."""


class Volume(msgspec.Struct, frozen=True):
    number: int
    release: ReleaseSummary


class SeriesSummary(msgspec.Struct, frozen=True):
    """A series of compilations as its shelf shows it."""

    id: SeriesId
    title: str
    cover: str | None
    """Uploaded for the series, as `ReleaseSummary` has it; None where none was."""
    count: int
    """How many of its volumes are offered here."""
    volumes: tuple[Volume, ...]
    """The newest first, by their numbers; at most 24."""


class SeriesDetail(msgspec.Struct, frozen=True):
    id: SeriesId
    title: str
    cover: str | None
    volumes: tuple[Volume, ...]
    """All that are offered here, the newest first, by their numbers; at most 500."""


class CatalogueState(msgspec.Struct, frozen=True):
    """What lists kept as bytes depend on."""

    version: int
    """Grows with every change to what listeners can see."""
    next_boundary: datetime | None
    """When the next deal, or shelf of the home page, begins or ends: what was kept before it is stale after it."""


class ReleasePublished(Event, frozen=True):
    """A release has its first playable track."""

    release_id: ReleaseId


class ListReleases(Query[Page[ReleaseSummary]], frozen=True):
    """Releases with something to play in the actor's territory. Raises Invalid for a foreign cursor."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    order: ReleaseOrder = ReleaseOrder.NEWEST
    cursor: Cursor | None = None
    size: PageSize = 50


class GetRelease(Query[ReleaseDetail], frozen=True):
    """A release with its tracks. Raises NotFound where it is not offered in the actor's territory."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    release_id: ReleaseId


class GetTrack(Query[TrackDetail], frozen=True):
    """A track and its release. Raises NotFound where it is not offered in the actor's territory."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    track_id: TrackId


class GetTrackInFull(Query[TrackInFull], frozen=True):
    """A track with its credits, its words and where else it is to be heard. Raises NotFound as `GetTrack` does."""

    permission: ClassVar[Permission] = ANYONE

    track_id: TrackId


class GetLyrics(Query[Lyrics], frozen=True):
    """The words of a track. Raises NotFound where it is not offered in the actor's territory, or has none."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    track_id: TrackId


class GetArtist(Query[ArtistDetail], frozen=True):
    """An artist with releases offered in the actor's territory; of one who was merged into another, that one.

    Raises NotFound where there are none.
    """

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    artist_id: ArtistId


class GetArtistTracks(Query[ArtistTracks], frozen=True):
    """What an artist is heard on, and what they did behind it. Nothing of one who is not here, or was merged into another."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    artist_id: ArtistId


class ListSeries(Query[Page[SeriesSummary]], frozen=True):
    """Series with a volume to play in the actor's territory, by title. Raises Invalid for a foreign cursor."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    cursor: Cursor | None = None
    size: PageSize = 20


class GetSeries(Query[SeriesDetail], frozen=True):
    """A series, volume after volume. Raises NotFound where none is offered in the actor's territory."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    series_id: SeriesId


class GetCatalogueState(Query[CatalogueState], frozen=True):
    """What decides whether a list kept as bytes is still true; each front end asks once a second."""

    permission: ClassVar[Permission] = ANYONE
