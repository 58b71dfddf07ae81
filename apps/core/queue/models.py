"""Queues as they are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.database import Base, IdColumn


class QueueRow(Base):
    __tablename__ = "queue"

    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    tracks: Mapped[bytes]
    """The contract's `QueueEntry`s in order, encoded: a queue is read and written whole. What they name may be gone one day."""
    number: Mapped[int]
    position_ms: Mapped[int]
    device: Mapped[str]
    client: Mapped[str]
    saved_at: Mapped[datetime]
