"""Shelves of the home page; which track one of a compilation of our own was taken from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shelf",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_at", Moment(timezone=True), nullable=False),
        sa.Column("ends_at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelf")),
    )
    op.create_table(
        "shelf_item",
        sa.Column("shelf_id", IdColumn(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("subject_id", IdColumn(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["shelf_id"], ["shelf.id"], name=op.f("fk_shelf_item_shelf_id_shelf")),
        sa.PrimaryKeyConstraint("shelf_id", "position", name=op.f("pk_shelf_item")),
    )
    op.create_index(op.f("ix_shelf_item_subject_id"), "shelf_item", ["subject_id"])
    op.create_table(
        "shelf_territory",
        sa.Column("shelf_id", IdColumn(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["shelf_id"], ["shelf.id"], name=op.f("fk_shelf_territory_shelf_id_shelf")),
        sa.PrimaryKeyConstraint("shelf_id", "territory", name=op.f("pk_shelf_territory")),
    )
    op.create_table(
        "taken_track",
        sa.Column("track_id", IdColumn(), nullable=False),
        sa.Column("source_id", IdColumn(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["track.id"], name=op.f("fk_taken_track_source_id_track")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_taken_track_track_id_track")),
        sa.PrimaryKeyConstraint("track_id", name=op.f("pk_taken_track")),
    )
    op.create_index(op.f("ix_taken_track_source_id"), "taken_track", ["source_id"])
    op.create_index(op.f("ix_deal_track_id"), "deal", ["track_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_deal_track_id"), table_name="deal")
    op.drop_index(op.f("ix_taken_track_source_id"), table_name="taken_track")
    op.drop_table("taken_track")
    op.drop_table("shelf_territory")
    op.drop_index(op.f("ix_shelf_item_subject_id"), table_name="shelf_item")
    op.drop_table("shelf_item")
    op.drop_table("shelf")
