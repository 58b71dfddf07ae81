"""What stations gave, and what was said of it, by age"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_station_batch_given_at", "station_batch", ["given_at"])
    op.create_index("ix_station_feedback_kind", "station_feedback", ["kind", "given_at"])
    op.create_index("ix_station_pool_until", "station_pool", ["until"])


def downgrade() -> None:
    op.drop_index("ix_station_pool_until", table_name="station_pool")
    op.drop_index("ix_station_feedback_kind", table_name="station_feedback")
    op.drop_index("ix_station_batch_given_at", table_name="station_batch")
