"""Which received files are accepted, and what the same paths brought before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.contract.intake import FileStatus, ReceivedFile, Tags
from apps.core.intake.models import DeliveredFileRow, DeliveredReleaseRow, DeliveryRow
from apps.core.intake.rules import TaggedFile


@dataclass(frozen=True)
class Accepted:
    """A file whose content lies in quarantine."""

    row: DeliveredFileRow
    file: TaggedFile
    received: ReceivedFile
    held_recording_id: str | None
    """What its path held when it was last delivered: a file changed in place is the same recording with other tags or audio."""
    held_release_id: str | None

    @property
    def content_hash(self) -> str:
        return self.received.content_hash


def judge(session: Session, delivery: DeliveryRow, delivered_release_id: str, received: Sequence[ReceivedFile]) -> list[Accepted]:
    """Pair each delivered file with what was received of it, by path; those not accepted are marked with the reason."""
    rows = session.scalars(
        select(DeliveredFileRow).filter_by(delivered_release_id=delivered_release_id).order_by(DeliveredFileRow.path)
    ).all()
    answers, before = {one.id: one for one in received}, _before(session, delivery.source, rows)
    accepted: dict[str, Accepted] = {}
    for row in rows:
        answer, held = answers.get(row.id, ReceivedFile(row.id)), before.get(row.path)
        row.content_hash = answer.content_hash or None
        if reason := _refusal(row, answer, held, accepted.get(answer.content_hash)):
            row.status, row.refusal = FileStatus.REFUSED, reason
            continue
        assert row.tags is not None
        file = TaggedFile(row.id, row.path, msgspec.json.decode(row.tags, type=Tags))
        accepted[answer.content_hash] = Accepted(row, file, answer, held and held.recording_id, held and held.release_id)
    return list(accepted.values())


def _refusal(row: DeliveredFileRow, answer: ReceivedFile, held: Any, twin: Accepted | None) -> str:
    if answer.refusal or not answer.content_hash or not answer.key:
        return answer.refusal or "Its content did not arrive."
    if held is not None and held.id > row.id and _stamp(held) != _stamp(row):
        return "A later delivery brought a newer version of it."
    return f"It is a copy of {twin.row.path}." if twin else ""


def _stamp(file: Any) -> tuple[Any, ...]:
    """What two deliveries of one file agree in where nothing has changed between them: of two at once, either may be written first."""
    return file.content_hash, file.picture_path, file.picture_size, file.picture_modified_ns


def _before(session: Session, source: str, rows: Sequence[DeliveredFileRow]) -> dict[str, Any]:
    """By path: the newest delivered file of the same folder that became a track, and which track."""
    file = DeliveredFileRow
    wanted = (
        select(
            file.path, file.id, file.recording_id, file.content_hash, file.picture_path, file.picture_size, file.picture_modified_ns,
            DeliveredReleaseRow.release_id,
        )
        .join(DeliveryRow, DeliveryRow.id == file.delivery_id)
        .join(DeliveredReleaseRow, DeliveredReleaseRow.id == file.delivered_release_id)
        .where(DeliveryRow.source == source, file.path.in_([row.path for row in rows]), file.recording_id.is_not(None))
    )  # fmt: skip
    return {one.path: one for one in session.execute(wanted.order_by(file.id))}
