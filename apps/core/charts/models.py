"""Editions of charts as they are stored: once, and for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.database import Base, IdColumn


class EditionRow(Base):
    """One week or day of a chart. The database itself refuses to change or delete it."""

    __tablename__ = "chart_edition"

    chart: Mapped[str] = mapped_column(primary_key=True)
    first_day: Mapped[str] = mapped_column(primary_key=True)
    """ISO 8601, in the chart's zone."""
    last_day: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    rule_version: Mapped[int]
    manifests: Mapped[bytes]
    """SHA-256 of each exported day's manifest, as JSON."""
    published_at: Mapped[datetime]


class EntryRow(Base):
    """A place in an edition. The database refuses to change or delete it, or to add to an edition that is there.

    So entries are written before their edition, in its transaction. What they name may be gone one day; they stay.
    """

    __tablename__ = "chart_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["chart", "first_day"], ["chart_edition.chart", "chart_edition.first_day"], deferrable=True, initially="DEFERRED",
            name="fk_chart_entry_chart_chart_edition",
        ),
        UniqueConstraint("chart", "key", "first_day"),
    )  # fmt: skip

    chart: Mapped[str] = mapped_column(primary_key=True)
    first_day: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str]
    recording_id: Mapped[str] = mapped_column(IdColumn)
    track_id: Mapped[str] = mapped_column(IdColumn)
    title: Mapped[str]
    artist: Mapped[str]
    plays: Mapped[int] = mapped_column(BigInteger)
    last_position: Mapped[int | None]
    peak: Mapped[int]
    weeks: Mapped[int]
    movement: Mapped[str]
