"""Uploaded pictures as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.catalogue.models import ReleaseRow, SeriesRow
from apps.core.contract.pictures import PictureSubject
from apps.core.database import Base, IdColumn
from apps.core.playlists.models import PlaylistRow

TABLES: Mapping[PictureSubject, type[ReleaseRow | SeriesRow | PlaylistRow]] = {
    PictureSubject.RELEASE: ReleaseRow,
    PictureSubject.SERIES: SeriesRow,
    PictureSubject.PLAYLIST: PlaylistRow,
}


class PictureRow(Base):
    """The newest picture that was uploaded for something, and the one that is shown; it stays when they go, for the limit on new ones."""

    __tablename__ = "picture"

    subject_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    """A release, a series or a playlist."""
    picture_id: Mapped[str | None] = mapped_column(IdColumn, index=True)
    """The newest; None where it was removed."""
    shown_id: Mapped[str | None] = mapped_column(IdColumn, index=True)
    refusal: Mapped[str | None]
    given_by: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("account.id"), index=True)
    """None for the operators' console."""
    given_at: Mapped[datetime]
