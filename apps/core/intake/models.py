"""Deliveries as they are stored: quarantined until each release is written to the catalogue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn, only_where


class DeliveryRow(Base):
    __tablename__ = "delivery"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    deliverer: Mapped[str]
    source: Mapped[str] = mapped_column(index=True)
    """The folder it came from."""
    status: Mapped[str]
    subscribers_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]


class DeliveredReleaseRow(Base):
    """Files of one delivery that make up one release."""

    __tablename__ = "delivered_release"
    __table_args__ = (UniqueConstraint("delivery_id", "identity"), Index(None, "picture_hash"))

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    delivery_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("delivery.id"))
    identity: Mapped[str]
    release_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("release.id"))
    written_at: Mapped[datetime | None]
    picture_path: Mapped[str | None]
    """Of what its cover is made of: a picture, or a file with one inside."""
    picture_hash: Mapped[str | None]
    picture_refusal: Mapped[str | None]


class DeliveredFileRow(Base):
    __tablename__ = "delivered_file"
    __table_args__ = (
        UniqueConstraint("delivery_id", "path"),
        Index(None, "delivered_release_id"),
        Index(None, "recording_id"),
        Index(None, "content_hash"),
        Index(None, "picture_path", **only_where("picture_path IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    delivery_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("delivery.id"))
    path: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    modified_ns: Mapped[int] = mapped_column(BigInteger)
    tags: Mapped[bytes | None]
    status: Mapped[str]
    refusal: Mapped[str | None]
    content_hash: Mapped[str | None]
    picture_path: Mapped[str | None]
    """Of the picture that lay beside it."""
    picture_size: Mapped[int | None] = mapped_column(BigInteger)
    picture_modified_ns: Mapped[int | None] = mapped_column(BigInteger)
    delivered_release_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("delivered_release.id"))
    recording_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("recording.id"))
    removed_at: Mapped[datetime | None]
    """When it was found to be gone from its folder, and was to be hidden."""


class FingerprintRow(Base):
    """How a recording's content sounds, however it is encoded."""

    __tablename__ = "fingerprint"

    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"), primary_key=True)
    content_hash: Mapped[str] = mapped_column(primary_key=True)
    duration_ms: Mapped[int]
    frames: Mapped[bytes]
    """Little-endian numbers of 32 bits."""


class FingerprintMarkRow(Base):
    """A number that is found in a recording's fingerprint: by these, others that may sound the same are looked up."""

    __tablename__ = "fingerprint_mark"

    mark: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    duration_ms: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"), primary_key=True, index=True)
