"""The words of recordings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lyrics",
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_lyrics_recording_id_recording")),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_lyrics")),
    )


def downgrade() -> None:
    op.drop_table("lyrics")
