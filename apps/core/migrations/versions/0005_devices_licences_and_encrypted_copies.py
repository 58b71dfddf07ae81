"""Devices, licences and encrypted copies"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("registered_at", Moment(timezone=True), nullable=False),
        sa.Column("seen_at", Moment(timezone=True), nullable=False),
        sa.Column("removed_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_device_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
    )
    op.create_index("ix_device_account_id", "device", ["account_id"])
    op.create_table(
        "encrypted_file",
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("rendition", sa.String(), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("source_size", sa.BigInteger(), nullable=False),
        sa.Column("wrapping_key", sa.String(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("nonce_prefix", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_encrypted_file_recording_id_recording"),
        sa.PrimaryKeyConstraint("recording_id", "rendition", "source_sha256", name="pk_encrypted_file"),
    )
    op.create_index("ix_encrypted_file_wrapping_key", "encrypted_file", ["wrapping_key"])
    op.create_table(
        "licence",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("device_id", IdColumn(), nullable=False),
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("track_id", IdColumn(), nullable=False),
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("rendition", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("issued_at", Moment(timezone=True), nullable=False),
        sa.Column("expires_at", Moment(timezone=True), nullable=False),
        sa.Column("lapsed_at", Moment(timezone=True), nullable=True),
        sa.Column("resumed_at", Moment(timezone=True), nullable=True),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_licence_device_id_device"),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name="fk_licence_track_id_track"),
        sa.PrimaryKeyConstraint("id", name="pk_licence"),
    )
    op.create_index("ix_licence_device_id", "licence", ["device_id", "track_id"])
    op.create_index("ix_licence_expires_at", "licence", ["expires_at"])
    op.create_table(
        "proved_stretch",
        sa.Column("device_id", IdColumn(), nullable=False),
        sa.Column("started_at", Moment(timezone=True), nullable=False),
        sa.Column("ended_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_proved_stretch_device_id_device"),
        sa.PrimaryKeyConstraint("device_id", "started_at", name="pk_proved_stretch"),
    )
    op.create_index("ix_proved_stretch_ended_at", "proved_stretch", ["ended_at"])
    op.add_column("play", sa.Column("licence_id", IdColumn(), nullable=True))


def downgrade() -> None:
    op.drop_column("play", "licence_id")
    op.drop_table("proved_stretch")
    op.drop_table("licence")
    op.drop_table("encrypted_file")
    op.drop_table("device")
