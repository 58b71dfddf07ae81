"""What sessions have proved; deliveries by content"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("playback_session", sa.Column("proved_ms", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_delivered_file_content_hash", "delivered_file", ["content_hash"])


def downgrade() -> None:
    op.drop_index("ix_delivered_file_content_hash", "delivered_file")
    op.drop_column("playback_session", "proved_ms")
