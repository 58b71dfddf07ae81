"""Writing one delivered release into the catalogue: updated where it is known, its recordings linked and not doubled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.catalogue.names import credit_recording, own
from apps.core.catalogue.version import touch
from apps.core.contract.catalogue import ReleasePublished
from apps.core.contract.intake import FileStatus, ReceivedFile, Tags
from apps.core.contract.jobs import TranscodeWork
from apps.core.intake.describing import describe_release, recording_credits
from apps.core.intake.models import DeliveredFileRow, DeliveredReleaseRow, DeliveryRow
from apps.core.intake.rules import TaggedFile, clean_isrc, place
from apps.core.jobs.work import ask_for
from apps.core.outbox import Events
from apps.core.playback.models import PublishedRenditionRow
from apps.core.rights.deals import ensure_own_music_deal


@dataclass(frozen=True)
class Accepted:
    """A file whose content lies in quarantine."""

    row: DeliveredFileRow
    file: TaggedFile
    received: ReceivedFile


def write_files(
    session: Session,
    events: Events,
    delivery: DeliveryRow,
    delivered: DeliveredReleaseRow,
    received: Sequence[ReceivedFile],
    now: datetime,
) -> str | None:
    """Write what was accepted and mark what was refused; returns the release's id, or None where nothing was accepted."""
    accepted = _judge(session, delivered, received)
    if not accepted:
        return None
    release = _release(session, delivery, delivered, now)
    files = [one.file for one in accepted]
    recordings = {one.file.id: _recording(session, delivery, one) for one in accepted}
    _tracks(session, delivery, release, files, recordings)
    describe_release(session, release, files, delivery.source)
    ensure_own_music_deal(session, release.id, now)
    for one in accepted:
        recording = recordings[one.file.id]
        one.row.recording_id, one.row.content_hash, one.row.status = recording.id, one.received.content_hash, FileStatus.ACCEPTED
        _transcode(session, events, recording, one.received, now)
    _publish_what_is_ready(session, events, release, now)
    touch(session)
    return release.id


def _judge(session: Session, delivered: DeliveredReleaseRow, received: Sequence[ReceivedFile]) -> list[Accepted]:
    """Pair each received file with what was delivered; a second file with the same content is refused as a copy."""
    rows = {row.id: row for row in session.scalars(select(DeliveredFileRow).filter_by(delivered_release_id=delivered.id))}
    accepted: dict[str, Accepted] = {}
    for one in received:
        row = rows.get(one.id)
        if row is None or row.tags is None:
            continue
        if one.refusal or not one.content_hash or not one.key:
            row.status, row.refusal = FileStatus.REFUSED, one.refusal or "Its content did not arrive."
        elif (copied := accepted.get(one.content_hash)) is not None:
            row.status, row.refusal = FileStatus.REFUSED, f"It is a copy of {copied.row.path}."
        else:
            accepted[one.content_hash] = Accepted(row, TaggedFile(row.id, row.path, msgspec.json.decode(row.tags, type=Tags)), one)
    return list(accepted.values())


def _release(session: Session, delivery: DeliveryRow, delivered: DeliveredReleaseRow, now: datetime) -> ReleaseRow:
    known = {"deliverer": delivery.deliverer, "identity": delivered.identity}
    release = session.scalar(select(ReleaseRow).filter_by(**known))
    if release is None:
        release = ReleaseRow(**known, type="", title="", title_key="", artist="", added_at=now)
        session.add(release)
        session.flush()
    return release


def _recording(session: Session, delivery: DeliveryRow, one: Accepted) -> RecordingRow:
    """The recording with this ISRC or content; else the one that this path held before; else a new one."""
    tags, content_hash = one.file.tags, one.received.content_hash
    isrc = clean_isrc(tags.isrc)
    recording = _known(session, delivery, isrc or content_hash) or _held_before(session, delivery, one.row)
    if recording is None:
        recording = RecordingRow(deliverer=delivery.deliverer, title="", artist="", duration_ms=0)
        session.add(recording)
    recording.identity, recording.isrc = isrc or content_hash, isrc
    recording.title, recording.artist = one.file.title, one.file.artist
    recording.duration_ms = tags.duration_ms or recording.duration_ms
    recording.genre, recording.p_line = tags.genre or None, tags.copyright or None
    session.flush()
    credit_recording(session, recording.id, recording_credits(one.file))
    if tags.label:
        own(session, recording.id, tags.label)
    return recording


