"""Writing one delivered release into the catalogue: updated where it is known, its recordings linked and not doubled.

However many tracks it has, it takes the same number of statements: a long transaction would keep everybody else waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.catalogue.models import ReleaseRow, TrackRow
from apps.core.contract.ids import new_id
from apps.core.contract.intake import FileStatus, WriteRelease
from apps.core.contract.jobs import TranscodeWork, Work
from apps.core.corrections.overlay import lay_aside, lay_on
from apps.core.database import FOR_CHANGE, insert
from apps.core.intake.covering import take_picture
from apps.core.intake.credits import Separators
from apps.core.intake.describing import describe_release, meet_names, read_credits
from apps.core.intake.judging import Accepted, judge
from apps.core.intake.linking import part, stand_alone
from apps.core.intake.models import DeliveredReleaseRow, DeliveryRow
from apps.core.intake.placing import write_tracks
from apps.core.intake.recordings import Recordings, write_recordings
from apps.core.jobs.work import ask_for
from apps.core.outbox import Events
from apps.core.playback.models import AudioRow, PublishedRenditionRow
from apps.core.playback.publishing import publish, show_releases


class Written(NamedTuple):
    release_id: str
    changed: Sequence[str]
    """Every release that has other names or tracks by it, or is shown or withdrawn: a recording has its names on all that hold it."""


def write_files(
    session: Session, events: Events, delivered: DeliveredReleaseRow, action: WriteRelease, separators: Separators, now: datetime
) -> Written | None:
    """Write what was accepted, but for its deals, and mark what was refused; None where nothing was accepted."""
    delivery = session.get_one(DeliveryRow, delivered.delivery_id)
    accepted = judge(session, delivery, delivered.id, action.files)
    if not accepted:
        return None
    release = _release(session, delivery, delivered, now)
    lay_aside(session, release)
    tracks = session.scalars(select(TrackRow).filter_by(release_id=release.id)).all()
    files = [one.file for one in accepted]
    crediting = read_credits(session, files, separators)
    named = meet_names(session, files, crediting)
    recordings = write_recordings(session, delivery.deliverer, accepted, tracks, named, crediting)
    apart = part(session, [one.id for one in recordings.values()])
    left = write_tracks(session, release, accepted, recordings, tracks)
    describe_release(session, release, {recordings[one.id].id: one for one in files}, delivery.source, named, crediting)
    lay_on(session, release, recordings.values())
    for one in accepted:
        one.row.recording_id, one.row.status = recordings[one.file.id].id, FileStatus.ACCEPTED
    session.flush()
    replayed = _prepare_audio(session, events, accepted, recordings, now)
    take_picture(session, events, release, delivered, action.picture, {file.path for file in files}, now)
    show_releases(session, events, ReleaseRow.id == release.id, now)
    mine = [one.id for one in recordings.values()]
    holding = session.scalars(select(TrackRow.release_id).where(TrackRow.recording_id.in_(mine) | TrackRow.own_recording_id.in_(mine)))
    return Written(release.id, [*left, *apart, *replayed, *holding])


def _release(session: Session, delivery: DeliveryRow, delivered: DeliveredReleaseRow, now: datetime) -> ReleaseRow:
    """Locked: two deliveries of the same release are written one after the other."""
    known = {"deliverer": delivery.deliverer, "identity": delivered.identity}
    blank = {"id": new_id(), **known, "type": "", "title": "", "title_key": "", "artist": "", "added_at": now}
    session.execute(insert(session, ReleaseRow).values(blank).on_conflict_do_nothing())
    return session.scalars(select(ReleaseRow).filter_by(**known).with_for_update(**FOR_CHANGE)).one()


def _prepare_audio(session: Session, events: Events, accepted: Sequence[Accepted], recordings: Recordings, now: datetime) -> Sequence[str]:
    """Content that was prepared before is heard again at once; for other content a job is asked for. Returns what plays other sound."""
    contents = {recordings[one.file.id].id: one.content_hash for one in accepted}
    heard_row, audio = PublishedRenditionRow, AudioRow
    heard = {
        tuple(row)
        for row in session.execute(select(heard_row.recording_id, heard_row.content_hash).where(heard_row.recording_id.in_(contents)))
    }
    prepared = {
        tuple(row) for row in session.execute(select(audio.recording_id, audio.content_hash).where(audio.recording_id.in_(contents)))
    }
    again = {one: content for one, content in contents.items() if (one, content) in prepared - heard}
    alone = stand_alone(session, again)  # what they were linked by was other content
    heard_again = publish(session, events, again, now)
    works: dict[str, Work] = {}
    for one in accepted:
        recording_id = recordings[one.file.id].id
        if (recording_id, one.content_hash) not in prepared:
            works[f"{recording_id}/{one.content_hash}"] = TranscodeWork(recording_id, one.received.key, one.content_hash)
    ask_for(session, events, works, now)
    return [*alone, *heard_again]
