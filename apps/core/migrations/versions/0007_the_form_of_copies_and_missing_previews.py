"""The form of each encrypted copy, beside its key; which audio nobody has cut a preview of yet"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import only_where

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CONTENT = "recording_id", "content_hash"
audio = sa.table("audio", *map(sa.column, CONTENT), sa.column("has_preview", sa.Boolean()))
rendition = sa.table("rendition", *map(sa.column, CONTENT), sa.column("name"))


def upgrade() -> None:
    # The defaults are what every copy was made by so far, and what processes of the release before still make while they are replaced.
    op.add_column("encrypted_file", sa.Column("format_version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("encrypted_file", sa.Column("chunk_size", sa.Integer(), server_default="65536", nullable=False))
    # Not known of what was transcoded before there were previews, nor of what processes of the release before record meanwhile.
    op.add_column("audio", sa.Column("has_preview", sa.Boolean(), nullable=True))
    of_content = (rendition.c.recording_id == audio.c.recording_id) & (rendition.c.content_hash == audio.c.content_hash)
    preview = sa.exists().where(of_content, rendition.c.name == "preview")
    op.execute(sa.update(audio).where(preview).values(has_preview=True))
    op.create_index("ix_audio_without_preview", "audio", ["recording_id"], **only_where("has_preview IS NULL"))


def downgrade() -> None:
    op.drop_index("ix_audio_without_preview", table_name="audio")
    op.drop_column("audio", "has_preview")
    op.drop_column("encrypted_file", "chunk_size")
    op.drop_column("encrypted_file", "format_version")
