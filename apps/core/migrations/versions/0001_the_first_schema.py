"""the first schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("password_set_at", Moment(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email_key", name=op.f("uq_account_email_key")),
    )
    op.create_table(
        "artist",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artist")),
        sa.UniqueConstraint("name_key", name=op.f("uq_artist_name_key")),
    )
    op.create_table(
        "catalogue_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_version")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("deliverer", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_source"), ["source"], unique=False)

    op.create_table(
        "idempotency",
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency")),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_created_at"), ["created_at"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_invitation")),
    )
    op.create_table(
        "job",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("work", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("troubled_since", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_job_kind_subject")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_lapsed", ["status", "lease_until"], unique=False)

    op.create_table(
        "label",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
        sa.UniqueConstraint("name_key", name=op.f("uq_label_name_key")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "log_in_failure",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("window", Moment(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "window", name=op.f("pk_log_in_failure")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_published_at"), ["published_at"], unique=False)

    op.create_table(
        "play",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("played_ms", sa.Integer(), nullable=False),
        sa.Column("track_id", IdColumn(), nullable=False),
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("release_id", IdColumn(), nullable=False),
        sa.Column("session_id", IdColumn(), nullable=True),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_play")),
        sa.UniqueConstraint("account_id", "event_id", name=op.f("uq_play_account_id_event_id")),
    )
    with op.batch_alter_table("play", schema=None) as batch_op:
        batch_op.create_index("ix_play_day", ["day", "id"], unique=False)

    op.create_table(
        "recording",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("deliverer", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("isrc", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("artist", sa.String(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("explicit", sa.Boolean(), nullable=False),
        sa.Column("genre", sa.String(), nullable=True),
        sa.Column("p_line", sa.String(), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("deliverer", "identity", name=op.f("uq_recording_deliverer_identity")),
    )
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_isrc"), ["isrc"], unique=False)

    op.create_table(
        "series",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("title_key", name=op.f("uq_series_title_key")),
    )
    op.create_table(
        "slot",
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("slot", Moment(), nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("schedule", "slot", name=op.f("pk_slot")),
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_role_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", "role", name=op.f("pk_account_role")),
    )
    op.create_table(
        "audio",
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_audio_recording_id_recording")),
        sa.PrimaryKeyConstraint("recording_id", "content_hash", name=op.f("pk_audio")),
    )
    op.create_table(
        "ownership",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("label_id", IdColumn(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name=op.f("fk_ownership_label_id_label")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_ownership_recording_id_recording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownership")),
    )
    with op.batch_alter_table("ownership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ownership_label_id"), ["label_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ownership_recording_id"), ["recording_id"], unique=False)

    op.create_table(
        "published_rendition",
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_published_rendition_recording_id_recording")),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_published_rendition")),
    )
    op.create_table(
        "recording_credit",
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("artist_id", IdColumn(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("credited_as", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["artist_id"], ["artist.id"], name=op.f("fk_recording_credit_artist_id_artist")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_recording_credit_recording_id_recording")),
        sa.PrimaryKeyConstraint("recording_id", "position", name=op.f("pk_recording_credit")),
    )
    with op.batch_alter_table("recording_credit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_credit_artist_id"), ["artist_id"], unique=False)

    op.create_table(
        "release",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("deliverer", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("artist", sa.String(), nullable=False),
        sa.Column("upc", sa.String(), nullable=True),
        sa.Column("genre", sa.String(), nullable=True),
        sa.Column("released_on", sa.String(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("p_line", sa.String(), nullable=True),
        sa.Column("c_line", sa.String(), nullable=True),
        sa.Column("label_id", IdColumn(), nullable=True),
        sa.Column("series_id", IdColumn(), nullable=True),
        sa.Column("volume", sa.Integer(), nullable=True),
        sa.Column("cover", sa.String(), nullable=True),
        sa.Column("colour", sa.String(), nullable=True),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name=op.f("fk_release_label_id_label")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_release_series_id_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("deliverer", "identity", name=op.f("uq_release_deliverer_identity")),
    )
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.create_index("ix_release_newest", ["published_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_release_series_id"), ["series_id"], unique=False)
        batch_op.create_index("ix_release_title_order", ["title_key", "id"], unique=False)

    op.create_table(
        "rendition",
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("bit_rate", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_rendition_recording_id_recording")),
        sa.PrimaryKeyConstraint("recording_id", "content_hash", "name", name=op.f("pk_rendition")),
    )
    op.create_table(
        "stream_slot",
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("session_id", IdColumn(), nullable=False),
        sa.Column("leased_until", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_stream_slot_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("pk_stream_slot")),
    )
    op.create_table(
        "delivered_release",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("delivery_id", IdColumn(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("release_id", IdColumn(), nullable=True),
        sa.Column("written_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_delivered_release_delivery_id_delivery")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_delivered_release_release_id_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivered_release")),
        sa.UniqueConstraint("delivery_id", "identity", name=op.f("uq_delivered_release_delivery_id_identity")),
    )
    op.create_table(
        "release_credit",
        sa.Column("release_id", IdColumn(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("artist_id", IdColumn(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("credited_as", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["artist_id"], ["artist.id"], name=op.f("fk_release_credit_artist_id_artist")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_credit_release_id_release")),
        sa.PrimaryKeyConstraint("release_id", "position", name=op.f("pk_release_credit")),
    )
    with op.batch_alter_table("release_credit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_release_credit_artist_id"), ["artist_id"], unique=False)

    op.create_table(
        "track",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("release_id", IdColumn(), nullable=False),
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("disc", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_track_recording_id_recording")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_track_release_id_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track")),
        sa.UniqueConstraint("release_id", "disc", "number", name=op.f("uq_track_release_id_disc_number")),
    )
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_recording_id"), ["recording_id"], unique=False)

    op.create_table(
        "deal",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("release_id", IdColumn(), nullable=False),
        sa.Column("track_id", IdColumn(), nullable=True),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("commercial_model", sa.String(), nullable=False),
        sa.Column("use_type", sa.String(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_deal_release_id_release")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_deal_track_id_track")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal")),
    )
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.create_index("ix_deal_ends_at", ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_deal_release_id"), ["release_id"], unique=False)
        batch_op.create_index("ix_deal_starts_at", ["starts_at"], unique=False)

    op.create_table(
        "delivered_file",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("delivery_id", IdColumn(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("tags", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("delivered_release_id", IdColumn(), nullable=True),
        sa.Column("recording_id", IdColumn(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivered_release_id"], ["delivered_release.id"], name=op.f("fk_delivered_file_delivered_release_id_delivered_release")
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_delivered_file_delivery_id_delivery")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_delivered_file_recording_id_recording")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivered_file")),
        sa.UniqueConstraint("delivery_id", "path", name=op.f("uq_delivered_file_delivery_id_path")),
    )
    with op.batch_alter_table("delivered_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivered_file_delivered_release_id"), ["delivered_release_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivered_file_recording_id"), ["recording_id"], unique=False)

    op.create_table(
        "history",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("track_id", IdColumn(), nullable=False),
        sa.Column("played_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_history_account_id_account")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_history_track_id_track")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
        sa.UniqueConstraint("account_id", "event_id", name=op.f("uq_history_account_id_event_id")),
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index("ix_history_latest", ["account_id", "played_at", "id"], unique=False)

    op.create_table(
        "playback_session",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("track_id", IdColumn(), nullable=False),
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("renewed_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("urls_expire_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_playback_session_account_id_account")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name=op.f("fk_playback_session_recording_id_recording")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_playback_session_track_id_track")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playback_session")),
    )
    with op.batch_alter_table("playback_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_playback_session_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_playback_session_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "deal_exclusion",
        sa.Column("deal_id", IdColumn(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_exclusion_deal_id_deal")),
        sa.PrimaryKeyConstraint("deal_id", "territory", name=op.f("pk_deal_exclusion")),
    )


def downgrade() -> None:
    op.drop_table("deal_exclusion")
    with op.batch_alter_table("playback_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_playback_session_expires_at"))
        batch_op.drop_index(batch_op.f("ix_playback_session_account_id"))

    op.drop_table("playback_session")
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index("ix_history_latest")

    op.drop_table("history")
    with op.batch_alter_table("delivered_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivered_file_recording_id"))
        batch_op.drop_index(batch_op.f("ix_delivered_file_delivered_release_id"))

    op.drop_table("delivered_file")
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.drop_index("ix_deal_starts_at")
        batch_op.drop_index(batch_op.f("ix_deal_release_id"))
        batch_op.drop_index("ix_deal_ends_at")

    op.drop_table("deal")
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_track_recording_id"))

    op.drop_table("track")
    with op.batch_alter_table("release_credit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_release_credit_artist_id"))

    op.drop_table("release_credit")
    op.drop_table("delivered_release")
    op.drop_table("stream_slot")
    op.drop_table("rendition")
    with op.batch_alter_table("release", schema=None) as batch_op:
        batch_op.drop_index("ix_release_title_order")
        batch_op.drop_index(batch_op.f("ix_release_series_id"))
        batch_op.drop_index("ix_release_newest")

    op.drop_table("release")
    with op.batch_alter_table("recording_credit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recording_credit_artist_id"))

    op.drop_table("recording_credit")
    op.drop_table("published_rendition")
    with op.batch_alter_table("ownership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ownership_recording_id"))
        batch_op.drop_index(batch_op.f("ix_ownership_label_id"))

    op.drop_table("ownership")
    op.drop_table("audio")
    op.drop_table("account_role")
    op.drop_table("slot")
    op.drop_table("series")
    with op.batch_alter_table("recording", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recording_isrc"))

    op.drop_table("recording")
    with op.batch_alter_table("play", schema=None) as batch_op:
        batch_op.drop_index("ix_play_day")

    op.drop_table("play")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_published_at"))

    op.drop_table("outbox")
    op.drop_table("log_in_failure")
    op.drop_table("lease")
    op.drop_table("label")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_lapsed")

    op.drop_table("job")
    op.drop_table("invitation")
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_created_at"))

    op.drop_table("idempotency")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_source"))

    op.drop_table("delivery")
    op.drop_table("catalogue_version")
    op.drop_table("artist")
    op.drop_table("account")