def _known(session: Session, delivery: DeliveryRow, identity: str) -> RecordingRow | None:
    return session.scalar(select(RecordingRow).filter_by(deliverer=delivery.deliverer, identity=identity))


def _held_before(session: Session, delivery: DeliveryRow, row: DeliveredFileRow) -> RecordingRow | None:
    """A file changed in place is the same recording with other tags or other audio."""
    earlier = (
        select(RecordingRow)
        .join(DeliveredFileRow, DeliveredFileRow.recording_id == RecordingRow.id)
        .join(DeliveryRow, DeliveryRow.id == DeliveredFileRow.delivery_id)
        .where(DeliveryRow.source == delivery.source, DeliveredFileRow.path == row.path, DeliveredFileRow.id != row.id)
        .order_by(DeliveredFileRow.id.desc())
        .limit(1)
    )
    return session.scalar(earlier)


def _tracks(
    session: Session,
    delivery: DeliveryRow,
    release: ReleaseRow,
    files: Sequence[TaggedFile],
    recordings: dict[str, RecordingRow],
) -> None:
    """Give each recording its place; a track keeps its id when it moves, even to another release of the same folder."""
    existing = {track.recording_id: track for track in session.scalars(select(TrackRow).filter_by(release_id=release.id))}
    coming = {recording.id for recording in recordings.values()}
    taken = [(track.disc, track.number) for track in existing.values() if track.recording_id not in coming]
    places = place(files, taken)
    for position, track in enumerate(track for track in existing.values() if track.recording_id in coming):
        track.disc, track.number = -1, position  # out of each other's way
    session.flush()
    for file in files:
        recording = recordings[file.id]
        track = existing.get(recording.id)
        if track is None:
            track = _moved(session, delivery, file, recording) or TrackRow(recording_id=recording.id)
            existing[recording.id] = track
        track.release_id, track.title = release.id, file.title
        track.disc, track.number = places[file.id]
        session.add(track)
        session.flush()


def _moved(session: Session, delivery: DeliveryRow, file: TaggedFile, recording: RecordingRow) -> TrackRow | None:
    """The track this path made on another release, when its album tag was changed; a release left empty is no longer shown."""
    earlier = (
        select(DeliveredReleaseRow.release_id)
        .join(DeliveredFileRow, DeliveredFileRow.delivered_release_id == DeliveredReleaseRow.id)
        .join(DeliveryRow, DeliveryRow.id == DeliveredFileRow.delivery_id)
        .where(DeliveryRow.source == delivery.source, DeliveredFileRow.path == file.path, DeliveredFileRow.id != file.id)
        .order_by(DeliveredFileRow.id.desc())
        .limit(1)
    )
    left = session.scalar(earlier)
    track = session.scalar(select(TrackRow).filter_by(release_id=left, recording_id=recording.id)) if left else None
    if track is not None:
        others = select(TrackRow.id).where(TrackRow.release_id == left, TrackRow.id != track.id).limit(1)
        if session.scalar(others) is None:
            session.get_one(ReleaseRow, left).published_at = None
    return track


def _transcode(session: Session, events: Events, recording: RecordingRow, received: ReceivedFile, now: datetime) -> None:
    published = session.get(PublishedRenditionRow, recording.id)
    if published is None or published.content_hash != received.content_hash:
        work = TranscodeWork(recording.id, received.key, received.content_hash)
        ask_for(session, events, work, f"{recording.id}/{received.content_hash}", now)


def _publish_what_is_ready(session: Session, events: Events, release: ReleaseRow, now: datetime) -> None:
    """A release of recordings that were published before is visible at once."""
    ready = select(TrackRow.id).join(PublishedRenditionRow, PublishedRenditionRow.recording_id == TrackRow.recording_id)
    if release.published_at is None and session.scalar(ready.where(TrackRow.release_id == release.id).limit(1)):
        release.published_at = now
        events.emit(ReleasePublished(release.id))
