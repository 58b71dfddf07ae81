"""Releases that were two"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release_split",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("release_id", IdColumn(), nullable=False),
        sa.Column("apart_id", IdColumn(), nullable=False),
        sa.Column("made_by", IdColumn(), nullable=True),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("over_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_split_release_id_release")),
        sa.ForeignKeyConstraint(["apart_id"], ["release.id"], name=op.f("fk_release_split_apart_id_release")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_release_split_made_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_split")),
        sa.UniqueConstraint("apart_id", name=op.f("uq_release_split_apart_id")),
    )
    op.create_table(
        "split_file",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("to_identity", sa.String(), nullable=False),
        sa.Column("split_id", IdColumn(), nullable=False),
        sa.ForeignKeyConstraint(["split_id"], ["release_split.id"], name=op.f("fk_split_file_split_id_release_split")),
        sa.PrimaryKeyConstraint("source", "path", name=op.f("pk_split_file")),
    )
    op.create_index("ix_split_file_split_id", "split_file", ["split_id"])


def downgrade() -> None:
    op.drop_index("ix_split_file_split_id", table_name="split_file")
    op.drop_table("split_file")
    op.drop_table("release_split")
