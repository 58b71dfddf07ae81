"""Registered apps and listeners' connections to them, as they are stored. No token is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn


class OAuthClientRow(Base):
    __tablename__ = "oauth_client"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    name: Mapped[str]
    redirect_uris: Mapped[str]
    """One on each line."""
    scopes: Mapped[str]
    """By spaces, in order, as RFC 6749 writes them."""
    secret_digest: Mapped[bytes | None]
    """SHA-256 of the secret, which is random and long."""
    created_at: Mapped[datetime]


class ConnectedAppRow(Base):
    """What an account allows an app."""

    __tablename__ = "connected_app"

    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), primary_key=True)
    client_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("oauth_client.id"), primary_key=True, index=True)
    scopes: Mapped[str]
    connected_at: Mapped[datetime]
