"""What has changed since a process read the catalogue into its index, as it is stored."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.database import Base, IdColumn


class SearchChangeRow(Base):
    """The latest change of one thing that can be searched for. The names themselves stay in the catalogue alone."""

    __tablename__ = "search_change"
    __table_args__ = (Index("ix_search_change_number", "number"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    """Grows from one transaction to the next in the order that they are committed in."""


class SearchCounterRow(Base):
    """One row: the number of the latest change."""

    __tablename__ = "search_counter"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
