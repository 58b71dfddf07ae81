"""When a listener's history was cleared"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listener", sa.Column("history_cleared_at", Moment(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("listener", "history_cleared_at")
