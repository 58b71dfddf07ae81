"""Which day a play is exported with"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# SQLite's `date` rounds to milliseconds: a play of the last half of one would come a day too late.
EXPORT_DAY = {
    "sqlite": "max(day, date(substr(received_at, 1, 19), '-2 hours'))",
    "postgresql": "greatest(day, to_char(timezone('UTC', received_at) - interval '2 hours', 'YYYY-MM-DD'))",
}


def upgrade() -> None:
    op.add_column("play", sa.Column("export_day", sa.String(), nullable=True))
    op.add_column("play", sa.Column("late", sa.Boolean(), nullable=True))
    op.drop_index("ix_play_received_at", table_name="play")
    op.drop_index("ix_play_day", table_name="play")
    # The log is closed while its rows are written anew, and to a process of the release before from here on: players keep their plays
    # and send them again, and exports are tried again.
    export_day = EXPORT_DAY[op.get_bind().dialect.name]
    op.execute(f"UPDATE play SET export_day = {export_day}, late = day < {export_day}")  # noqa: S608 - our own words
    with op.batch_alter_table("play") as play:
        play.alter_column("export_day", existing_type=sa.String(), nullable=False)
        play.alter_column("late", existing_type=sa.Boolean(), nullable=False)
        play.create_index("ix_play_export_day", ["export_day", "late", "id"])


def downgrade() -> None:
    op.drop_index("ix_play_export_day", table_name="play")
    op.create_index("ix_play_day", "play", ["day", "id"])
    op.create_index("ix_play_received_at", "play", ["received_at"])
    op.drop_column("play", "late")
    op.drop_column("play", "export_day")
