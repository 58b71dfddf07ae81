"""Which day a play is exported with"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OPEN_WHEN_IT_CAME = {
    "sqlite": "max(day, date(received_at, '-2 hours'))",
    "postgresql": "greatest(day, to_char(timezone('UTC', received_at) - interval '2 hours', 'YYYY-MM-DD'))",
}


def upgrade() -> None:
    op.add_column("play", sa.Column("export_day", sa.String(), nullable=True))
    op.add_column("play", sa.Column("late", sa.Boolean(), nullable=True))
    op.execute(f"UPDATE play SET export_day = {OPEN_WHEN_IT_CAME[op.get_bind().dialect.name]}")  # noqa: S608 - our own words
    op.execute("UPDATE play SET late = day < export_day")
    # A process of the release before cannot record plays from here on; its players keep them and send them again.
    with op.batch_alter_table("play") as play:
        play.alter_column("export_day", existing_type=sa.String(), nullable=False)
        play.alter_column("late", existing_type=sa.Boolean(), nullable=False)
        play.drop_index("ix_play_received_at")
        play.drop_index("ix_play_day")
        play.create_index("ix_play_export_day", ["export_day", "late", "id"])


def downgrade() -> None:
    op.drop_index("ix_play_export_day", table_name="play")
    op.create_index("ix_play_day", "play", ["day", "id"])
    op.create_index("ix_play_received_at", "play", ["received_at"])
    op.drop_column("play", "late")
    op.drop_column("play", "export_day")
