"""Pictures that people upload"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("subject_id", IdColumn(), nullable=False),
        sa.Column("picture_id", IdColumn(), nullable=True),
        sa.Column("shown_id", IdColumn(), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("given_by", IdColumn(), nullable=True),
        sa.Column("given_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["given_by"], ["account.id"], name=op.f("fk_picture_given_by_account")),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_picture")),
    )
    op.create_index(op.f("ix_picture_given_by"), "picture", ["given_by"])
    op.create_index(op.f("ix_picture_picture_id"), "picture", ["picture_id"])
    op.create_index(op.f("ix_picture_shown_id"), "picture", ["shown_id"])
    op.add_column("playlist", sa.Column("cover", sa.String(), nullable=True))
    op.add_column("series", sa.Column("cover", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("series", "cover")
    op.drop_column("playlist", "cover")
    op.drop_index(op.f("ix_picture_shown_id"), table_name="picture")
    op.drop_index(op.f("ix_picture_picture_id"), table_name="picture")
    op.drop_index(op.f("ix_picture_given_by"), table_name="picture")
    op.drop_table("picture")
