"""Subscriptions and what they pay; previews"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("plan_ends_at", Moment(timezone=True), nullable=True))
    op.add_column("playback_session", sa.Column("preview", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("play", sa.Column("preview", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("play", "preview")
    op.drop_column("playback_session", "preview")
    op.drop_column("account", "plan_ends_at")
