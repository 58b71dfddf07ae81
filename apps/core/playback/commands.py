"""Publishing audio, and starting, keeping and ending playback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.catalogue.changes import changed
from apps.core.catalogue.models import RecordingRow
from apps.core.catalogue.version import touch
from apps.core.contract.actions import Actor, Done
from apps.core.contract.codec import encoder
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.intake import FileStatus
from apps.core.contract.jobs import TranscodeWork
from apps.core.contract.playback import (
    PREVIEW,
    PREVIEW_SOURCE,
    RENEW_SECONDS,
    SESSION_SECONDS,
    Audio,
    EndPlayback,
    MediaFile,
    PlaybackSession,
    RecordFingerprint,
    RecordPreview,
    RecordTranscode,
    Rendition,
    RenewPlayback,
    SessionLease,
    StartPlayback,
)
from apps.core.database import FOR_CHANGE, insert
from apps.core.intake.linking import keep_fingerprint, link, lock_alike
from apps.core.intake.models import DeliveredFileRow
from apps.core.jobs.holding import finish, held_work, work_of
from apps.core.outbox import Events
from apps.core.playback.models import AudioRow, PlaybackSessionRow, RenditionRow, StreamSlotRow
from apps.core.playback.publishing import publish
from apps.core.playback.refusals import not_on_plan, refuse_what_cannot_be_heard
from apps.core.playback.rules import URL_MARGIN, StoredFile, beginning_of, check_preview, check_renditions, stored_file, whole_files
from apps.core.playback.slots import session_over, take_slot
from apps.core.playback.statements import NEW_SESSION, PLAYABLE, PREVIEW_RENDITION
from apps.core.rights.offers import here_on
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock
from ports.storage.interface import Storage

SESSION = timedelta(seconds=SESSION_SECONDS)


@handles(RecordFingerprint)
def record_fingerprint(action: RecordFingerprint, session: Session) -> Done:
    _, work = held_work(session, action.job_id, action.lease, TranscodeWork)
    content = {"recording_id": work.recording_id, "content_hash": work.content_hash}
    keep_fingerprint(session, content, action.fingerprint, action.duration_ms)
    return Done()


@handles(RecordTranscode)
def record_transcode(action: RecordTranscode, session: Session, events: Events, clock: Clock) -> Done:
    subject = work_of(session, action.job_id)
    if isinstance(subject, TranscodeWork):
        lock_alike(session, subject.recording_id)
    job, work = held_work(session, action.job_id, action.lease, TranscodeWork)
    check_renditions(action.renditions)
    now, content = clock.now(), {"recording_id": work.recording_id, "content_hash": work.content_hash}
    for table in (RenditionRow, AudioRow):
        session.execute(delete(table).filter_by(**content))
    files = encoder.encode(whole_files(action.renditions))
    has_preview = any(one.name == PREVIEW for one in action.renditions)
    session.add(AudioRow(**content, facts=encoder.encode(action.audio), files=files, has_preview=has_preview, created_at=now))
    for one in action.renditions:
        facts = encoder.encode(one)
        session.add(RenditionRow(**content, name=one.name, key=one.key, bit_rate=one.bit_rate, size=one.size, facts=facts))
    finish(job)
    session.flush()
    # The recording is locked: no release that brings it newer content is being written meanwhile.
    if _newest_content(session, work.recording_id) == work.content_hash:
        shown = publish(session, events, {work.recording_id: work.content_hash}, now)
        heard = {"refusal": None, "duration_ms": action.audio.duration_ms}
        session.execute(update(RecordingRow).where(RecordingRow.id == work.recording_id).values(heard))
        linked = link(session, work.recording_id, work.content_hash)
        changed(session, [*shown, *linked])
    return Done()


@handles(RecordPreview)
def record_preview(action: RecordPreview, session: Session) -> Done:
    content = {"recording_id": action.recording_id, "content_hash": action.content_hash}
    audio = session.get(AudioRow, tuple(content.values()), with_for_update=FOR_CHANGE)
    facts = session.scalar(select(RenditionRow.facts).filter_by(**content, name=PREVIEW_SOURCE))
    if audio is None or facts is None or msgspec.json.decode(facts, type=Rendition).sha256 != action.source_sha256:
        return Done()
    if action.preview is not None:
        one = action.preview
        check_preview(one)
        row = {"name": one.name, "key": one.key, "bit_rate": one.bit_rate, "size": one.size, "facts": encoder.encode(one)}
        session.execute(insert(session, RenditionRow).values(**content, **row).on_conflict_do_nothing())
        touch(session)
    audio.has_preview = action.preview is not None
    return Done()


def _newest_content(session: Session, recording_id: str) -> str | None:
    """A transcode that was overtaken by a newer delivery is kept, not heard."""
    row = DeliveredFileRow
    accepted = select(row.content_hash).where(row.recording_id == recording_id, row.status == FileStatus.ACCEPTED)
    return session.scalar(accepted.order_by(row.id.desc()).limit(1))


@handles(StartPlayback)
def start_playback(
    action: StartPlayback, actor: Actor, connection: Connection, clock: Clock, storage: Storage, plans: Plans
) -> PlaybackSession:
    now = clock.now()
    entitlement = plans.entitlement(actor.plan, actor.account_id)
    parameters = {**here_on(entitlement, actor.territory, now), "track_id": action.track_id}
    found = connection.execute(PLAYABLE, parameters).first()
    if found is None:
        raise NotFound("There is no such track.", "It may have been withdrawn; look for it again.")
    refuse_what_cannot_be_heard(found)
    heard = Heard(audio_decoder.decode(found.facts), files_decoder.decode(found.files)) if found.allowed else _beginning(connection, found)
    row = {
        "id": new_id(), "account_id": actor.account_id, "device": action.device, "track_id": action.track_id,
        "recording_id": found.recording_id, "content_hash": found.content_hash, "territory": actor.territory, "plan": actor.plan,
        "preview": not found.allowed, "started_at": now, "renewed_at": now, "expires_at": now + SESSION,
        "urls_expire_at": now + timedelta(milliseconds=heard.audio.duration_ms) + URL_MARGIN, "proved_ms": 0,
    }  # fmt: skip
    connection.execute(NEW_SESSION, row)
    take_slot(connection, row, entitlement.streams, now, take_over=action.take_over)
    return _as_session(row, found, heard, storage)


class Heard(NamedTuple):
    audio: Audio
    files: Sequence[StoredFile]


def _beginning(connection: Connection, found: Any) -> Heard:
    """Raises `PlaybackRefused` where there is no preview."""
    content = {"recording_id": found.recording_id, "content_hash": found.content_hash}
    facts = connection.scalar(PREVIEW_RENDITION, content)
    if facts is None:
        raise not_on_plan(found.title)
    preview = msgspec.json.decode(facts, type=Rendition)
    return Heard(beginning_of(audio_decoder.decode(found.facts), preview), [stored_file(preview)])


def _as_session(row: Mapping[str, Any], found: Any, heard: Heard, storage: Storage) -> PlaybackSession:
    files = tuple(
        MediaFile(one.name, storage.signed_url(one.key, row["urls_expire_at"]), one.content_type, one.codecs, one.bit_rate, one.size)
        for one in heard.files
    )
    return PlaybackSession(
        id=row["id"], track_id=row["track_id"], release_id=found.release_id, title=found.title, artist=found.artist,
        release_title=found.release_title, cover=found.cover, duration_ms=heard.audio.duration_ms, preview=row["preview"],
        audio=heard.audio, files=files, renew_every=RENEW_SECONDS, expires_at=row["expires_at"], urls_expire_at=row["urls_expire_at"],
    )  # fmt: skip


audio_decoder, files_decoder = msgspec.json.Decoder(Audio), msgspec.json.Decoder(tuple[StoredFile, ...])


@handles(RenewPlayback)
def renew_playback(action: RenewPlayback, actor: Actor, session: Session, clock: Clock) -> SessionLease:
    row = _own_session(session, action.session_id, actor)
    now = clock.now()
    slot = session.scalar(select(StreamSlotRow).where(StreamSlotRow.session_id == row.id).with_for_update())
    if row.ended_at is not None or slot is None:
        raise session_over()
    row.renewed_at, row.expires_at, slot.leased_until = now, now + SESSION, now + SESSION
    return SessionLease(row.expires_at)


@handles(EndPlayback)
def end_playback(action: EndPlayback, actor: Actor, session: Session, clock: Clock) -> Done:
    row = _own_session(session, action.session_id, actor)
    session.execute(delete(StreamSlotRow).where(StreamSlotRow.session_id == row.id))
    now = clock.now()
    row.ended_at = min(row.ended_at or now, now)
    return Done()


def _own_session(session: Session, session_id: str, actor: Actor) -> PlaybackSessionRow:
    row = session.get(PlaybackSessionRow, session_id)
    if row is None or row.account_id != actor.account_id:
        raise NotFound("There is no such playback session.", "Start playing again.")
    return row
