"""Genres as they are stored: all of it follows from what releases and recordings say of themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.database import Base, IdColumn


class GenreRow(Base):
    __tablename__ = "genre"

    slug: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    """As it was first delivered."""


class GenreReleaseRow(Base):
    """A release that is shown, under each genre that itself or a track on it is of.

    Without foreign keys, which would lock releases under the lock of whoever files them (catalogue/changes.py).
    """

    __tablename__ = "genre_release"
    __table_args__ = (Index("ix_genre_release_newest", "slug", "published_at", "release_id"), Index(None, "release_id"))

    slug: Mapped[str] = mapped_column(primary_key=True)
    release_id: Mapped[str] = mapped_column(IdColumn, primary_key=True)
    published_at: Mapped[datetime]
    """The release's: a genre's page begins with the newest."""
