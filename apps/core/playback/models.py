"""Renditions, playback sessions and stream slots as they are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn, only_where


class AudioRow(Base):
    """What a transcode measured of one content of a recording."""

    __tablename__ = "audio"
    __table_args__ = (Index("ix_audio_without_preview", "recording_id", **only_where("has_preview IS NULL")),)

    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"), primary_key=True)
    content_hash: Mapped[str] = mapped_column(primary_key=True)
    facts: Mapped[bytes]
    """The contract's `Audio`, encoded."""
    files: Mapped[bytes]
    """What a player is told of each rendition that plays the whole, lowest bit rate first, but for its link: `StoredFile`s, encoded."""
    has_preview: Mapped[bool | None]
    """False where it is too short for one; None where nobody has tried to cut one yet."""
    created_at: Mapped[datetime]


class RenditionRow(Base):
    __tablename__ = "rendition"

    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"), primary_key=True)
    content_hash: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    bit_rate: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[bytes]
    """The contract's `Rendition`, encoded, with its byte-range index."""


class PublishedRenditionRow(Base):
    """Which content of a recording is heard: one row, so that it changes all at once."""

    __tablename__ = "published_rendition"

    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"), primary_key=True)
    content_hash: Mapped[str]
    published_at: Mapped[datetime]


class PlaybackSessionRow(Base):
    __tablename__ = "playback_session"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), index=True)
    device: Mapped[str]
    track_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("track.id"))
    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"))
    content_hash: Mapped[str]
    territory: Mapped[str]
    plan: Mapped[str]
    preview: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether only the beginning may be heard."""
    started_at: Mapped[datetime]
    renewed_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    urls_expire_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """May lie a little ahead, where the same device began the next track already."""
    proved_ms: Mapped[int] = mapped_column(default=0, server_default="0")
    """How much listening it has proved so far."""


class StreamSlotRow(Base):
    """One of the streams an account may play at once, leased to a device."""

    __tablename__ = "stream_slot"

    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    device: Mapped[str]
    session_id: Mapped[str] = mapped_column(IdColumn)
    leased_until: Mapped[datetime]
