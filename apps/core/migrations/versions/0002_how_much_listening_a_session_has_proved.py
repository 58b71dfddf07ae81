"""How much listening a session has proved"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("playback_session", sa.Column("proved_ms", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("playback_session", "proved_ms")
