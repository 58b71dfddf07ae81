"""Reading queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from apps.core.bulk import joined_ids
from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.library import ListedTrack, Unplayable
from apps.core.contract.queue import GetQueue, PlayQueue, QueuedTrack, QueueEntry
from apps.core.database import fetch
from apps.core.library.listing import listed_track
from apps.core.queue import statements
from apps.core.rights.offers import here_on
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock

EMPTY = PlayQueue(0, (), None, 0, None, None, None)

entries_decoder = msgspec.json.Decoder(tuple[QueueEntry, ...])


@handles(GetQueue)
def get_queue(actor: Actor, connection: Connection, clock: Clock, plans: Plans) -> PlayQueue:
    saved = fetch(connection, statements.MINE, {"account": actor.account_id})
    if not saved:
        return EMPTY
    row, entries = saved[0], entries_decoder.decode(saved[0].tracks)
    place = here_on(plans.entitlement(actor.plan, actor.account_id), actor.territory, clock.now())
    listed = fetch(connection, statements.TRACKS, {**place, "ids": joined_ids(entry.track_id for entry in entries)})
    return _queue_of(row, entries, {track.track_id: track for track in (listed_track(one, actor) for one in listed)})


def _queue_of(row: Any, entries: Sequence[QueueEntry], tracks: Mapping[str, ListedTrack]) -> PlayQueue:
    kept = [(number, entry) for number, entry in enumerate(entries, 1) if _offered(tracks.get(entry.track_id))]
    numbers = tuple(number for number, _ in kept)
    current = min(row.number, len(entries))
    number = _place_of(current, numbers)
    stays = number is not None and numbers[number - 1] == current
    queued = tuple(QueuedTrack(tracks[entry.track_id], entry.source, entry.autoplay, entry.given_at) for _, entry in kept)
    return PlayQueue(row.revision, queued, number, row.position_ms if stays else 0, row.device, row.client, row.saved_at, numbers)


def _offered(track: ListedTrack | None) -> bool:
    return track is not None and track.unplayable is not Unplayable.NOT_OFFERED


def _place_of(current: int, kept: Sequence[int]) -> int | None:
    """Of the current track among the numbers that are kept; where it is not, the one after it is current, else the last."""
    if not kept:
        return None
    return next((place for place, number in enumerate(kept, 1) if number >= current), len(kept))
