"""Links by which others join a playlist"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "playlist_invitation",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("playlist_id", IdColumn(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("expires_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], name=op.f("fk_playlist_invitation_playlist_id_playlist")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlist_invitation")),
        sa.UniqueConstraint("digest", name=op.f("uq_playlist_invitation_digest")),
    )
    op.create_index(op.f("ix_playlist_invitation_expires_at"), "playlist_invitation", ["expires_at"])
    op.create_index(op.f("ix_playlist_invitation_playlist_id"), "playlist_invitation", ["playlist_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_playlist_invitation_playlist_id"), table_name="playlist_invitation")
    op.drop_index(op.f("ix_playlist_invitation_expires_at"), table_name="playlist_invitation")
    op.drop_table("playlist_invitation")
