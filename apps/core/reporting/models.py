"""Contracts, weekly runs and statements as they are stored. What a run has settled the database itself refuses to change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn


class ContractRow(Base):
    """What a label gets, for whole weeks; no two of one label and territory overlap."""

    __tablename__ = "contract"
    __table_args__ = (UniqueConstraint("label_id", "territory", "starts_on"),)

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    label_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("label.id"))
    territory: Mapped[str]
    model: Mapped[str]
    share_numerator: Mapped[int]
    share_denominator: Mapped[int]
    least_ms: Mapped[int]
    least_evidence: Mapped[str]
    party_id: Mapped[str | None]
    starts_on: Mapped[str]
    """The first week."""
    ends_on: Mapped[str | None]
    """The first week it holds no more."""


class PartnerRow(Base):
    """An account that sees a label's statements."""

    __tablename__ = "partner"

    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), primary_key=True)
    label_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("label.id"), primary_key=True)


class RunRow(Base):
    """A week's report, from the count to the statements."""

    __tablename__ = "statement_run"

    week: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]
    order: Mapped[bytes]
    """The contract's `RunOrder`, encoded: what was counted, and by which terms."""
    settled_at: Mapped[datetime | None]
    usage: Mapped[bytes | None]
    """What was counted, encoded: `UsageTotal`s."""
    revenue: Mapped[bytes | None]
    """The ledger's revenue at the close, by currency, as it was read just before, encoded: `Amount`s."""


class PoolRow(Base):
    """The money of one territory of sale and currency in one week, in minor units."""

    __tablename__ = "pool"

    week: Mapped[str] = mapped_column(ForeignKey("statement_run.week"), primary_key=True)
    territory: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    earned_to_date: Mapped[int] = mapped_column(BigInteger)
    """Since ever, at the end of the week; the next week's pool is what it grows by."""
    unearned: Mapped[int] = mapped_column(BigInteger)
    earned: Mapped[int] = mapped_column(BigInteger)
    carried_in: Mapped[int] = mapped_column(BigInteger)
    carried_out: Mapped[int] = mapped_column(BigInteger)
    eligible: Mapped[int] = mapped_column(BigInteger)


class AllocationRow(Base):
    """What one payee gets of a pool."""

    __tablename__ = "allocation"

    week: Mapped[str] = mapped_column(ForeignKey("statement_run.week"), primary_key=True)
    territory: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    payee: Mapped[str] = mapped_column(primary_key=True)
    """A label's id, `held` or `house`."""
    label_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("label.id"), index=True)
    plays: Mapped[int] = mapped_column(BigInteger)
    eligible: Mapped[int] = mapped_column(BigInteger)
    share_numerator: Mapped[int]
    share_denominator: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)


class StatementRow(Base):
    """What a label is told of a week; its money is in `AllocationRow`, its lines are in its files."""

    __tablename__ = "statement"
    __table_args__ = (UniqueConstraint("week", "label_id"),)

    number: Mapped[str] = mapped_column(primary_key=True)
    week: Mapped[str] = mapped_column(ForeignKey("statement_run.week"))
    label_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("label.id"), index=True)
    label: Mapped[str]
    """Its name then."""
    party_id: Mapped[str | None]
    created_at: Mapped[datetime]
    files: Mapped[bytes | None]
    """The contract's `ReportFile`s, encoded, once they are written."""
    status: Mapped[str]
    checked_by: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("account.id"))
    checked_at: Mapped[datetime | None]
    approved_by: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("account.id"))
    approved_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    places: Mapped[bytes | None]
    """Where the files lie at the partner's, encoded."""
    reason: Mapped[str | None]
    """Why it could not be sent."""
