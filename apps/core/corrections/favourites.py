"""Favourites that go where what was kept has gone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from apps.core.database import IdColumn, insert


def have_favourites_follow(session: Session, subject: InstrumentedAttribute[str], kept_id: str, other_id: str) -> None:
    """Whoever has kept the one has kept the other, too, since the same moment; `subject` is the favourites' column."""
    row: Any = subject.class_
    kept = select(row.account_id, literal(other_id, IdColumn()), row.added_at).where(subject == kept_id)
    session.execute(insert(session, row).from_select(["account_id", subject.key, "added_at"], kept).on_conflict_do_nothing())
