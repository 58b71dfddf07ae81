"""What playback sessions prove of the plays that were heard under them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.contract.actions import Actor
from apps.core.contract.ids import BYTES, id_from_bytes
from apps.core.contract.playback import RENEW_SECONDS
from apps.core.database import FOR_CHANGE
from apps.core.playback.models import PlaybackSessionRow

HIGHEST_ID = id_from_bytes(b"\xff" * BYTES)
"""One that looks like an id but lies beyond is of nothing; asking the database for it would refuse the batch."""

Proofs = Mapping[str, PlaybackSessionRow]
"""Sessions by their id."""


def lock_sessions(session: Session, actor: Actor, ids: Collection[str]) -> Proofs:
    """The actor's own sessions among these, locked in one order: somebody else's prove nothing."""
    row = PlaybackSessionRow
    possible = [one for one in ids if one <= HIGHEST_ID]
    if not possible:
        return {}
    wanted = select(row).where(row.id.in_(possible), row.account_id == actor.account_id).order_by(row.id)
    return {one.id: one for one in session.scalars(wanted.with_for_update(**FOR_CHANGE))}


def prove(played_ms: int, sessions: Sequence[PlaybackSessionRow], now: datetime) -> bool:
    """Whether the sessions together lasted as long as was played, beyond what they have proved before; then they have proved this too."""
    left, parts = played_ms, list[int]()
    for one in sessions:
        parts.append(min(left, max(lasted(one, now) - one.proved_ms, 0)))
        left -= parts[-1]
    if left or not sessions:
        return False
    for one, part in zip(sessions, parts, strict=True):
        one.proved_ms += part
    return True


def lasted(proof: PlaybackSessionRow, now: datetime) -> int:
    """For how many milliseconds at most a session's renewals prove listening.

    A renewal counts until the next was due, or the session ended, or now. That it ended late proves nothing: it may be told hours after.
    """
    until = min(proof.renewed_at + timedelta(seconds=RENEW_SECONDS), proof.ended_at or now, now)
    return (until - proof.started_at) // timedelta(milliseconds=1)
