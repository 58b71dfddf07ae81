"""Which content of a recording is heard: switched all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from apps.core.catalogue.models import ReleaseRow, TrackRow
from apps.core.contract.catalogue import ReleasePublished
from apps.core.contract.playback import RecordingPublished
from apps.core.database import FOR_CHANGE, insert
from apps.core.intake.linking import loosen
from apps.core.outbox import Events
from apps.core.playback.models import PublishedRenditionRow


def publish(session: Session, events: Events, contents: Mapping[str, str], now: datetime) -> Sequence[str]:
    """Let this content (by recording) be heard from now on, and show the releases that have something to play by it.

    Returns those, and what plays something else by it.
    """
    if not contents:
        return ()
    before = select(PublishedRenditionRow.recording_id, PublishedRenditionRow.content_hash)
    heard = session.execute(before.where(PublishedRenditionRow.recording_id.in_(contents))).all()
    loosened = loosen(session, [one for one, content_hash in heard if content_hash != contents[one]])
    switch = insert(session, PublishedRenditionRow)
    changes = {"content_hash": switch.excluded.content_hash, "published_at": switch.excluded.published_at}
    rows = [{"recording_id": one, "content_hash": content_hash, "published_at": now} for one, content_hash in sorted(contents.items())]
    session.execute(switch.on_conflict_do_update(index_elements=[PublishedRenditionRow.recording_id], set_=changes), rows)
    for recording_id in contents:
        events.emit(RecordingPublished(recording_id))
    playing = select(TrackRow.release_id).where(TrackRow.recording_id.in_(contents))
    return [*loosened, *show_releases(session, events, ReleaseRow.id.in_(playing), now)]


def show_releases(session: Session, events: Events, among: ColumnElement[bool], now: datetime) -> Sequence[str]:
    """Show those of the releases that have a playable track and are not shown yet.

    Returns them, for the Command to note as the last it does but for touching the catalogue.
    """
    track = TrackRow.recording_id == PublishedRenditionRow.recording_id
    ready = exists().where(TrackRow.release_id == ReleaseRow.id, track, TrackRow.hidden_at.is_(None))
    hidden = select(ReleaseRow).where(among, ReleaseRow.published_at.is_(None), ready).order_by(ReleaseRow.id)
    shown = session.scalars(hidden.with_for_update(**FOR_CHANGE)).all()
    for release in shown:
        release.published_at = now
        events.emit(ReleasePublished(release.id))
    return [release.id for release in shown]
