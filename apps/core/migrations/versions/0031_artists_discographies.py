"""Artists' discographies"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "artist_release",
        sa.Column("artist_id", IdColumn(), nullable=False),
        sa.Column("release_id", IdColumn(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("artist_id", "release_id", name=op.f("pk_artist_release")),
    )
    op.execute(
        """
        INSERT INTO artist_release (artist_id, release_id, own, year)
        SELECT artist_id, release_id, MAX(own) = 1, COALESCE(year, 0)
        FROM (
            SELECT credit.artist_id, credit.release_id, 1 AS own, release.year
            FROM release_credit AS credit JOIN release ON release.id = credit.release_id
            UNION ALL
            SELECT credit.artist_id, track.release_id, 0, release.year
            FROM recording_credit AS credit
            JOIN track ON track.recording_id = credit.recording_id
            JOIN release ON release.id = track.release_id
            WHERE track.disc <> -1 AND track.hidden_at IS NULL
        ) AS credited
        GROUP BY artist_id, release_id, year
        """
    )
    op.create_index("ix_artist_release_latest", "artist_release", ["artist_id", "own", "year", "release_id"])
    op.create_index("ix_artist_release_release_id", "artist_release", ["release_id"])


def downgrade() -> None:
    op.drop_table("artist_release")
