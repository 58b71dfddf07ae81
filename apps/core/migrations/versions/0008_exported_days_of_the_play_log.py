"""Exported days of the play log, and the names that listeners have in them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exported_day",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("exported_at", Moment(timezone=True), nullable=False),
        sa.Column("plays", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_exported_day")),
    )
    op.create_table(
        "listener",
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("pseudonym", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_listener")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_listener_pseudonym")),
    )
    op.create_index("ix_play_received_at", "play", ["received_at"])


def downgrade() -> None:
    op.drop_index("ix_play_received_at", table_name="play")
    op.drop_table("listener")
    op.drop_table("exported_day")
