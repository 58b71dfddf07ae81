"""Rows in an order of their own: where one is put, the others are left alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from apps.core.playlists.models import PlaylistFolderRow, PlaylistMemberRow, PlaylistTrackRow
from apps.core.playlists.rules import GAP, between

Ordered = type[PlaylistTrackRow | PlaylistFolderRow | PlaylistMemberRow]
Conditions = Sequence[ColumnElement[bool]]


def last_key(session: Session, table: Ordered, siblings: Conditions) -> int:
    return session.scalar(select(func.max(table.position)).where(*siblings)) or 0


def key_at(
    session: Session, table: Ordered, key: InstrumentedAttribute[str], siblings: Conditions, moved: str, number: int | None,
    seen: Conditions = (),
) -> int:  # fmt: skip
    """The key with which this row, counted among its siblings or not yet, has that number; at the end without one.

    Only siblings that are `seen` are counted. Where there is no room left all are given keys anew. Whoever asks holds a lock by which
    others wait.
    """
    if number is not None:
        found = _neighbours(session, table, key, (*siblings, *seen, key != moved), number)
        if found is not None:
            room = between(*found)
            if room is None:
                _renumber(session, table, key, siblings)
                return key_at(session, table, key, siblings, moved, number, seen)
            return room
    return last_key(session, table, (*siblings, key != moved)) + GAP


def _neighbours(
    session: Session, table: Ordered, key: InstrumentedAttribute[str], others: Conditions, number: int
) -> tuple[int | None, int | None] | None:  # fmt: skip
    """The keys between which it comes; None beyond the end."""
    wanted = select(table.position).where(*others).order_by(table.position, key)
    if number == 1:
        first = session.scalars(wanted.limit(1)).all()
        return (None, first[0]) if first else None
    both = session.scalars(wanted.offset(number - 2).limit(2)).all()
    return (both[0], both[1]) if len(both) == 2 else None


def _renumber(session: Session, table: Ordered, key: InstrumentedAttribute[str], siblings: Conditions) -> None:
    number: Any = func.row_number().over(order_by=(table.position, key))
    counted = select(key.label("row"), number.label("number")).where(*siblings).subquery()
    anew = update(table).where(key == counted.c.row, *siblings).values(position=counted.c.number * GAP)
    session.execute(anew, execution_options={"synchronize_session": False})
    for row in session:
        if isinstance(row, table):
            session.expire(row, ["position"])  # or a key that is new to the database, and not to the session, would not be written
