"""Corrections as they are stored: beside the catalogue, whose rows show them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn, only_where


class CorrectionRow(Base):
    __tablename__ = "correction"
    __table_args__ = (Index("ix_correction_holding", "subject_id", "field", unique=True, **only_where("over_at IS NULL")),)

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    subject_id: Mapped[str] = mapped_column(IdColumn)
    """The release, the track or the recording whose row shows it."""
    field: Mapped[str]
    release_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("release.id"))
    """By which it was corrected."""
    track_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("track.id"))
    delivered: Mapped[str]
    value: Mapped[str]
    made_by: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("account.id"))
    made_at: Mapped[datetime]
    over_at: Mapped[datetime | None]


class ArtistMergeRow(Base):
    __tablename__ = "artist_merge"
    __table_args__ = (Index("ix_artist_merge_into", "into_id", **only_where("over_at IS NULL")),)

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    artist_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("artist.id"))
    into_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("artist.id"))
    """Who may have been merged into another one since."""
    made_by: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("account.id"))
    made_at: Mapped[datetime]
    over_at: Mapped[datetime | None]


class ReleaseSplitRow(Base):
    __tablename__ = "release_split"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    release_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("release.id"))
    apart_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("release.id"), unique=True)
    """The release that some of its tracks went to."""
    made_by: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("account.id"))
    made_at: Mapped[datetime]
    over_at: Mapped[datetime | None]


class SplitFileRow(Base):
    """A file that belongs to another release than its tags say, as long as they say what they said then."""

    __tablename__ = "split_file"

    source: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    identity: Mapped[str]
    """Of the release that its tags make it a part of."""
    to_identity: Mapped[str]
    split_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("release_split.id"), index=True)
