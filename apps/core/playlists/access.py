"""Who may do what with a playlist."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.contract.actions import Actor
from apps.core.contract.errors import Conflict, Forbidden, NotFound
from apps.core.contract.playlists import DAYS_TO_RESTORE, PlaylistRole, Visibility
from apps.core.contract.words import marked
from apps.core.database import FOR_CHANGE
from apps.core.playlists.models import PlaylistMemberRow, PlaylistRow

KEPT = timedelta(days=DAYS_TO_RESTORE)
ONLY_OWNER = marked("Only an owner of this playlist may do that.")
ONLY_EDITORS = marked("Only an editor of this playlist may do that.")
RANKS = {role: rank for rank, role in enumerate(PlaylistRole)}


def no_such_playlist() -> NotFound:
    return NotFound("There is no such playlist.", "It may be private, or deleted; ask whoever told you of it.")


def locked(session: Session, playlist_id: str, actor: Actor, least: PlaylistRole) -> PlaylistRow:
    """The playlist, for this member to change: others who change it wait. Raises `NotFound` and `Forbidden`."""
    row = locked_to_see(session, playlist_id, actor)
    if row is None:
        raise no_such_playlist()
    return _allowed(row, _role(session, playlist_id, actor), least)


def locked_by_hand(session: Session, playlist_id: str, actor: Actor) -> PlaylistRow:
    """A playlist whose tracks an editor chooses. Raises `Conflict` for a smart one, besides."""
    row = locked(session, playlist_id, actor, PlaylistRole.EDITOR)
    if row.rule is not None:
        raise Conflict("What is in this playlist is chosen by its rule.", "Change the rule, or make a playlist of your own of it.")
    return row


def locked_to_see(session: Session, playlist_id: str, actor: Actor, *, invited: bool = False) -> PlaylistRow | None:
    """The playlist, where the actor may see it or was let in by its owner: who changes it or its members waits."""
    row = session.scalar(select(PlaylistRow).where(PlaylistRow.id == playlist_id).with_for_update(**FOR_CHANGE))
    if row is None or row.deleted_at:
        return None
    open_to = invited or row.visibility != Visibility.PRIVATE or _role(session, playlist_id, actor) is not None
    return row if open_to else None


def locked_though_deleted(session: Session, playlist_id: str, actor: Actor, now: datetime) -> PlaylistRow:
    """The owner's playlist, whether it is there or can be brought back."""
    row = session.scalar(select(PlaylistRow).where(PlaylistRow.id == playlist_id).with_for_update(**FOR_CHANGE))
    role = _role(session, playlist_id, actor)
    if row is None or role is None or (row.deleted_at is not None and row.deleted_at <= now - KEPT):
        raise no_such_playlist()
    return _allowed(row, role, PlaylistRole.OWNER)


def _role(session: Session, playlist_id: str, actor: Actor) -> PlaylistRole | None:
    member = PlaylistMemberRow
    role = session.scalar(select(member.role).where(member.playlist_id == playlist_id, member.account_id == actor.account_id))
    return None if role is None else PlaylistRole(role)


def _allowed(row: PlaylistRow, role: PlaylistRole | None, least: PlaylistRole) -> PlaylistRow:
    if role is None or RANKS[role] < RANKS[least]:
        raise Forbidden(ONLY_OWNER if least is PlaylistRole.OWNER else ONLY_EDITORS, "Ask its owner; or make a playlist of your own of it.")
    return row
