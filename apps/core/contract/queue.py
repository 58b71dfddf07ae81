"""The queue: what somebody is playing and what comes next, one for each account, on whatever device they go on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import LISTENER, Command, Permission, Query, Scope
from apps.core.contract.ids import TrackId
from apps.core.contract.library import ListedTrack
from apps.core.contract.listening import Source
from apps.core.contract.playback import DeviceName

MOST_QUEUED = 1_000
"""Tracks in one queue."""

Revision = Annotated[int, Meta(ge=0, le=2**53)]
"""Grows by one whenever a queue is saved; 0 where none has been."""
QueueNumber = Annotated[int, Meta(ge=1, le=MOST_QUEUED)]
"""A place in a queue, counted from 1."""
Position = Annotated[int, Meta(ge=0, le=86_400_000)]
"""In a track, in milliseconds."""


class QueueEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A track's place in a queue, which may have it more than once."""

    track_id: TrackId
    source: Source | None = None
    """What it is played from; None where the player does not say."""
    autoplay: bool = False
    """Whether the player went on to it by itself, rather than that somebody chose it."""
    given_at: Annotated[datetime, Meta(tz=True)] | None = None
    """When its station gave it: a licence counts it for so long."""


class QueuedTrack(msgspec.Struct, frozen=True):
    track: ListedTrack
    source: Source | None
    autoplay: bool
    given_at: datetime | None


class PlayQueue(msgspec.Struct, frozen=True):
    revision: Revision
    tracks: tuple[QueuedTrack, ...]
    """Those that are offered in the actor's territory, in order, also where they cannot be played at the moment."""
    number: int | None
    """Of the current track among these; None where there are none."""
    position_ms: int
    """Where the current track stood; 0 where the one that was current is offered no more, and another one is."""
    device: DeviceName | None
    """Which saved it last; None where none has."""
    client: str | None
    """The name of the app, or of the front end, that it was saved by."""
    saved_at: datetime | None
    numbers: tuple[QueueNumber, ...] = ()
    """Of each of `tracks` in the queue as it was saved, where those that are left out count: `SaveQueuePosition` takes these."""


class QueueSaved(msgspec.Struct, frozen=True):
    revision: Revision


class GetQueue(Query[PlayQueue], frozen=True):
    """The actor's queue; an empty one where nothing was saved."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK


class SaveQueue(Command[QueueSaved], frozen=True):
    """Save the actor's whole queue in place of the one that was known; one without tracks is empty.

    All of it is replaced: what `GetQueue` left out of the queue that was known, too. What does not exist, or is not offered, is saved and
    left out of what `GetQueue` answers. Raises Conflict where another device has saved one since: read that, and save again under its
    revision what is to be. Raises Invalid for a number beyond the end.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK
    routine: ClassVar[bool] = True

    known: Revision
    """Of the queue that this one comes from: what `GetQueue` or the last `SaveQueue` answered."""
    device: DeviceName
    tracks: Annotated[tuple[QueueEntry, ...], Meta(max_length=MOST_QUEUED)]
    number: QueueNumber = 1
    """Of the current track."""
    position_ms: Position = 0


class SaveQueuePosition(Command[QueueSaved], frozen=True):
    """Save where the actor is in the queue that they have; it stays of the same revision.

    The number counts in the queue as it was saved, so it is one of `GetQueue`'s `numbers`, or a place in what `SaveQueue` was given.
    Raises Conflict where another device has saved another queue since. A number beyond the end is the end.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK
    routine: ClassVar[bool] = True

    known: Revision
    device: DeviceName
    number: QueueNumber
    position_ms: Position
