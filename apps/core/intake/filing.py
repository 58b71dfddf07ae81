"""Files are filed under their release as they come, so that no later transaction has to go through all of a delivery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from apps.core.contract.codec import encoder
from apps.core.contract.ids import new_id
from apps.core.contract.intake import TRACKS_PER_RELEASE, DeliveryStatus, FileStatus, FoundFile
from apps.core.corrections.models import SplitFileRow
from apps.core.database import delete_some
from apps.core.intake.models import DeliveredFileRow, DeliveredReleaseRow, DeliveryRow
from apps.core.intake.rules import TaggedFile, release_identity


def file_away(session: Session, delivery: DeliveryRow, files: Sequence[FoundFile]) -> None:
    """Add the files whose path is not in the delivery yet. The delivery's row is locked, so nobody else adds to it meanwhile."""
    row = DeliveredFileRow
    paths = select(row.path).where(row.delivery_id == delivery.id, row.path.in_([file.path for file in files]))
    known = set(session.scalars(paths))
    new = {file.path: file for file in reversed(files) if file.path not in known}
    if not new:
        return
    identities = {path: _identity(file, delivery.source) for path, file in new.items()}
    elsewhere = select(SplitFileRow).where(SplitFileRow.source == delivery.source, SplitFileRow.path.in_(new))
    identities.update({one.path: one.to_identity for one in session.scalars(elsewhere) if one.identity == identities[one.path]})
    releases = _releases(session, delivery.id, {identity for identity in identities.values() if identity})
    session.execute(insert(row), [_row(delivery.id, file, releases.get(identities[path] or "")) for path, file in new.items()])


def refuse_overlong(session: Session, delivery_id: str, now: datetime) -> None:
    """Nobody's release has this many tracks: it is a heap of files that say nothing about themselves."""
    row = DeliveredFileRow
    counted = select(row.delivered_release_id).where(row.delivery_id == delivery_id, row.delivered_release_id.is_not(None))
    overlong = session.scalars(counted.group_by(row.delivered_release_id).having(func.count() > TRACKS_PER_RELEASE)).all()
    if overlong:
        reason = f"More than {TRACKS_PER_RELEASE:,} files would make up its release: put them into folders, or give them album tags."
        session.execute(update(row).where(row.delivered_release_id.in_(overlong)).values(status=FileStatus.REFUSED, refusal=reason))
        session.execute(update(DeliveredReleaseRow).where(DeliveredReleaseRow.id.in_(overlong)).values(written_at=now))


def drop_abandoned_delivery(session: Session, before: datetime, most: int) -> bool:
    """Drop at most so many files of one delivery; returns whether more may be left.

    Whoever recorded them was stopped half-way; nothing of them was ever copied or shown.
    """
    abandoned = select(DeliveryRow).where(DeliveryRow.status == DeliveryStatus.OPEN, DeliveryRow.created_at < before)
    delivery = session.scalar(abandoned.limit(1).with_for_update(skip_locked=True))
    if delivery is None:
        return False
    tables = DeliveredFileRow, DeliveredReleaseRow
    if not any(delete_some(session, table, table.delivery_id == delivery.id, most) for table in tables):
        session.delete(delivery)
    return True


def _identity(file: FoundFile, source: str) -> str | None:
    """None where the file is refused on sight."""
    return release_identity(TaggedFile("", file.path, file.tags), source) if file.tags and not file.refusal else None


def _releases(session: Session, delivery_id: str, identities: set[str]) -> dict[str, str]:
    """The delivered releases' ids by identity; those not met before are made."""
    row = DeliveredReleaseRow
    known = select(row.identity, row.id).where(row.delivery_id == delivery_id, row.identity.in_(identities))
    found: dict[str, str] = {one.identity: one.id for one in session.execute(known)}
    missing = {identity: new_id() for identity in identities - set(found)}
    if missing:
        rows = [{"id": release_id, "delivery_id": delivery_id, "identity": identity} for identity, release_id in missing.items()]
        session.execute(insert(row), rows)
    return found | missing


def _row(delivery_id: str, file: FoundFile, release_id: str | None) -> dict[str, Any]:
    picture = file.picture
    return {
        "id": new_id(), "delivery_id": delivery_id, "path": file.path, "size": file.size, "modified_ns": file.modified_ns,
        "tags": encoder.encode(file.tags) if file.tags else None, "delivered_release_id": release_id,
        "picture_path": picture.path if picture else None, "picture_size": picture.size if picture else None,
        "picture_modified_ns": picture.modified_ns if picture else None,
        "status": FileStatus.WAITING if release_id else FileStatus.REFUSED,
        "refusal": None if release_id else file.refusal or "It says nothing about itself: it was recorded without tags.",
    }  # fmt: skip
