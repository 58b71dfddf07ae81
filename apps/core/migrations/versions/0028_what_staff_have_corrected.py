"""What staff have corrected"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment, only_where

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("subject_id", IdColumn(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("release_id", IdColumn(), nullable=False),
        sa.Column("track_id", IdColumn(), nullable=True),
        sa.Column("delivered", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("made_by", IdColumn(), nullable=True),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("over_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_correction_release_id_release")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_correction_track_id_track")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_correction_made_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index("ix_correction_holding", "correction", ["subject_id", "field"], unique=True, **only_where("over_at IS NULL"))


def downgrade() -> None:
    op.drop_index("ix_correction_holding", table_name="correction")
    op.drop_table("correction")
