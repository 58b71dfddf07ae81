"""Pictures that come with music, and the covers made of them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("release", sa.Column("picture", sa.String(), nullable=True))
    op.create_table(
        "cover",
        sa.Column("release_id", IdColumn(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_cover_release_id_release")),
        sa.PrimaryKeyConstraint("release_id", "content_hash", name=op.f("pk_cover")),
    )
    for name in ("picture_path", "picture_hash", "picture_refusal"):
        op.add_column("delivered_release", sa.Column(name, sa.String(), nullable=True))
    op.create_index("ix_delivered_release_picture_hash", "delivered_release", ["picture_hash"])
    op.add_column("delivered_file", sa.Column("picture_path", sa.String(), nullable=True))
    for name in ("picture_size", "picture_modified_ns"):
        op.add_column("delivered_file", sa.Column(name, sa.BigInteger(), nullable=True))
    there = sa.text("picture_path IS NOT NULL")
    op.create_index("ix_delivered_file_picture_path", "delivered_file", ["picture_path"], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    # By themselves and in no batch: others refer to these tables, which SQLite would drop and make anew.
    op.drop_index("ix_delivered_file_picture_path", table_name="delivered_file")
    for name in ("picture_path", "picture_size", "picture_modified_ns"):
        op.drop_column("delivered_file", name)
    op.drop_index("ix_delivered_release_picture_hash", table_name="delivered_release")
    for name in ("picture_path", "picture_hash", "picture_refusal"):
        op.drop_column("delivered_release", name)
    op.drop_table("cover")
    op.drop_column("release", "picture")
