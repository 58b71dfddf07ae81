"""Links into playlists, as they are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn


class PlaylistInvitationRow(Base):
    __tablename__ = "playlist_invitation"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    playlist_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("playlist.id"), index=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    """SHA-256 of the token, which itself is not kept."""
    role: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
