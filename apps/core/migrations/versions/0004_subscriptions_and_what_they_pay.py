"""Subscriptions and what they pay; previews"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment, only_where

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REFUSAL = "the ledger is append-only: enter what corrects it"
APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER ledger_{verb.lower()} BEFORE {verb} ON ledger BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        f"""
        CREATE FUNCTION refuse_to_change_the_ledger() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$
        """,
        """
        CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_the_ledger()
        """,
    ],
}
"""Of whatever sends the statement: code that forgets, or a person with a shell."""


def upgrade() -> None:
    op.add_column("account", sa.Column("plan_ends_at", Moment(timezone=True), nullable=True))
    op.add_column("playback_session", sa.Column("preview", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("play", sa.Column("preview", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("delivery", sa.Column("subscribers_only", sa.Boolean(), server_default=sa.false(), nullable=False))
    _create_tables()
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def _create_tables() -> None:
    op.create_table(
        "notification",
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("handled_at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("shop", "id", name="pk_notification"),
    )
    op.create_index("ix_notification_waiting", "notification", ["shop", "reference"], **only_where("handled_at IS NULL"))

    op.create_table(
        "checkout",
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("expires_at", Moment(timezone=True), nullable=False),
        sa.Column("look_again_at", Moment(timezone=True), nullable=True),
        sa.Column("closed_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_checkout_account_id_account"),
        sa.PrimaryKeyConstraint("account_id", "number", name="pk_checkout"),
    )
    op.create_index("ix_checkout_look_again_at", "checkout", ["look_again_at"])
    op.create_index("ix_checkout_open", "checkout", ["account_id"], unique=True, **only_where("closed_at IS NULL"))

    op.create_table(
        "subscription",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("period_starts_at", Moment(timezone=True), nullable=False),
        sa.Column("period_ends_at", Moment(timezone=True), nullable=False),
        sa.Column("grace_ends_at", Moment(timezone=True), nullable=True),
        sa.Column("renews", sa.Boolean(), nullable=False),
        sa.Column("in_trial", sa.Boolean(), nullable=False),
        sa.Column("began_at", Moment(timezone=True), nullable=False),
        sa.Column("checked_at", Moment(timezone=True), nullable=False),
        sa.Column("look_again_at", Moment(timezone=True), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_subscription_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sa.UniqueConstraint("shop", "reference", name="uq_subscription_shop_reference"),
    )
    op.create_index("ix_subscription_account_id", "subscription", ["account_id"])
    op.create_index("ix_subscription_customer", "subscription", ["customer"])
    op.create_index("ix_subscription_look_again_at", "subscription", ["look_again_at"])

    op.create_table(
        "payment",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("subscription_id", IdColumn(), nullable=False),
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("paid_at", Moment(timezone=True), nullable=False),
        sa.Column("period_starts_at", Moment(timezone=True), nullable=False),
        sa.Column("period_ends_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_payment_account_id_account"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name="fk_payment_subscription_id_subscription"),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
        sa.UniqueConstraint("shop", "reference", name="uq_payment_shop_reference"),
    )
    op.create_index("ix_payment_subscription_id", "payment", ["subscription_id"])
    op.create_index("ix_payment_latest", "payment", ["account_id", "paid_at", "id"])

    op.create_table(
        "ledger",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("debit", sa.String(), nullable=False),
        sa.Column("credit", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("payment_id", IdColumn(), nullable=False),
        sa.Column("occurred_at", Moment(timezone=True), nullable=False),
        sa.Column("recorded_at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_ledger_amount_positive"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_ledger_payment_id_payment"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
        sa.UniqueConstraint("shop", "reference", "part", name="uq_ledger_shop_reference_part"),
    )
    op.create_index("ix_ledger_payment_id", "ledger", ["payment_id"])


def downgrade() -> None:
    for table in ("ledger", "payment", "subscription", "checkout", "notification"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change_the_ledger()")
    op.drop_column("delivery", "subscribers_only")
    op.drop_column("play", "preview")
    op.drop_column("playback_session", "preview")
    op.drop_column("account", "plan_ends_at")
