"""Radio: stations that play on from what somebody likes, the model they go by, and tracks that nobody wants to hear again."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import BACK_OFFICE, LISTENER, Command, Done, Permission, Query, Scope
from apps.core.contract.days import Day
from apps.core.contract.exports import Sha256
from apps.core.contract.ids import ArtistId, JobId, LeaseToken, RecordingId, ReleaseId, StationId, TrackId
from apps.core.contract.paging import Cursor, Page, PageSize
from apps.core.contract.words import Wording, marked

BATCH = 25
"""Tracks that are given at once."""
BATCH_HOURS = 12
"""For how long a batch is good: what is left of it then is not played any more."""
LONGEST_LIST_OF_STATIONS = 100

Genre = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+(?!\n)$")]


class TrackSeed(msgspec.Struct, frozen=True, tag="track"):
    track_id: TrackId


class ArtistSeed(msgspec.Struct, frozen=True, tag="artist"):
    artist_id: ArtistId


class ReleaseSeed(msgspec.Struct, frozen=True, tag="release"):
    release_id: ReleaseId


class GenreSeed(msgspec.Struct, frozen=True, tag="genre"):
    genre: Genre
    """As releases and recordings have it."""


class MixSeed(msgspec.Struct, frozen=True, tag="mix"):
    """The listener's own history."""


Seed = TrackSeed | ArtistSeed | ReleaseSeed | GenreSeed | MixSeed


MIX_TITLE = marked("My mix")
"""Of a station that plays on from all that somebody plays; every other has the name of something."""


class Station(msgspec.Struct, frozen=True):
    """What plays on from a seed, for one listener."""

    id: StationId
    seed: Seed
    title: str
    """What it plays on from: the track's, artist's or release's name, the genre, or `MIX_TITLE`."""
    started_at: datetime
    played_at: datetime
    """When it was started, or its last batch was given."""


class StationTrack(msgspec.Struct, frozen=True):
    track_id: TrackId
    recording_id: RecordingId
    release_id: ReleaseId
    artist_id: ArtistId | None
    """The first of its main artists."""
    title: str
    artist: str
    """As credited."""
    release_title: str
    cover: str | None
    duration_ms: int
    why: str
    """Why it is played, for the listener: "Because you liked “Blue Garden”"."""
    wording: Wording = Wording("")
    """The same, to be said in another language."""


class StationBatch(msgspec.Struct, frozen=True):
    """What a station plays next, in order."""

    station_id: StationId
    number: int
    tracks: tuple[StationTrack, ...]
    fewer: str | None
    """Why they are not 25 new ones, for the listener; None where they are."""
    tells_ahead: bool
    """Whether the listener may be shown titles before they are played: in some territories the licence forbids it."""
    fewer_wording: Wording | None = None
    """`fewer`, to be said in another language."""


class Skips(msgspec.Struct, frozen=True):
    """How often a station may be skipped now."""

    left: int | None
    """None where there is no limit."""
    again_at: datetime | None
    """When the next skip is possible, where none is now."""


class StationDetail(msgspec.Struct, frozen=True):
    station: Station
    batch: StationBatch | None
    """The one that was given last."""
    skips: Skips
    liked: tuple[TrackId, ...]
    skipped: tuple[TrackId, ...]
    """Of this batch."""


class FeedbackKind(StrEnum):
    SKIP = "skip"
    LIKE = "like"


class HiddenTrack(msgspec.Struct, frozen=True):
    track_id: TrackId
    release_id: ReleaseId
    title: str
    artist: str
    release_title: str
    cover: str | None
    hidden_at: datetime


class Superseded(msgspec.Struct, frozen=True):
    """What is not needed any more."""

    keys: tuple[str, ...]
    """In object storage."""


class StartStation(Command[Station], frozen=True):
    """Start a station, or find the one that was started from the same seed before.

    Raises NotFound where the seed is not offered in the actor's territory, Invalid where there is no history yet to make a mix of.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    seed: Seed


class NextTracks(Command[StationBatch], frozen=True):
    """The next 25 tracks of a station, or fewer and why: only such as the listener may play whole, here and now.

    They obey the territory's licence whatever is skipped, and take account of all feedback given so far. What was given before counts as
    played until now, for 12 hours at most: ask when it is, and drop what is left of a batch after 12 hours. Where the licence limits skips,
    asking before half of the last batch can be over is one; where none is left, what is left of that batch is given once more, under its
    number. Raises NotFound.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    station_id: StationId


class SendStationFeedback(Command[Skips], frozen=True):
    """Tell a station that a track it gave lately was skipped or is liked; the next batch goes by it. Twice is once.

    What is liked is kept among the favourites, too.

    Raises NotFound where it gave no such track lately, TooMany where the licence allows no more skips within the hour: then
    `details["again_at"]` says when it does.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    station_id: StationId
    track_id: TrackId
    kind: FeedbackKind


class ListStations(Query[tuple[Station, ...]], frozen=True):
    """The actor's own stations, played last first, at most 100."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK


class GetStation(Query[StationDetail], frozen=True):
    """One of the actor's own stations. Raises NotFound."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    station_id: StationId


class HideTrack(Command[Done], frozen=True):
    """Never play this recording on any station of the account's, from whatever release. Twice is once. Raises NotFound."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    track_id: TrackId


class UnhideTrack(Command[Done], frozen=True):
    """Let stations play it again; what is not hidden stays so. Raises NotFound where there is no such track."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    track_id: TrackId


class ListHiddenTracks(Query[Page[HiddenTrack]], frozen=True):
    """What the account has hidden, the latest first. Raises Invalid for a foreign cursor."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    cursor: Cursor | None = None
    size: PageSize = 50


class AskForTraining(Command[int], frozen=True):
    """Ask for a model of all listening up to the last exported day, once for each day; returns how many were asked for."""

    permission: ClassVar[Permission] = BACK_OFFICE


class RecordRadioModel(Command[Superseded], frozen=True):
    """Take a stored file as the model that stations go by from now on, and finish its job. Raises LeaseLost, Invalid."""

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    key: Annotated[str, Meta(min_length=1, max_length=200)]
    sha256: Sha256
    size: Annotated[int, Meta(ge=0)]
    """Bytes."""
    recordings: Annotated[int, Meta(ge=0)]
    first: Day
    last: Day
    """It was trained on these days and all between them."""
