"""The picture a release comes with: which one is meant, and its way to becoming the cover."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from apps.core.catalogue.models import CoverRow, ReleaseRow, TrackRow
from apps.core.contract.intake import DeliveryStatus, DraftPicture, ReceivedPicture, Tags
from apps.core.contract.jobs import CoverWork
from apps.core.database import fetch
from apps.core.intake.models import DeliveredFileRow, DeliveredReleaseRow, DeliveryRow
from apps.core.intake.rules import TaggedFile, commonest, first_with_picture
from apps.core.jobs.work import ask_for
from apps.core.outbox import Events


def picture_of(connection: Connection, source: str, identity: str, files: Sequence[Any]) -> DraftPicture | None:
    """The picture that lies beside most of the release's files, unless it lies beside more files of others; else the first one inside."""
    beside = {row.picture_path: row for row in files if row.picture_path}
    path = commonest([row.picture_path for row in files if row.picture_path])
    if path and _is_of(connection, source, identity, path):
        return DraftPicture(path, beside[path].picture_size, None)
    tagged = [TaggedFile(row.id, row.path, msgspec.json.decode(row.tags, type=Tags)) for row in files]
    inside = first_with_picture(tagged)
    return DraftPicture(inside.path, next(row.size for row in files if row.id == inside.id), inside.id) if inside else None


def take_picture(
    session: Session, events: Events, release: ReleaseRow, delivered: DeliveredReleaseRow, received: ReceivedPicture | None,
    paths: Set[str], now: datetime,
) -> None:  # fmt: skip
    """Have the picture become the cover; what the release has stays until it is ready, and where it is refused.

    Files (by their paths) that are only some of the release's do not take its cover away by having none, and do not change it by what is
    inside one of them.
    """
    whole = len(paths) >= (session.scalar(select(func.count()).where(TrackRow.release_id == release.id)) or 0)
    if received is None:
        if whole:
            release.picture = release.cover = release.colour = None
        return
    if release.picture and not whole and received.path in paths:
        return
    delivered.picture_path, delivered.picture_hash = received.path, received.content_hash or None
    if received.refusal or not received.content_hash:
        delivered.picture_refusal = received.refusal or "Its content did not arrive."
        return
    release.picture = received.content_hash
    made = session.get(CoverRow, (release.id, received.content_hash))
    if made is not None:
        release.cover, release.colour = made.key, made.colour
        return
    work = CoverWork(release.id, received.key, received.content_hash)
    ask_for(session, events, {f"{release.id}/{received.content_hash}": work}, now)


def _is_of(connection: Connection, source: str, identity: str, path: str) -> bool:
    """Whether more than half of the files that it lies beside are this release's: a folder of many releases has no picture of one."""
    file, release = DeliveredFileRow, DeliveredReleaseRow
    beside = (
        select(release.identity, func.count(file.path.distinct()).label("files"))
        .join(release, release.id == file.delivered_release_id)
        .join(DeliveryRow, DeliveryRow.id == file.delivery_id)
        .where(file.picture_path == path, DeliveryRow.source == source, DeliveryRow.status != DeliveryStatus.OPEN)
        .group_by(release.identity)
    )
    counts = {row.identity: row.files for row in fetch(connection, beside)}
    return 2 * counts.get(identity, 0) > sum(counts.values())
