"""Favourite tracks, releases and artists"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "favourite_track",
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("track_id", IdColumn(), nullable=False),
        sa.Column("added_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_favourite_track_account_id_account")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_favourite_track_recording_id_recording")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_favourite_track_track_id_track")),
        sa.PrimaryKeyConstraint("account_id", "recording_id", name=op.f("pk_favourite_track")),
    )
    op.create_index("ix_favourite_track_latest", "favourite_track", ["account_id", "added_at", "recording_id"])
    op.create_table(
        "favourite_release",
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("release_id", IdColumn(), nullable=False),
        sa.Column("added_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_favourite_release_account_id_account")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_favourite_release_release_id_release")),
        sa.PrimaryKeyConstraint("account_id", "release_id", name=op.f("pk_favourite_release")),
    )
    op.create_index("ix_favourite_release_latest", "favourite_release", ["account_id", "added_at", "release_id"])
    op.create_table(
        "favourite_artist",
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("artist_id", IdColumn(), nullable=False),
        sa.Column("added_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_favourite_artist_account_id_account")),
        sa.ForeignKeyConstraint(["artist_id"], ["artist.id"], name=op.f("fk_favourite_artist_artist_id_artist")),
        sa.PrimaryKeyConstraint("account_id", "artist_id", name=op.f("pk_favourite_artist")),
    )
    op.create_index("ix_favourite_artist_latest", "favourite_artist", ["account_id", "added_at", "artist_id"])


def downgrade() -> None:
    op.drop_index("ix_favourite_artist_latest", table_name="favourite_artist")
    op.drop_table("favourite_artist")
    op.drop_index("ix_favourite_release_latest", table_name="favourite_release")
    op.drop_table("favourite_release")
    op.drop_index("ix_favourite_track_latest", table_name="favourite_track")
    op.drop_table("favourite_track")
