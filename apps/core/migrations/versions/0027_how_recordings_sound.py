"""How recordings sound, and which sound the same"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

LINKS = (("recording", "same_as"), ("track", "own_recording_id"))


def upgrade() -> None:
    op.create_table(
        "fingerprint",
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("frames", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_fingerprint_recording_id_recording")),
        sa.PrimaryKeyConstraint("recording_id", "content_hash", name=op.f("pk_fingerprint")),
    )
    op.create_table(
        "fingerprint_mark",
        sa.Column("mark", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("duration_ms", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_fingerprint_mark_recording_id_recording")),
        sa.PrimaryKeyConstraint("mark", "duration_ms", "recording_id", name=op.f("pk_fingerprint_mark")),
    )
    op.create_index("ix_fingerprint_mark_recording_id", "fingerprint_mark", ["recording_id"])
    kind = "BYTEA" if op.get_bind().dialect.name == "postgresql" else "BLOB"
    for table, name in LINKS:
        # Written out: of SQLite Alembic asks for a table that is made anew, and others refer to these.
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind} CONSTRAINT fk_{table}_{name}_recording REFERENCES recording (id)")
        op.create_index(f"ix_{table}_{name}", table, [name])


def downgrade() -> None:
    op.execute("UPDATE track SET recording_id = own_recording_id WHERE own_recording_id IS NOT NULL")
    for table, name in reversed(LINKS):
        op.drop_index(f"ix_{table}_{name}", table_name=table)
        op.drop_column(table, name)
    op.drop_index("ix_fingerprint_mark_recording_id", table_name="fingerprint_mark")
    op.drop_table("fingerprint_mark")
    op.drop_table("fingerprint")
