"""Whose cover an uploaded picture becomes, and taking it away again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from apps.core.catalogue.version import touch
from apps.core.contract.pictures import PictureSubject, own_cover
from apps.core.outbox import Events
from apps.core.pictures.models import TABLES, PictureRow
from apps.core.playlists.changing import changed
from apps.core.playlists.models import PlaylistRow


def show(session: Session, events: Events, row: PictureRow, of: PictureSubject, colour: str, now: datetime) -> None:
    """The newest picture, which is prepared."""
    assert row.picture_id is not None
    row.shown_id = row.picture_id
    _set_cover(session, events, of, row.subject_id, own_cover(row.picture_id), colour, now)


def take_away(session: Session, events: Events, of: PictureSubject, subject_id: str, now: datetime, reason: str | None = None) -> None:
    """What shows, and what waits to; the files go with the next housekeeping."""
    row = session.get(PictureRow, subject_id)
    if row is None:
        return
    shown = row.shown_id
    if reason is None or row.picture_id or shown:
        row.refusal = reason
    row.picture_id = row.shown_id = None
    if shown is not None:
        _set_cover(session, events, of, subject_id, None, None, now)


def _set_cover(
    session: Session, events: Events, of: PictureSubject, subject_id: str, key: str | None, colour: str | None, now: datetime
) -> None:  # fmt: skip
    set_to: dict[str, Any] = {"cover": key}
    if of is PictureSubject.RELEASE:
        set_to["colour"] = colour
    session.execute(update(TABLES[of]).where(TABLES[of].id == subject_id).values(set_to), execution_options={"synchronize_session": False})
    if of is PictureSubject.PLAYLIST:
        changed(session, session.get_one(PlaylistRow, subject_id), events, now)
    else:
        touch(session)
