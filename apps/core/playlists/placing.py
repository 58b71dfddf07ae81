"""Where somebody keeps their playlists."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from apps.core.accounts.models import AccountRow
from apps.core.contract.actions import Actor
from apps.core.contract.errors import Conflict, NotFound
from apps.core.contract.playlists import DEEPEST_FOLDER, MOST_PLAYLISTS, PlaylistRole
from apps.core.database import FOR_CHANGE
from apps.core.playlists.models import PlaylistFolderRow, PlaylistMemberRow, PlaylistRow
from apps.core.playlists.ordering import last_key
from apps.core.playlists.rules import GAP, Parents

Placed = type[PlaylistFolderRow | PlaylistMemberRow]


def lock_library(session: Session, actor: Actor) -> None:
    """Whoever arranges the same library at the same moment waits: two moves at once would put folders into each other."""
    session.execute(select(AccountRow.id).where(AccountRow.id == actor.account_id).with_for_update(**FOR_CHANGE))


def parents_of(session: Session, actor: Actor) -> Parents:
    """All of the actor's folders."""
    row = PlaylistFolderRow
    wanted = select(row.id, row.parent_id).where(row.account_id == actor.account_id)
    return {one.id: one.parent_id for one in session.execute(wanted)}


def check_folder(session: Session, actor: Actor, folder_id: str | None) -> None:
    """Raises `NotFound` where it is not one of the actor's."""
    if folder_id is not None and folder_id not in parents_of(session, actor):
        raise no_such_folder()


def no_such_folder() -> NotFound:
    return NotFound("There is no such folder.", "It may have been removed; what was in it is in the one around it.")


def join(session: Session, playlist_id: str, actor: Actor, role: PlaylistRole, folder_id: str | None, now: datetime) -> None:
    """Keep a playlist in the actor's library, the last of all. Raises `Conflict` where that is full."""
    check_room(session, actor)
    mine = PlaylistMemberRow.account_id == actor.account_id
    member = {"playlist_id": playlist_id, "account_id": actor.account_id, "folder_id": folder_id, "joined_at": now}
    session.add(PlaylistMemberRow(**member, role=role, position=last_key(session, PlaylistMemberRow, (mine,)) + GAP))


def check_room(session: Session, actor: Actor) -> None:
    """Raises `Conflict` where the library is full; what was deleted takes no room, or deleting something would make none."""
    there = select(func.count()).join(PlaylistRow, PlaylistRow.id == PlaylistMemberRow.playlist_id).select_from(PlaylistMemberRow)
    number = session.scalar(there.where(PlaylistMemberRow.account_id == actor.account_id, PlaylistRow.deleted_at.is_(None))) or 0
    if number >= MOST_PLAYLISTS:
        raise Conflict(
            "A library holds %(most)s playlists, and yours is full.", "Delete one that you need no more.", most=f"{MOST_PLAYLISTS:,}"
        )


def folder_of(session: Session, actor: Actor, folder_id: str) -> PlaylistFolderRow:
    row = session.get(PlaylistFolderRow, folder_id)
    if row is None or row.account_id != actor.account_id:
        raise no_such_folder()
    return row


def check_depth(deep: int) -> None:
    if deep > DEEPEST_FOLDER:
        raise Conflict("Folders lie at most %(most)s deep in one another.", "Put it into one further out.", most=DEEPEST_FOLDER)


def empty_folder(session: Session, actor: Actor, folder_id: str, parent_id: str | None) -> None:
    """Move all that is in it to the end of another, in its order."""
    _move_all(session, PlaylistFolderRow, "parent_id", actor, folder_id, parent_id)
    _move_all(session, PlaylistMemberRow, "folder_id", actor, folder_id, parent_id)


def _move_all(
    session: Session, table: type[PlaylistFolderRow | PlaylistMemberRow], column: str, actor: Actor, source: str, target: str | None
) -> None:
    place = getattr(table, column)
    mine = table.account_id == actor.account_id
    behind = last_key(session, table, (mine, place == target)) + GAP
    first = session.scalar(select(table.position).where(mine, place == source).order_by(table.position).limit(1))
    moved = {column: target, "position": table.position - (first or 0) + behind}
    session.execute(update(table).where(mine, place == source).values(moved), execution_options={"synchronize_session": False})
