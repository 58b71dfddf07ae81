"""Listening: the play log, and what a listener heard lately."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import LISTENER, Command, Done, Permission, Query, Scope
from apps.core.contract.days import Day
from apps.core.contract.ids import ArtistId, ChartCode, LicenceId, PlaybackSessionId, PlaylistId, ReleaseId, StationId, TrackId
from apps.core.contract.library import Unplayable
from apps.core.contract.paging import Cursor, Page, PageSize

PLAYS_PER_COMMAND = 200
MOST_SESSIONS = 20
LOOKED_THROUGH = 5_000
"""Plays of a history that one page looks through at most for what is sought: a word that is nowhere has no more of it read."""


Zone = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+(?!\n)$")]
"""A time zone by its IANA name, `Europe/London`: where days begin at midnight."""
Sought = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]


class Evidence(StrEnum):
    """How well a play is proved."""

    CLAIMED = "claimed"
    SESSION = "session"
    """Its playback sessions were renewed for at least as long as claimed, or its offline licence held all the while;
    no second of a session, or of a device's time, proves two plays."""
    FETCHED = "fetched"
    """The audio was seen leaving in the stream log."""


class SourceKind(StrEnum):
    """What somebody can start to play from, by the tags of `Source`."""

    TRACK = "track"
    RELEASE = "release"
    ARTIST = "artist"
    PLAYLIST = "playlist"
    STATION = "station"
    CHART = "chart"
    FAVOURITES = "favourites"
    SEARCH = "search"
    HISTORY = "history"
    APP = "app"


class TrackSource(msgspec.Struct, frozen=True, tag="track"):
    """The track by itself, as from its own page."""


class ReleaseSource(msgspec.Struct, frozen=True, tag="release"):
    release_id: ReleaseId


class ArtistSource(msgspec.Struct, frozen=True, tag="artist"):
    artist_id: ArtistId


class PlaylistSource(msgspec.Struct, frozen=True, tag="playlist"):
    playlist_id: PlaylistId


class StationSource(msgspec.Struct, frozen=True, tag="station"):
    station_id: StationId


class ChartSource(msgspec.Struct, frozen=True, tag="chart"):
    chart: ChartCode


class FavouritesSource(msgspec.Struct, frozen=True, tag="favourites"):
    """The listener's favourites."""


class SearchSource(msgspec.Struct, frozen=True, tag="search"):
    """What a search has found; what was searched for is nobody's to keep."""


class HistorySource(msgspec.Struct, frozen=True, tag="history"):
    """The listener's own history."""


class AppSource(msgspec.Struct, frozen=True, tag="app"):
    """What only the app knows, in words for its listener: "Morning run"."""

    words: Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+(?!\n)$")]


Source = (
    TrackSource
    | ReleaseSource
    | ArtistSource
    | PlaylistSource
    | StationSource
    | ChartSource
    | FavouritesSource
    | SearchSource
    | HistorySource
    | AppSource
)
"""What a play was started from. What it names need not exist any more: a play is not lost with its playlist."""


class Play(msgspec.Struct, frozen=True):
    """One stretch of listening, as the player tells it."""

    event_id: Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+(?!\n)$")]
    """Made by the player, once: sent again, the play still counts once."""
    track_id: TrackId
    started_at: Annotated[datetime, Meta(tz=True)]
    played_ms: Annotated[int, Meta(ge=0, le=86_400_000)]
    """Time heard, without pauses."""
    session_ids: Annotated[tuple[PlaybackSessionId, ...], Meta(max_length=MOST_SESSIONS)] = ()
    """The playback sessions it was heard under, in order: more than one where it was paused for long."""
    licence_id: LicenceId | None = None
    """The offline licence it was heard under, where it was without a connection. A device plays one thing at a time."""
    source: Source | None = None
    """What it was started from, for the listener's history alone; None where the player does not say."""


class PlaysRecorded(msgspec.Struct, frozen=True):
    recorded: int
    known: int
    """Already there, or of so long ago that nobody can tell: see `RecordPlays`."""
    unknown: tuple[str, ...] = ()
    """Event ids whose track does not exist; they are not worth sending again."""


class PlayedFrom(msgspec.Struct, frozen=True):
    """What a play was started from, as the listener may know it today."""

    source: Source
    title: str | None
    """Of the release, playlist, station or chart, or the artist's name; None where there is none, or it is not to be seen any more."""


class HistoryEntry(msgspec.Struct, frozen=True):
    track_id: TrackId
    release_id: ReleaseId
    title: str
    artist: str
    release_title: str
    cover: str | None
    played_at: datetime
    played_from: PlayedFrom | None = None
    """None where the player did not say."""
    preview: bool = False
    """As of a `ListedTrack`: whether a preview of it can be heard."""
    unplayable: Unplayable | None = None
    """Why it cannot be played in full; None where it can."""
    withdrawn: bool = False
    """As of a `ListedTrack`."""


class History(Page[HistoryEntry], frozen=True):
    looked_back_to: datetime | None = None
    """Where the page is not full and yet not the last: all that was played since then was looked through, and `next` goes on before it."""


class RecordPlays(Command[PlaysRecorded], frozen=True):
    """Append plays to the log, each once by its event id, and to the listener's history. Nothing is judged or capped here.

    After 90 days a play is known by the listener's history. Where that has been cleared since, one that began before is taken as known.

    Raises Invalid for a play that starts more than a day ahead of the clock, or more than a year ago.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    plays: Annotated[tuple[Play, ...], Meta(min_length=1, max_length=PLAYS_PER_COMMAND)]


class ListRecentlyPlayed(Query[History], frozen=True):
    """The actor's own history, latest first; of it what began on these days, was started from something of that kind, and has all these
    words in its title, artist or release. For a kind or for words one page looks through 5,000 plays at most.

    Raises Invalid for a foreign cursor, a day or a zone that there is not, and a first day after the last.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.HISTORY

    cursor: Cursor | None = None
    size: PageSize = 20
    first: Day | None = None
    """In the zone, as the last one, which is included."""
    last: Day | None = None
    zone: Zone = "UTC"
    text: Sought = ""
    """Upper and lower case are the same (SQLite: of ASCII letters)."""
    source: SourceKind | None = None
    """None for whatever it was started from, also where that is not known."""


class ClearHistory(Command[Done], frozen=True):
    """Erase the actor's own history, all of it or one day; the play log, which labels are paid by, is not touched.

    Raises Invalid for a day or a zone that there is not.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.HISTORY

    day: Day | None = None
    """In the zone; None for all of it."""
    zone: Zone = "UTC"
