"""Playlists, who has them, and folders, as they are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.catalogue.covers import CoverColumn
from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn


class PlaylistRow(Base):
    __tablename__ = "playlist"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    owner_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("account.id"), index=True)
    """None for the house's own."""
    title: Mapped[str]
    description: Mapped[str]
    visibility: Mapped[str]
    cover_release_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("release.id"))
    """Whose cover was chosen for it; the first track's where none was."""
    cover: Mapped[str | None] = mapped_column(CoverColumn)
    """Made of a picture that was uploaded for it; it comes before any release's."""
    rule: Mapped[bytes | None]
    """Of a smart playlist: the contract's `SmartRule`, encoded. It has no tracks of its own."""
    tracks: Mapped[int] = mapped_column(default=0)
    duration_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None] = mapped_column(index=True)
    """It can be brought back for some days."""


class PlaylistTrackRow(Base):
    """A track's place. Its key leaves a gap to the next, so that a move writes this row alone."""

    __tablename__ = "playlist_track"
    __table_args__ = (Index("ix_playlist_track_order", "playlist_id", "position", "id"),)

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    playlist_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("playlist.id"))
    position: Mapped[int] = mapped_column(BigInteger)
    track_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("track.id"))
    added_at: Mapped[datetime]
    added_by: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("account.id"))
    note: Mapped[str | None]


class PlaylistFolderRow(Base):
    __tablename__ = "playlist_folder"
    __table_args__ = (Index("ix_playlist_folder_order", "account_id", "position", "id"),)

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"))
    parent_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("playlist_folder.id"))
    position: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str]


class PlaylistMemberRow(Base):
    """A playlist in somebody's library: what they may do with it, and where they keep it."""

    __tablename__ = "playlist_member"
    __table_args__ = (Index("ix_playlist_member_order", "account_id", "folder_id", "position", "playlist_id"),)

    playlist_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("playlist.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), primary_key=True)
    role: Mapped[str]
    folder_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("playlist_folder.id"))
    position: Mapped[int] = mapped_column(BigInteger)
    joined_at: Mapped[datetime]
