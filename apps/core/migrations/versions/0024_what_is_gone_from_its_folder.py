"""What is gone from the folder it came from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import Moment

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("track", sa.Column("hidden_at", Moment(timezone=True), nullable=True))
    op.add_column("delivered_file", sa.Column("removed_at", Moment(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("delivered_file", "removed_at")
    op.drop_column("track", "hidden_at")
