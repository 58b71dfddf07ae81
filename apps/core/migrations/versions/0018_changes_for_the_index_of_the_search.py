"""What changed, for the index of the search"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_change",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", IdColumn(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_search_change")),
    )
    op.create_index("ix_search_change_number", "search_change", ["number"])
    op.create_table(
        "search_counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_counter")),
    )


def downgrade() -> None:
    op.drop_table("search_counter")
    op.drop_index("ix_search_change_number", table_name="search_change")
    op.drop_table("search_change")
