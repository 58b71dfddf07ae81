"""Favourites as they are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.database import Base, IdColumn


class FavouriteTrackRow(Base):
    """A recording, from whatever release it is heard, shown as the track that it was chosen by."""

    __tablename__ = "favourite_track"
    __table_args__ = (Index("ix_favourite_track_latest", "account_id", "added_at", "recording_id"),)

    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), primary_key=True)
    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"), primary_key=True)
    track_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("track.id"))
    added_at: Mapped[datetime]


class FavouriteReleaseRow(Base):
    __tablename__ = "favourite_release"
    __table_args__ = (Index("ix_favourite_release_latest", "account_id", "added_at", "release_id"),)

    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), primary_key=True)
    release_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("release.id"), primary_key=True, index=True)
    added_at: Mapped[datetime]


class FavouriteArtistRow(Base):
    __tablename__ = "favourite_artist"
    __table_args__ = (Index("ix_favourite_artist_latest", "account_id", "added_at", "artist_id"),)

    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), primary_key=True)
    artist_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("artist.id"), primary_key=True, index=True)
    added_at: Mapped[datetime]
