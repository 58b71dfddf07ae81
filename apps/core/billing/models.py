"""Subscriptions, checkouts, payments and the ledger as they are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from apps.core.contract.ids import new_id
from apps.core.database import Base, IdColumn, only_where


class SubscriptionRow(Base):
    """A purchase chain, as the shop told it when it was last asked."""

    __tablename__ = "subscription"
    __table_args__ = (UniqueConstraint("shop", "reference"), Index("ix_subscription_look_again_at", "look_again_at"))

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), index=True)
    """A chain belongs to one account for ever."""
    shop: Mapped[str]
    reference: Mapped[str]
    customer: Mapped[str | None] = mapped_column(index=True)
    plan: Mapped[str]
    territory: Mapped[str | None]
    """Where it was sold, and so is taxed; None where nobody knows."""
    state: Mapped[str]
    amount: Mapped[int | None]
    currency: Mapped[str | None]
    period_starts_at: Mapped[datetime]
    period_ends_at: Mapped[datetime]
    grace_ends_at: Mapped[datetime | None]
    renews: Mapped[bool]
    in_trial: Mapped[bool]
    """Whether nothing was paid yet; also of a trial that is cancelled and goes on to its end."""
    began_at: Mapped[datetime]
    checked_at: Mapped[datetime]
    look_again_at: Mapped[datetime | None]
    """When the shop is to be asked though it said nothing; None where nothing is expected any more."""
    looks: Mapped[int]
    """How often the shop's word was recorded: who asked before the last time has an old word."""


class CheckoutRow(Base):
    """A payment page that was opened for a listener."""

    __tablename__ = "checkout"
    __table_args__ = (
        Index("ix_checkout_open", "account_id", unique=True, **only_where("closed_at IS NULL")),
        Index("ix_checkout_look_again_at", "look_again_at"),
    )

    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The account's first is 1."""
    plan: Mapped[str]
    """As it was chosen: a trial is the trial."""
    territory: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    reference: Mapped[str]
    url: Mapped[str]
    expires_at: Mapped[datetime]
    look_again_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When it was seen that it is paid, or can be paid no more."""


class NotificationRow(Base):
    """What a shop sent, for ever: it may send the same again after days, and that must be nothing new."""

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_waiting", "shop", "reference", **only_where("handled_at IS NULL")),)

    shop: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    reference: Mapped[str | None]
    customer: Mapped[str | None]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    """When the subscriptions it is about were marked to be looked at, or the shop was asked about one that nobody has."""


class PaymentRow(Base):
    """A payment that succeeded."""

    __tablename__ = "payment"
    __table_args__ = (UniqueConstraint("shop", "reference"), Index("ix_payment_latest", "account_id", "paid_at", "id"))

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    subscription_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("subscription.id"), index=True)
    account_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("account.id"))
    shop: Mapped[str]
    reference: Mapped[str]
    plan: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    paid_at: Mapped[datetime]
    period_starts_at: Mapped[datetime]
    period_ends_at: Mapped[datetime] = mapped_column(index=True)


class LedgerRow(Base):
    """An amount that goes from one account of the ledger to another, so that both sides are entered or neither is.

    Append-only: the database itself refuses to change or delete a row.
    """

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("shop", "reference", "part"), CheckConstraint("amount > 0", name="amount_positive"))

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True, default=new_id)
    debit: Mapped[str]
    """The account that receives."""
    credit: Mapped[str]
    """The account that gives."""
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    shop: Mapped[str]
    reference: Mapped[str]
    """The shop's name for the charge or refund."""
    part: Mapped[str]
    """`net` or `tax`."""
    payment_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("payment.id"), index=True)
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
