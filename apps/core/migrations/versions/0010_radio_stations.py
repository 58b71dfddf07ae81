"""Radio: stations, their batches and feedback, hidden tracks, and models"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "radio_model",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("recordings", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.String(), nullable=False),
        sa.Column("last_day", sa.String(), nullable=False),
        sa.Column("trained_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_radio_model")),
    )
    op.create_table(
        "station",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("started_at", Moment(timezone=True), nullable=False),
        sa.Column("played_at", Moment(timezone=True), nullable=False),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("used", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_station_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("account_id", "kind", "subject", name=op.f("uq_station_account_id_kind_subject")),
    )
    op.create_index("ix_station_played", "station", ["account_id", "played_at"])
    op.create_table(
        "station_pool",
        sa.Column("station_id", IdColumn(), nullable=False),
        sa.Column("candidates", sa.LargeBinary(), nullable=False),
        sa.Column("until", Moment(timezone=True), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_station_pool_station_id_station")),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_station_pool")),
    )
    op.create_table(
        "station_batch",
        sa.Column("station_id", IdColumn(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("given_at", Moment(timezone=True), nullable=False),
        sa.Column("tracks", sa.LargeBinary(), nullable=False),
        sa.Column("fewer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_station_batch_station_id_station")),
        sa.PrimaryKeyConstraint("station_id", "number", name=op.f("pk_station_batch")),
    )
    op.create_table(
        "station_feedback",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("station_id", IdColumn(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("track_id", IdColumn(), nullable=False),
        sa.Column("given_at", Moment(timezone=True), nullable=False),
        sa.Column("track", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_station_feedback_station_id_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_feedback")),
    )
    op.create_index("ix_station_feedback_latest", "station_feedback", ["station_id", "kind", "given_at"])
    op.create_table(
        "hidden_track",
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("track_id", IdColumn(), nullable=False),
        sa.Column("hidden_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_hidden_track_account_id_account")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_hidden_track_recording_id_recording")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_hidden_track_track_id_track")),
        sa.PrimaryKeyConstraint("account_id", "recording_id", name=op.f("pk_hidden_track")),
    )
    op.create_index("ix_hidden_track_latest", "hidden_track", ["account_id", "hidden_at", "recording_id"])
    op.create_index("ix_recording_genre", "recording", ["genre", "id"])


def downgrade() -> None:
    op.drop_index("ix_recording_genre", table_name="recording")
    op.drop_index("ix_hidden_track_latest", table_name="hidden_track")
    op.drop_table("hidden_track")
    op.drop_index("ix_station_feedback_latest", table_name="station_feedback")
    op.drop_table("station_feedback")
    op.drop_table("station_batch")
    op.drop_table("station_pool")
    op.drop_index("ix_station_played", table_name="station")
    op.drop_table("station")
    op.drop_table("radio_model")
