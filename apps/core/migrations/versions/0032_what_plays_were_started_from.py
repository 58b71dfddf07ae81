"""What plays were started from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Columns that may be empty and have no default: no row is written anew, however long the histories are.
    op.add_column("history", sa.Column("source", sa.String(), nullable=True))
    op.add_column("history", sa.Column("source_id", IdColumn(), nullable=True))
    op.add_column("history", sa.Column("source_name", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("history", "source_name")
    op.drop_column("history", "source_id")
    op.drop_column("history", "source")
