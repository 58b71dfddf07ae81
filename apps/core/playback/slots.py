"""Stream slots: how many devices of one account may play at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.accounts.models import AccountRow
from apps.core.contract.errors import PlaybackRefused
from apps.core.playback.models import PlaybackSessionRow, StreamSlotRow


def take_slot(session: Session, row: PlaybackSessionRow, streams: int, now: datetime, *, take_over: bool) -> None:
    """Give the session its device's slot, or a free one; raises `PlaybackRefused` where none is and nothing may be taken over."""
    # Two starts racing for the last slot wait for each other here. The lock lets foreign keys to the account be checked meanwhile.
    session.execute(select(AccountRow.id).where(AccountRow.id == row.account_id).with_for_update(key_share=True))
    mine = select(StreamSlotRow).where(StreamSlotRow.account_id == row.account_id, StreamSlotRow.number < streams)
    slots = session.scalars(mine).all()
    slot = _slot_for(slots, row.device, streams, now)
    if slot is None and take_over:
        slot = min(slots, key=lambda one: one.leased_until)
        _end(session, slot.session_id, now)
    if slot is None:
        raise PlaybackRefused(
            "Another device is playing on this account.", "Stop it there, or play here instead.", {"reason": "stream_limit"}
        )
    slot.account_id, slot.device, slot.session_id, slot.leased_until = row.account_id, row.device, row.id, row.expires_at
    session.add(slot)


def _slot_for(slots: Sequence[StreamSlotRow], device: str, streams: int, now: datetime) -> StreamSlotRow | None:
    """The device's own slot, else one whose lease has lapsed, else a new one within the plan's number."""
    own = [slot for slot in slots if slot.device == device]
    lapsed = [slot for slot in slots if slot.leased_until <= now]
    if own or lapsed:
        return (own or lapsed)[0]
    free = set(range(streams)) - {slot.number for slot in slots}
    return StreamSlotRow(number=min(free)) if free else None


def _end(session: Session, session_id: str, now: datetime) -> None:
    displaced = session.get(PlaybackSessionRow, session_id)
    if displaced is not None and displaced.ended_at is None:
        displaced.ended_at = now


def session_over() -> PlaybackRefused:
    why = "This playback session is over: playback went on elsewhere, it was ended, or its time ran out."
    return PlaybackRefused(why, "Press play to listen here again.", {"reason": "session_ended"})
