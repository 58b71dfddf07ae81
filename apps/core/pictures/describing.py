"""Pictures as the contract has them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, null, select
from sqlalchemy.orm import Session

from apps.core.contract.pictures import Picture, PictureStatus, PictureSubject
from apps.core.pictures.models import TABLES, PictureRow


def statement(of: PictureSubject, subject_id: str) -> Select[*tuple[Any, ...]]:
    subject = TABLES[of]
    # A compilation has no other cover, and that of a playlist or series is kept beside it only where it was uploaded.
    own = case((PictureRow.shown_id.is_not(None), subject.cover), else_=null())
    return (
        select(subject.title, PictureRow.picture_id, PictureRow.shown_id, PictureRow.refusal, own.label("cover"))
        .outerjoin(PictureRow, PictureRow.subject_id == subject.id)
        .where(subject.id == subject_id)
    )


def picture_of(row: Any) -> Picture:
    return Picture(row.title, _status(row), row.refusal or "", row.cover)


def _status(row: Any) -> PictureStatus:
    if row.refusal is not None:
        return PictureStatus.REFUSED
    if row.picture_id is None:
        return PictureStatus.NONE
    return PictureStatus.SHOWN if row.picture_id == row.shown_id else PictureStatus.WAITING


def picture_now(session: Session, of: PictureSubject, subject_id: str) -> Picture:
    """As this transaction has made it."""
    session.flush()
    return picture_of(session.execute(statement(of, subject_id)).one())
