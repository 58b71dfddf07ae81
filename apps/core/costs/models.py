"""What Actions cost by the minute, as it is stored: sums over all processes, and nothing of whom they were for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.database import Base


class ActionCostRow(Base):
    __tablename__ = "action_cost"

    minute: Mapped[datetime] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    errors: Mapped[int] = mapped_column(BigInteger)
    microseconds: Mapped[int] = mapped_column(BigInteger)
    statements: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[int] = mapped_column(BigInteger)
    database_microseconds: Mapped[int] = mapped_column(BigInteger)
    slowest: Mapped[int] = mapped_column(BigInteger)
    """Microseconds of the slowest one."""


class StatementCostRow(Base):
    """Of an Action's cost, what one statement's executions came to."""

    __tablename__ = "statement_cost"

    action: Mapped[str] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    fingerprint: Mapped[bytes] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[int] = mapped_column(BigInteger)
    microseconds: Mapped[int] = mapped_column(BigInteger)
    slowest: Mapped[int] = mapped_column(BigInteger)


class StatementTextRow(Base):
    """A statement's text, without values."""

    __tablename__ = "statement_text"

    fingerprint: Mapped[bytes] = mapped_column(primary_key=True)
    text: Mapped[str]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    """When a process last began to count it, or went on to a few hours later."""
