"""Stream slots: how many devices of one account may play at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from apps.core.contract.errors import PlaybackRefused
from apps.core.contract.words import marked
from apps.core.playback import statements

HANDOVER = timedelta(seconds=30)


def take_slot(connection: Connection, row: Mapping[str, Any], streams: int, now: datetime, *, take_over: bool) -> None:
    """Give the new session its device's slot, or a free one; raises `PlaybackRefused` where none is and nothing may be taken over."""
    mine = {"account_id": row["account_id"], "streams": streams}
    if connection.dialect.name != "sqlite":
        # Two starts racing for the last slot wait for each other here; on SQLite only one transaction writes at any time.
        connection.execute(statements.LOCK_ACCOUNT, mine)
    # Locked as well: the device's last session may be ended, and its slot deleted, in this very moment.
    slots = connection.execute(statements.SLOTS, mine).all()
    slot = _slot_for(slots, row["device"], now)
    number = slot.number if slot is not None else _free_number(slots, streams)
    if number is None and take_over:
        slot = min(slots, key=lambda one: one.leased_until)
        number = slot.number
    if number is None:
        raise PlaybackRefused(
            "Another device is playing on this account.", "Stop it there, or play here instead.", {"reason": "stream_limit"}
        )
    held = {"device": row["device"], "session_id": row["id"], "leased_until": row["expires_at"]}
    if slot is None:
        connection.execute(statements.NEW_SLOT, {"account_id": row["account_id"], "number": number, **held})
        return
    # On the same device what plays may end while the next track is prepared.
    over = now + HANDOVER if slot.device == row["device"] and slot.leased_until > now else now
    connection.execute(statements.END_SESSION, {"session_id": slot.session_id, "over": over})
    connection.execute(statements.TAKE_SLOT, {"whose": row["account_id"], "which": number, **held})


def _slot_for(slots: Sequence[Any], device: str, now: datetime) -> Any | None:
    """The device's own slot, else one whose lease has lapsed."""
    own = [slot for slot in slots if slot.device == device]
    lapsed = [slot for slot in slots if slot.leased_until <= now]
    return next(iter(own or lapsed), None)


def _free_number(slots: Sequence[Any], streams: int) -> int | None:
    """The lowest within the plan's number that no slot has."""
    return min(set(range(streams)) - {slot.number for slot in slots}, default=None)


def session_over() -> PlaybackRefused:
    why = marked("This playback session is over: playback went on elsewhere, it was ended, or its time ran out.")
    return PlaybackRefused(why, "Press play to listen here again.", {"reason": "session_ended"})
