"""How and where plays were heard, as far as playback sessions and licences prove it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.contract.actions import Actor
from apps.core.contract.ids import HIGHEST_ID
from apps.core.contract.listening import Evidence, Play
from apps.core.contract.playback import RENEW_SECONDS
from apps.core.database import FOR_CHANGE
from apps.core.offline.proving import OfflinePlays, lock_licences
from apps.core.playback.models import PlaybackSessionRow


@dataclass(frozen=True)
class Circumstances:
    """Where and on which plan something was heard, and how well that is proved."""

    territory: str
    plan: str
    preview: bool = False
    session_id: str | None = None
    licence_id: str | None = None
    evidence: Evidence = Evidence.CLAIMED


@dataclass(frozen=True)
class Proofs:
    """The actor's own sessions and licences that a batch of plays names."""

    actor: Actor
    sessions: Mapping[str, PlaybackSessionRow]
    offline: OfflinePlays

    def of(self, play: Play, recording_id: str, now: datetime) -> Circumstances:
        """What there is to say for a play of that recording; time that proves it proves no other."""
        named = [self.sessions[one] for one in dict.fromkeys(play.session_ids) if one in self.sessions]
        sessions = [one for one in named if one.recording_id == recording_id]
        licence = self.offline.licences.get(play.licence_id or "")
        if licence is not None and licence.recording_id != recording_id:
            licence = None
        proved = prove(play.played_ms, sessions, now) or (licence is not None and self.offline.prove(play, licence, now))
        evidence, licence_id = Evidence.SESSION if proved else Evidence.CLAIMED, licence.id if licence else None
        if sessions:
            first = sessions[0]
            return Circumstances(first.territory, first.plan, first.preview, first.id, licence_id, evidence)
        heard = licence or self.actor
        return Circumstances(heard.territory, heard.plan, licence_id=licence_id, evidence=evidence)


def lock_proofs(session: Session, actor: Actor, plays: Sequence[Play]) -> Proofs:
    """Locked in one order, so that of those who send the same plays at once each waits for the one before."""
    sessions = lock_sessions(session, actor, {one for play in plays for one in play.session_ids})
    return Proofs(actor, sessions, lock_licences(session, actor, plays))


def lock_sessions(session: Session, actor: Actor, ids: Collection[str]) -> Mapping[str, PlaybackSessionRow]:
    """The actor's own sessions among these: somebody else's prove nothing."""
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
