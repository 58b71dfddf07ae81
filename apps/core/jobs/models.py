"""Jobs, leases and scheduled moments as they are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn


class JobRow(Base):
    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("kind", "subject"), Index("ix_job_lapsed", "status", "lease_until"))

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    kind: Mapped[str]
    subject: Mapped[str]
    """What makes the work the same when it is asked for again, such as recording and content."""
    work: Mapped[bytes]
    status: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    """Running: until when it is held. Waiting: when it is announced again, should the queue have lost it."""
    progress: Mapped[float] = mapped_column(default=0.0)
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
    troubled_since: Mapped[datetime | None]
    """When its surroundings first kept it from being done, since it was last asked for."""


class LeaseRow(Base):
    """A role that one process at a time may hold, such as the relay's."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


class SlotRow(Base):
    """A scheduled moment that some scheduler has taken."""

    __tablename__ = "slot"

    schedule: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]
