"""What Actions and their statements cost, by the minute; and the request that an event happened in"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("request_id", sa.String(), nullable=True))
    op.create_table(
        "action_cost",
        sa.Column("minute", Moment(timezone=True), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("errors", sa.BigInteger(), nullable=False),
        sa.Column("microseconds", sa.BigInteger(), nullable=False),
        sa.Column("statements", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("database_microseconds", sa.BigInteger(), nullable=False),
        sa.Column("slowest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "action", name=op.f("pk_action_cost")),
    )
    op.create_table(
        "statement_cost",
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("minute", Moment(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("microseconds", sa.BigInteger(), nullable=False),
        sa.Column("slowest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("action", "minute", "fingerprint", name=op.f("pk_statement_cost")),
    )
    op.create_index("ix_statement_cost_minute", "statement_cost", ["minute"])
    op.create_table(
        "statement_text",
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("seen_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_statement_text")),
    )
    op.create_index("ix_statement_text_seen_at", "statement_text", ["seen_at"])


def downgrade() -> None:
    op.drop_index("ix_statement_text_seen_at", table_name="statement_text")
    op.drop_table("statement_text")
    op.drop_index("ix_statement_cost_minute", table_name="statement_cost")
    op.drop_table("statement_cost")
    op.drop_table("action_cost")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("request_id")
