"""Playlists as the contract has them, of what is selected."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from apps.core.contract.actions import Actor
from apps.core.contract.library import ListedTrack
from apps.core.contract.playlists import PlaylistEntry, PlaylistRole, PlaylistSummary, Visibility
from apps.core.playlists import statements


def playlist_of(row: Any) -> PlaylistSummary:
    return PlaylistSummary(
        row.id, row.title, row.description, Visibility(row.visibility), row.owner, PlaylistRole(row.role) if row.role else None,
        row.folder_id, row.tracks, row.duration_ms, row.cover, row.mosaic, row.cover_release_id, row.created_at, row.changed_at,
        row.rule is not None,
    )  # fmt: skip


def entry_of(row: Any, number: int, track: ListedTrack) -> PlaylistEntry:
    return PlaylistEntry(row.entry_id, number, track, row.added_at, row.added_by, row.note, bool(row.own))


def playlist_now(session: Session, playlist_id: str, actor: Actor) -> PlaylistSummary:
    """As this transaction has made it."""
    session.flush()
    return playlist_of(session.execute(statements.PLAYLIST, {"playlist_id": playlist_id, "account_id": actor.account_id}).one())
