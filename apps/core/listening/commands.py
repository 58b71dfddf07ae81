"""Taking plays into the log, and erasing a history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.catalogue.models import TrackRow
from apps.core.contract.actions import Actor, Done
from apps.core.contract.errors import Invalid
from apps.core.contract.ids import BYTES, id_from_bytes, new_id
from apps.core.contract.listening import ClearHistory, Evidence, Play, PlaysRecorded, RecordPlays
from apps.core.contract.playback import RENEW_SECONDS
from apps.core.database import insert
from apps.core.listening.models import HistoryRow, PlayRow
from apps.core.playback.models import PlaybackSessionRow
from ports.clock.interface import Clock

AHEAD = timedelta(days=1)
"""How far a device's clock may run ahead before its word on the time is refused."""
LATE = timedelta(days=366)
"""How long a play may wait on a device that is offline; one that claims to be older has lost its clock."""
HIGHEST_ID = id_from_bytes(b"\xff" * BYTES)
"""One that looks like an id but lies beyond is of nothing; asking the database for it would refuse the batch."""


@handles(RecordPlays)
def record_plays(action: RecordPlays, actor: Actor, session: Session, clock: Clock) -> PlaysRecorded:
    now = clock.now()
    if any(play.started_at > now + AHEAD for play in action.plays):
        raise Invalid("A play starts more than a day from now.", "Set the device's clock and send it again.")
    if any(play.started_at < now - LATE for play in action.plays):
        raise Invalid("A play started more than a year ago.", "Set the device's clock and send it again.")
    tracks = _tracks(session, {play.track_id for play in action.plays if play.track_id <= HIGHEST_ID})
    sessions = _sessions(session, actor, {play.session_id for play in action.plays if play.session_id and play.session_id <= HIGHEST_ID})
    known = [play for play in action.plays if play.track_id in tracks]
    facts = [_fact(play, actor, tracks[play.track_id], sessions, now) for play in known]
    recorded = _insert_new(session, PlayRow, facts)
    _insert_new(session, HistoryRow, [_memory(play, actor) for play in known if play.event_id in recorded])
    unknown = tuple(play.event_id for play in action.plays if play.track_id not in tracks)
    return PlaysRecorded(len(recorded), len(known) - len(recorded), unknown)


@handles(ClearHistory)
def clear_history(actor: Actor, session: Session) -> Done:
    session.execute(delete(HistoryRow).where(HistoryRow.account_id == actor.account_id))
    return Done()


def _tracks(session: Session, ids: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Recording and release by track."""
    rows = session.execute(select(TrackRow.id, TrackRow.recording_id, TrackRow.release_id).where(TrackRow.id.in_(ids)))
    return {row.id: (row.recording_id, row.release_id) for row in rows}


def _sessions(session: Session, actor: Actor, ids: Iterable[str]) -> Mapping[str, Any]:
    """The actor's own sessions among these: somebody else's prove nothing."""
    row = PlaybackSessionRow
    wanted = select(row.id, row.recording_id, row.territory, row.plan, row.started_at, row.renewed_at)
    return {one.id: one for one in session.execute(wanted.where(row.id.in_(ids), row.account_id == actor.account_id))}


def _fact(play: Play, actor: Actor, track: tuple[str, str], sessions: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    recording_id, release_id = track
    proof = sessions.get(play.session_id or "")
    if proof is not None and proof.recording_id != recording_id:
        proof = None
    return {
        "id": new_id(), "account_id": actor.account_id, "event_id": play.event_id, "track_id": play.track_id,
        "recording_id": recording_id, "release_id": release_id, "started_at": play.started_at, "received_at": now,
        "day": play.started_at.astimezone(UTC).date().isoformat(), "played_ms": play.played_ms,
        "session_id": proof.id if proof else None, "client": actor.client or actor.service,
        "territory": proof.territory if proof else actor.territory, "plan": proof.plan if proof else actor.plan,
        "evidence": Evidence.SESSION if proof and lasted(proof) >= play.played_ms else Evidence.CLAIMED,
    }  # fmt: skip


def lasted(proof: Any) -> int:
    """For how many milliseconds at most a session's renewals prove listening: a renewal counts until the next was due.

    When the session was ended proves nothing: that may be told hours later.
    """
    return (proof.renewed_at - proof.started_at + timedelta(seconds=RENEW_SECONDS)) // timedelta(milliseconds=1)


def _memory(play: Play, actor: Actor) -> dict[str, Any]:
    return {
        "id": new_id(), "account_id": actor.account_id, "event_id": play.event_id, "track_id": play.track_id, "played_at": play.started_at,
    }  # fmt: skip


def _insert_new(session: Session, table: type[PlayRow | HistoryRow], rows: Sequence[dict[str, Any]]) -> set[str]:
    """Insert what is not there yet, and return its event ids."""
    if not rows:
        return set()
    # In one order: two batches with the same plays, sent at once, never wait for each other.
    new = (
        insert(session, table)
        .values(sorted(rows, key=lambda row: row["event_id"]))
        .on_conflict_do_nothing(index_elements=["account_id", "event_id"])
    )
    return set(session.scalars(new.returning(table.event_id)))
