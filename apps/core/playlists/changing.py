"""The one place through which every change of a playlist goes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from apps.core.contract.playlists import PlaylistChanged, Visibility
from apps.core.outbox import Events
from apps.core.playlists.models import PlaylistRow
from apps.core.search.changes import Subject, note_changes

SEARCHED = ("title", "description", "visibility", "deleted_at")
"""What decides whether a playlist is found, and by what."""


def changed(session: Session, row: PlaylistRow, events: Events, now: datetime) -> None:
    """To be called by every Command that changes what a playlist is, or has in it: what is made of playlists elsewhere is told here.

    Before the change is flushed, as it is compared with what was there.
    """
    found_otherwise = _is_found_otherwise(row)
    row.changed_at = now
    events.emit(PlaylistChanged(row.id))
    if found_otherwise:
        note_changes(session, Subject.PLAYLIST, [row.id])


def _is_found_otherwise(row: PlaylistRow) -> bool:
    """Where nobody finds it, or by nothing else, all others need not wait for the number of this change."""
    before = inspect(row).attrs
    public = Visibility.PUBLIC in (row.visibility, *before.visibility.history.deleted)
    return public and any(before[name].history.has_changes() for name in SEARCHED)
