"""Deals as they are stored. No deal, no play."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn


class DealRow(Base):
    """One release may be used in one way under one commercial model in one territory, from then until then."""

    __tablename__ = "deal"
    __table_args__ = (Index("ix_deal_starts_at", "starts_at"), Index("ix_deal_ends_at", "ends_at"))

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    release_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("release.id"), index=True)
    track_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("track.id"), index=True)
    """Only this track of the release; None for all of them."""
    territory: Mapped[str]
    """ISO 3166-1, or `WW` for every territory but the excluded ones."""
    commercial_model: Mapped[str]
    use_type: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """The first moment it no longer holds."""


class DealExclusionRow(Base):
    """A territory a worldwide deal leaves out."""

    __tablename__ = "deal_exclusion"

    deal_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("deal.id"), primary_key=True)
    territory: Mapped[str] = mapped_column(primary_key=True)
