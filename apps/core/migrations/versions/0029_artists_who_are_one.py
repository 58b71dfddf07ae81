"""Artists who are one"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment, only_where

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = "BYTEA" if op.get_bind().dialect.name == "postgresql" else "BLOB"
    # Written out: of SQLite Alembic asks for a table that is made anew, and others refer to this one.
    op.execute(f"ALTER TABLE artist ADD COLUMN merged_into {kind} CONSTRAINT fk_artist_merged_into_artist REFERENCES artist (id)")
    op.create_index("ix_artist_merged_into", "artist", ["merged_into"])
    op.create_table(
        "artist_merge",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("artist_id", IdColumn(), nullable=False),
        sa.Column("into_id", IdColumn(), nullable=False),
        sa.Column("made_by", IdColumn(), nullable=True),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("over_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["artist_id"], ["artist.id"], name=op.f("fk_artist_merge_artist_id_artist")),
        sa.ForeignKeyConstraint(["into_id"], ["artist.id"], name=op.f("fk_artist_merge_into_id_artist")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_artist_merge_made_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artist_merge")),
    )
    op.create_index("ix_artist_merge_into", "artist_merge", ["into_id"], **only_where("over_at IS NULL"))


def downgrade() -> None:
    op.drop_index("ix_artist_merge_into", table_name="artist_merge")
    op.drop_table("artist_merge")
    op.drop_index("ix_artist_merged_into", table_name="artist")
    op.drop_column("artist", "merged_into")
