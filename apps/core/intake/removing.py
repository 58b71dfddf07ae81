"""Files that are gone from the folder they came from, and the tracks that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session, aliased

from apps.core.catalogue.models import OWN_RECORDING, TrackRow
from apps.core.contract.intake import DeliveryStatus, FileStatus
from apps.core.database import FOR_CHANGE
from apps.core.intake.models import DeliveredFileRow, DeliveredReleaseRow, DeliveryRow
from apps.core.intake.placing import hide_what_is_left_empty
from apps.core.rights.following import follow_releases, lock_releases


def remove_files(session: Session, source: str, paths: Sequence[str], now: datetime) -> Sequence[str]:
    """Forget the files, and hide each track of which no other file is left; returns the release of each that was hidden."""
    row = DeliveredFileRow
    brought = (
        select(row.id, row.recording_id, DeliveredReleaseRow.release_id)
        .join(DeliveryRow, DeliveryRow.id == row.delivery_id)
        .outerjoin(DeliveredReleaseRow, DeliveredReleaseRow.id == row.delivered_release_id)
        .where(DeliveryRow.source == source, DeliveryRow.status != DeliveryStatus.OPEN, row.path.in_(paths), row.removed_at.is_(None))
    )
    gone = session.execute(brought.order_by(row.id)).all()
    session.execute(update(row).where(row.id.in_([one.id for one in gone])).values(removed_at=now))
    releases = {one.release_id for one in gone if one.release_id}
    # As whoever writes them does: the releases first, in one order.
    lock_releases(session, releases)
    recordings = {one.recording_id for one in gone if one.recording_id}
    touched = TrackRow.release_id.in_(releases) & OWN_RECORDING.in_(recordings) & TrackRow.hidden_at.is_(None)
    hidden = session.scalars(select(TrackRow).where(touched, ~_has_a_file()).order_by(TrackRow.id).with_for_update(**FOR_CHANGE)).all()
    for track in hidden:
        track.hidden_at = now
    session.flush()
    follow_releases(session, releases, now)
    of_releases = [track.release_id for track in hidden]
    hide_what_is_left_empty(session, set(of_releases))
    return of_releases


def _has_a_file() -> ColumnElement[bool]:
    file, release = aliased(DeliveredFileRow), aliased(DeliveredReleaseRow)
    return exists(
        select(file.id)
        .join(release, release.id == file.delivered_release_id)
        .where(file.recording_id == OWN_RECORDING, release.release_id == TrackRow.release_id)
        .where(file.status == FileStatus.ACCEPTED, file.removed_at.is_(None))
        .correlate(TrackRow)
    )
