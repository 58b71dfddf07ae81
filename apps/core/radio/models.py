"""Stations, what they played and how it was liked, what is hidden, and the models, as they are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn


class StationRow(Base):
    __tablename__ = "station"
    __table_args__ = (UniqueConstraint("account_id", "kind", "subject"), Index("ix_station_played", "account_id", "played_at"))

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"))
    kind: Mapped[str]
    subject: Mapped[str]
    """The id or the genre that it plays on from; empty for a mix."""
    title: Mapped[str]
    started_at: Mapped[datetime]
    played_at: Mapped[datetime]
    batches: Mapped[int] = mapped_column(default=0)
    used: Mapped[bytes] = mapped_column(default=b"")
    """Of the pool's candidates, by their places, a byte each: those that were given."""


class StationPoolRow(Base):
    """Candidates with their scores; none where they are to be chosen anew. Apart from the station, which is written at every batch."""

    __tablename__ = "station_pool"

    station_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("station.id"), primary_key=True)
    candidates: Mapped[bytes]
    until: Mapped[datetime] = mapped_column(index=True)
    territory: Mapped[str]


class StationBatchRow(Base):
    __tablename__ = "station_batch"

    station_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("station.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    given_at: Mapped[datetime] = mapped_column(index=True)
    tracks: Mapped[bytes]
    fewer: Mapped[str | None]


ANEW = "anew"
"""The kind of a skip that was made by asking for another batch: it counts, and says nothing of any track."""


class StationFeedbackRow(Base):
    __tablename__ = "station_feedback"
    __table_args__ = (
        Index("ix_station_feedback_latest", "station_id", "kind", "given_at"),
        Index("ix_station_feedback_kind", "kind", "given_at"),
    )

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    station_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("station.id"))
    kind: Mapped[str]
    track_id: Mapped[str] = mapped_column(IdColumn)
    given_at: Mapped[datetime]
    track: Mapped[bytes]
    """What it was, as the rules know it."""


class HiddenTrackRow(Base):
    __tablename__ = "hidden_track"
    __table_args__ = (Index("ix_hidden_track_latest", "account_id", "hidden_at", "recording_id"),)

    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), primary_key=True)
    recording_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("recording.id"), primary_key=True)
    track_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("track.id"))
    hidden_at: Mapped[datetime]


class RadioModelRow(Base):
    __tablename__ = "radio_model"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    key: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    recordings: Mapped[int]
    first_day: Mapped[str]
    last_day: Mapped[str]
    trained_at: Mapped[datetime]
