"""Saving queues: whole, or where somebody is in the one that they have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.codec import encoder
from apps.core.contract.errors import Conflict, Invalid
from apps.core.contract.queue import QueueSaved, SaveQueue, SaveQueuePosition
from apps.core.database import insert_unless_there
from apps.core.queue.models import QueueRow
from ports.clock.interface import Clock


@handles(SaveQueue)
def save_queue(action: SaveQueue, actor: Actor, connection: Connection, clock: Clock) -> QueueSaved:
    if action.number > max(1, len(action.tracks)):
        raise Invalid(
            "The queue has %(tracks)s tracks and no number %(number)s.", "Say which of its tracks is current.",
            tracks=len(action.tracks), number=action.number,
        )  # fmt: skip
    new = {"revision": action.known + 1, "tracks": encoder.encode(action.tracks), **_place(action, actor, clock)}
    if action.known:
        saved = _replace(connection, actor, action.known, new)
    else:
        saved = insert_unless_there(connection, QueueRow, {"account_id": actor.account_id, **new})
    if not saved:
        raise _saved_elsewhere()
    return QueueSaved(action.known + 1)


@handles(SaveQueuePosition)
def save_queue_position(action: SaveQueuePosition, actor: Actor, connection: Connection, clock: Clock) -> QueueSaved:
    if not _replace(connection, actor, action.known, _place(action, actor, clock)):
        raise _saved_elsewhere()
    return QueueSaved(action.known)


def _place(action: SaveQueue | SaveQueuePosition, actor: Actor, clock: Clock) -> dict[str, Any]:
    return {
        "number": action.number, "position_ms": action.position_ms, "device": action.device,
        "client": actor.client or actor.service, "saved_at": clock.now(),
    }  # fmt: skip


def _replace(connection: Connection, actor: Actor, known: int, values: dict[str, Any]) -> bool:
    """Of the revision that was known alone: two who save at once do not both succeed."""
    found = update(QueueRow).where(QueueRow.account_id == actor.account_id, QueueRow.revision == known)
    return connection.execute(found.values(values)).rowcount == 1


def _saved_elsewhere() -> Conflict:
    return Conflict("Your queue was changed on another device meanwhile.", "Look at that one, and decide which of the two is to stay.")
