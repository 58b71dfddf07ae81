"""The shelves of the home page as they are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn


class ShelfRow(Base):
    __tablename__ = "shelf"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    position: Mapped[int]
    title: Mapped[str]
    kind: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class ShelfItemRow(Base):
    __tablename__ = "shelf_item"

    shelf_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("shelf.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(IdColumn, index=True)
    """A release, a series or a playlist, by the shelf's kind."""
    note: Mapped[str]


class ShelfTerritoryRow(Base):
    """Where a shelf shows; everywhere where it has none."""

    __tablename__ = "shelf_territory"

    shelf_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("shelf.id"), primary_key=True)
    territory: Mapped[str] = mapped_column(primary_key=True)
