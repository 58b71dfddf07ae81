"""Publishing audio, and starting, keeping and ending playback."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.catalogue.version import touch
from apps.core.contract.actions import Actor, Done
from apps.core.contract.catalogue import ReleasePublished
from apps.core.contract.codec import encoder
from apps.core.contract.errors import NotFound, PlaybackRefused
from apps.core.contract.jobs import TranscodeWork
from apps.core.contract.playback import (
    RENEW_SECONDS,
    SESSION_SECONDS,
    Audio,
    EndPlayback,
    MediaFile,
    PlaybackSession,
    RecordingPublished,
    RecordTranscode,
    Rendition,
    RenewPlayback,
    SessionLease,
    StartPlayback,
)
from apps.core.database import insert
from apps.core.jobs.commands import finish, held_job
from apps.core.jobs.work import work_decoder
from apps.core.outbox import Events
from apps.core.playback.models import AudioRow, PlaybackSessionRow, PublishedRenditionRow, RenditionRow, StreamSlotRow
from apps.core.playback.rules import URL_MARGIN, check_renditions
from apps.core.playback.slots import take_slot, took_over
from apps.core.playback.statements import PLAYABLE
from apps.core.rights.offers import here_on
from apps.core.rights.plans import plan_of
from ports.clock.interface import Clock
from ports.storage.interface import Storage

SESSION = timedelta(seconds=SESSION_SECONDS)


@handles(RecordTranscode)
def record_transcode(action: RecordTranscode, session: Session, events: Events, clock: Clock) -> Done:
    job = held_job(session, action.job_id, action.lease)
    work = work_decoder().decode(job.work)
    assert isinstance(work, TranscodeWork)
    check_renditions(action.renditions)
    now, content = clock.now(), {"recording_id": work.recording_id, "content_hash": work.content_hash}
    for table in (RenditionRow, AudioRow):
        session.execute(delete(table).filter_by(**content))
    session.add(AudioRow(**content, facts=encoder.encode(action.audio), created_at=now))
    for one in action.renditions:
        facts = encoder.encode(one)
        session.add(RenditionRow(**content, name=one.name, key=one.key, bit_rate=one.bit_rate, size=one.size, facts=facts))
    _publish(session, events, work, action.audio, now)
    finish(job)
    return Done()


def _publish(session: Session, events: Events, work: TranscodeWork, audio: Audio, now: datetime) -> None:
    """Switch what is heard, all at once, and show the releases it completes the first track of."""
    switched = {"content_hash": work.content_hash, "published_at": now}
    published = insert(session, PublishedRenditionRow).values(recording_id=work.recording_id, **switched)
    session.execute(published.on_conflict_do_update(index_elements=[PublishedRenditionRow.recording_id], set_=switched))
    facts = {"refusal": None, "duration_ms": audio.duration_ms}
    session.execute(update(RecordingRow).where(RecordingRow.id == work.recording_id).values(facts))
    events.emit(RecordingPublished(work.recording_id))
    holding = select(TrackRow.release_id).where(TrackRow.recording_id == work.recording_id)
    for release in session.scalars(select(ReleaseRow).where(ReleaseRow.published_at.is_(None), ReleaseRow.id.in_(holding))):
        release.published_at = now
        events.emit(ReleasePublished(release.id))
    touch(session)


@handles(StartPlayback)
def start_playback(action: StartPlayback, actor: Actor, session: Session, clock: Clock, storage: Storage) -> PlaybackSession:
    now, plan = clock.now(), plan_of(actor.plan, actor.account_id)
    parameters = {**here_on(plan, actor.territory, now), "track_id": action.track_id}
    found = session.execute(PLAYABLE, parameters).first()
    if found is None:
        raise NotFound("There is no such track.", "It may have been withdrawn; look for it again.")
    _refuse_what_may_not_be_played(found)
    audio = msgspec.json.decode(found.facts, type=Audio)
    row = PlaybackSessionRow(
        account_id=actor.account_id, device=action.device, track_id=action.track_id, recording_id=found.recording_id,
        content_hash=found.content_hash, territory=actor.territory, plan=actor.plan, started_at=now, renewed_at=now,
        expires_at=now + SESSION, urls_expire_at=now + timedelta(milliseconds=audio.duration_ms) + URL_MARGIN,
    )  # fmt: skip
    session.add(row)
    session.flush()
    take_slot(session, row, plan.streams, now, take_over=action.take_over)
    return _as_session(session, row, found, audio, storage)


def _refuse_what_may_not_be_played(found: Any) -> None:
    if not found.visible:
        raise PlaybackRefused(
            f"“{found.title}” is not offered in your country at the moment.", "Try another release.", {"reason": "not_offered"}
        )
    if not found.allowed:
        raise PlaybackRefused(f"Your plan does not include “{found.title}”.", "Choose a plan that does.", {"reason": "not_offered"})
    if found.content_hash is None:
        why = found.refusal or "Its audio is still being prepared."
        raise PlaybackRefused(f"“{found.title}” cannot be played yet. {why}", "Try again in a few minutes.", {"reason": "not_ready"})


def _as_session(session: Session, row: PlaybackSessionRow, found: Any, audio: Audio, storage: Storage) -> PlaybackSession:
    mine = select(RenditionRow.facts).filter_by(recording_id=row.recording_id, content_hash=row.content_hash)
    files: list[MediaFile] = []
    for facts in session.scalars(mine.order_by(RenditionRow.bit_rate)):
        one = msgspec.json.decode(facts, type=Rendition)
        url = storage.signed_url(one.key, row.urls_expire_at)
        files.append(MediaFile(one.name, url, one.content_type, one.codecs, one.bit_rate, one.size))
    return PlaybackSession(
        id=row.id, track_id=row.track_id, release_id=found.release_id, title=found.title, artist=found.artist,
        release_title=found.release_title, cover=found.cover, duration_ms=audio.duration_ms, audio=audio, files=tuple(files),
        renew_every=RENEW_SECONDS, expires_at=row.expires_at, urls_expire_at=row.urls_expire_at,
    )  # fmt: skip


@handles(RenewPlayback)
def renew_playback(action: RenewPlayback, actor: Actor, session: Session, clock: Clock) -> SessionLease:
    row = _own_session(session, action.session_id, actor)
    now = clock.now()
    slot = session.scalar(select(StreamSlotRow).where(StreamSlotRow.session_id == row.id).with_for_update())
    if row.ended_at is not None or slot is None:
        raise took_over()
    row.renewed_at, row.expires_at, slot.leased_until = now, now + SESSION, now + SESSION
    return SessionLease(row.expires_at)


@handles(EndPlayback)
def end_playback(action: EndPlayback, actor: Actor, session: Session, clock: Clock) -> Done:
    row = _own_session(session, action.session_id, actor)
    session.execute(delete(StreamSlotRow).where(StreamSlotRow.session_id == row.id))
    if row.ended_at is None:
        row.ended_at = clock.now()
    return Done()


def _own_session(session: Session, session_id: str, actor: Actor) -> PlaybackSessionRow:
    row = session.get(PlaybackSessionRow, session_id)
    if row is None or row.account_id != actor.account_id:
        raise NotFound("There is no such playback session.", "Start playing again.")
    return row
