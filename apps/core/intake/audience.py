"""Whom an imported folder is for: every account, or subscribers only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from apps.core.contract.ids import Id
from apps.core.contract.intake import DeliveryStatus
from apps.core.contract.paging import Cursor, decode_cursor, encode_cursor
from apps.core.database import FOR_CHANGE
from apps.core.intake.models import DeliveredReleaseRow, DeliveryRow

MOVED_AT_ONCE = 50
"""Releases; while they move, nobody else writes on SQLite."""


class Some(NamedTuple):
    release_ids: Sequence[str]
    next: Cursor | None


def is_for_subscribers(session: Session, source: str) -> bool:
    """As the newest delivery of the folder is; a new folder is for every account."""
    newest = select(DeliveryRow.subscribers_only).where(*_of_folder(source)).order_by(DeliveryRow.id.desc()).limit(1)
    return session.scalar(newest) or False


def set_audience(session: Session, source: str, *, subscribers_only: bool) -> None:
    """For what its deliveries have still to bring, those too that are not complete yet."""
    differs = DeliveryRow.source == source, DeliveryRow.subscribers_only != subscribers_only
    # In one order, so that of two at once one waits for the other.
    ids = session.scalars(select(DeliveryRow.id).where(*differs).order_by(DeliveryRow.id).with_for_update(**FOR_CHANGE)).all()
    session.execute(update(DeliveryRow).where(DeliveryRow.id.in_(ids)).values(subscribers_only=subscribers_only))


def some_of_folder(session: Session, source: str, cursor: Cursor | None) -> Some:
    """Releases that one delivery of the folder has brought, from the cursor on: by an index, however many there are."""
    delivery_id, identity = decode_cursor(cursor, tuple[Id, str]) if cursor else (None, "")
    deliveries = select(DeliveryRow.id).where(*_of_folder(source)).order_by(DeliveryRow.id).limit(2)
    found = session.scalars(deliveries if delivery_id is None else deliveries.where(DeliveryRow.id >= delivery_id)).all()
    if not found:
        return Some((), None)
    row = DeliveredReleaseRow
    brought = select(row.identity, row.release_id).where(row.delivery_id == found[0], row.identity > identity)
    rows = session.execute(brought.order_by(row.identity).limit(MOVED_AT_ONCE)).all()
    ids = [release_id for _, release_id in rows if release_id is not None]
    if len(rows) == MOVED_AT_ONCE:
        return Some(ids, encode_cursor(found[0], rows[-1].identity))
    return Some(ids, encode_cursor(found[1], "") if len(found) > 1 else None)


def _of_folder(source: str) -> tuple[ColumnElement[bool], ...]:
    return DeliveryRow.source == source, DeliveryRow.status != DeliveryStatus.OPEN
