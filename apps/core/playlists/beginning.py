"""A new playlist in somebody's library."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from apps.core.contract.actions import Actor
from apps.core.contract.ids import new_id
from apps.core.contract.playlist_files import ImportPlaylist
from apps.core.contract.playlists import CreatePlaylist, PlaylistRole
from apps.core.contract.smart import CreateSmartPlaylist
from apps.core.outbox import Events
from apps.core.playlists.changing import changed
from apps.core.playlists.models import PlaylistRow
from apps.core.playlists.placing import check_folder, join, lock_library

Begun = CreatePlaylist | CreateSmartPlaylist | ImportPlaylist


def begin(session: Session, events: Events, actor: Actor, asked: Begun, now: datetime, rule: bytes | None = None) -> PlaylistRow:
    """Their own, the last in its folder. Raises `NotFound` for the folder, `Conflict` where the library is full."""
    lock_library(session, actor)
    check_folder(session, actor, asked.folder_id)
    row = PlaylistRow(
        id=new_id(), owner_id=actor.account_id, title=asked.title, description=asked.description, visibility=asked.visibility,
        created_at=now, changed_at=now, rule=rule,
    )  # fmt: skip
    session.add(row)
    changed(session, row, events, now)
    session.flush()
    join(session, row.id, actor, PlaylistRole.OWNER, asked.folder_id, now)
    return row
