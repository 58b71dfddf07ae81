"""Accounts as they are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn


class AccountRow(Base):
    __tablename__ = "account"

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    """The address folded, so that one mailbox has one account."""
    name: Mapped[str]
    password_hash: Mapped[str]
    password_set_at: Mapped[datetime]
    status: Mapped[str]
    plan: Mapped[str]
    """What the subscription gives, while it does."""
    plan_ends_at: Mapped[datetime | None]
    """The first moment it gives nothing any more, unless something is heard of it; None for a plan that never ends."""
    created_at: Mapped[datetime]


class AccountRoleRow(Base):
    """A role beyond listener, which everybody has."""

    __tablename__ = "account_role"

    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class LogInFailureRow(Base):
    """Failed log-ins within one window, by what they are counted for: an e-mail address or a network address."""

    __tablename__ = "log_in_failure"

    subject: Mapped[str] = mapped_column(primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


class InvitationRow(Base):
    __tablename__ = "invitation"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    """SHA-256 of the token, which itself is not kept."""
    role: Mapped[str]
    expires_at: Mapped[datetime]
