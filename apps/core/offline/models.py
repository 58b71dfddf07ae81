"""Devices, licences and encrypted copies as they are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn


class DeviceRow(Base):
    __tablename__ = "device"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), index=True)
    name: Mapped[str]
    public_key: Mapped[bytes]
    registered_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    """It stays on record for as long as plays may come that were heard under its licences."""


class EncryptedFileRow(Base):
    """The encrypted copy of one rendition, and its key; asked for first, made later."""

    __tablename__ = "encrypted_file"

    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"), primary_key=True)
    rendition: Mapped[str] = mapped_column(primary_key=True)
    source_sha256: Mapped[str] = mapped_column(primary_key=True)
    """Of what is encrypted: other bytes have another key, for one key must never encrypt two things."""
    source_key: Mapped[str]
    source_size: Mapped[int] = mapped_column(BigInteger)
    wrapping_key: Mapped[str] = mapped_column(index=True)
    """Which version of `OFFLINE_KEY` wraps the key."""
    data_key: Mapped[bytes]
    """Wrapped; nowhere is it stored otherwise."""
    nonce_prefix: Mapped[bytes]
    format_version: Mapped[int] = mapped_column(server_default="1")
    chunk_size: Mapped[int] = mapped_column(server_default="65536")
    """Settled with the key: made by other rules, the copy would be other bytes under the same key and nonces."""
    key: Mapped[str | None]
    """In object storage; None until it is made."""
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]


class LicenceRow(Base):
    """What one device may play without a connection; at most one that has not ended for each device and track."""

    __tablename__ = "licence"
    __table_args__ = (Index("ix_licence_device_id", "device_id", "track_id"), Index("ix_licence_expires_at", "expires_at"))

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    device_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("device.id"))
    account_id: Mapped[str] = mapped_column(IdColumn)
    track_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("track.id"))
    recording_id: Mapped[str] = mapped_column(IdColumn)
    content_hash: Mapped[str]
    rendition: Mapped[str]
    territory: Mapped[str]
    plan: Mapped[str]
    """What it was last renewed on."""
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    lapsed_at: Mapped[datetime | None]
    resumed_at: Mapped[datetime | None]
    """Between these two it had expired and was not renewed yet: what was played meanwhile was played without it."""
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why it ended before it expired."""


class ProvedStretchRow(Base):
    """A stretch of time in which a device has played: it proves no second play."""

    __tablename__ = "proved_stretch"

    device_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("device.id"), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(index=True)
