"""Who keeps an artist or a release"""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_favourite_release_release_id", "favourite_release", ["release_id"])
    op.create_index("ix_favourite_artist_artist_id", "favourite_artist", ["artist_id"])


def downgrade() -> None:
    op.drop_index("ix_favourite_artist_artist_id", table_name="favourite_artist")
    op.drop_index("ix_favourite_release_release_id", table_name="favourite_release")
