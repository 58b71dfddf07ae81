"""Listening: the play log, and what a listener heard lately."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import LISTENER, Command, Done, Permission, Query, Scope
from apps.core.contract.days import Day
from apps.core.contract.ids import LicenceId, PlaybackSessionId, ReleaseId, TrackId
from apps.core.contract.paging import Cursor, Page, PageSize

PLAYS_PER_COMMAND = 200
MOST_SESSIONS = 20


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


class PlaysRecorded(msgspec.Struct, frozen=True):
    recorded: int
    known: int
    """Already there, or of so long ago that nobody can tell: see `RecordPlays`."""
    unknown: tuple[str, ...] = ()
    """Event ids whose track does not exist; they are not worth sending again."""


class HistoryEntry(msgspec.Struct, frozen=True):
    track_id: TrackId
    release_id: ReleaseId
    title: str
    artist: str
    release_title: str
    cover: str | None
    played_at: datetime


class RecordPlays(Command[PlaysRecorded], frozen=True):
    """Append plays to the log, each once by its event id, and to the listener's history. Nothing is judged or capped here.

    After 90 days a play is known by the listener's history. Where that has been cleared since, one that began before is taken as known.

    Raises Invalid for a play that starts more than a day ahead of the clock, or more than a year ago.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    plays: Annotated[tuple[Play, ...], Meta(min_length=1, max_length=PLAYS_PER_COMMAND)]


class ListRecentlyPlayed(Query[Page[HistoryEntry]], frozen=True):
    """The actor's own history, latest first; of it what began on these days and has all these words in its title, artist or release.

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


class ClearHistory(Command[Done], frozen=True):
    """Erase the actor's own history, all of it or one day; the play log, which labels are paid by, is not touched.

    Raises Invalid for a day or a zone that there is not.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.HISTORY

    day: Day | None = None
    """In the zone; None for all of it."""
    zone: Zone = "UTC"
