"""The form of each encrypted copy, beside its key"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The defaults are what every copy was made by so far, and what processes of the release before still make while they are replaced.
    op.add_column("encrypted_file", sa.Column("format_version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("encrypted_file", sa.Column("chunk_size", sa.Integer(), server_default="65536", nullable=False))


def downgrade() -> None:
    op.drop_column("encrypted_file", "chunk_size")
    op.drop_column("encrypted_file", "format_version")
