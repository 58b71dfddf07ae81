"""Stream slots: how many devices of one account may play at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from apps.core.accounts.models import AccountRow
from apps.core.contract.errors import PlaybackRefused
from apps.core.database import FOR_CHANGE
from apps.core.playback.models import PlaybackSessionRow, StreamSlotRow

HANDOVER = timedelta(seconds=30)


def take_slot(session: Session, row: PlaybackSessionRow, streams: int, now: datetime, *, take_over: bool) -> None:
    """Give the session its device's slot, or a free one; raises `PlaybackRefused` where none is and nothing may be taken over."""
    # Two starts racing for the last slot wait for each other here.
    session.execute(select(AccountRow.id).where(AccountRow.id == row.account_id).with_for_update(**FOR_CHANGE))
    mine = select(StreamSlotRow).where(StreamSlotRow.account_id == row.account_id, StreamSlotRow.number < streams)
    # Locked as well: the device's last session may be ended, and its slot deleted, in this very moment.
    slots = session.scalars(mine.with_for_update()).all()
    slot = _slot_for(slots, row.device, streams, now)
    if slot is None and take_over:
        slot = min(slots, key=lambda one: one.leased_until)
    if slot is None:
        raise PlaybackRefused(
            "Another device is playing on this account.", "Stop it there, or play here instead.", {"reason": "stream_limit"}
        )
    if slot.session_id:
        # On the same device what plays may end while the next track is prepared.
        over = now + HANDOVER if slot.device == row.device and slot.leased_until > now else now
        last = PlaybackSessionRow.id == slot.session_id, PlaybackSessionRow.ended_at.is_(None)
        session.execute(update(PlaybackSessionRow).where(*last).values(ended_at=over))
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


def session_over() -> PlaybackRefused:
    why = "This playback session is over: playback went on elsewhere, it was ended, or its time ran out."
    return PlaybackRefused(why, "Press play to listen here again.", {"reason": "session_ended"})
