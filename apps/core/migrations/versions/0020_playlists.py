"""Playlists, their tracks and members, and folders"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "playlist",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("owner_id", IdColumn(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("cover_release_id", IdColumn(), nullable=True),
        sa.Column("tracks", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("changed_at", Moment(timezone=True), nullable=False),
        sa.Column("deleted_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cover_release_id"], ["release.id"], name=op.f("fk_playlist_cover_release_id_release")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_playlist_owner_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlist")),
    )
    op.create_index(op.f("ix_playlist_deleted_at"), "playlist", ["deleted_at"])
    op.create_index(op.f("ix_playlist_owner_id"), "playlist", ["owner_id"])
    op.create_table(
        "playlist_folder",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("parent_id", IdColumn(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_playlist_folder_account_id_account")),
        sa.ForeignKeyConstraint(["parent_id"], ["playlist_folder.id"], name=op.f("fk_playlist_folder_parent_id_playlist_folder")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlist_folder")),
    )
    op.create_index("ix_playlist_folder_order", "playlist_folder", ["account_id", "position", "id"])
    op.create_table(
        "playlist_member",
        sa.Column("playlist_id", IdColumn(), nullable=False),
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("folder_id", IdColumn(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_playlist_member_account_id_account")),
        sa.ForeignKeyConstraint(["folder_id"], ["playlist_folder.id"], name=op.f("fk_playlist_member_folder_id_playlist_folder")),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], name=op.f("fk_playlist_member_playlist_id_playlist")),
        sa.PrimaryKeyConstraint("playlist_id", "account_id", name=op.f("pk_playlist_member")),
    )
    op.create_index("ix_playlist_member_order", "playlist_member", ["account_id", "folder_id", "position", "playlist_id"])
    op.create_table(
        "playlist_track",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("playlist_id", IdColumn(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("track_id", IdColumn(), nullable=False),
        sa.Column("added_at", Moment(timezone=True), nullable=False),
        sa.Column("added_by", IdColumn(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_playlist_track_added_by_account")),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], name=op.f("fk_playlist_track_playlist_id_playlist")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_playlist_track_track_id_track")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlist_track")),
    )
    op.create_index("ix_playlist_track_order", "playlist_track", ["playlist_id", "position", "id"])


def downgrade() -> None:
    op.drop_index("ix_playlist_track_order", table_name="playlist_track")
    op.drop_table("playlist_track")
    op.drop_index("ix_playlist_member_order", table_name="playlist_member")
    op.drop_table("playlist_member")
    op.drop_index("ix_playlist_folder_order", table_name="playlist_folder")
    op.drop_table("playlist_folder")
    op.drop_index(op.f("ix_playlist_owner_id"), table_name="playlist")
    op.drop_index(op.f("ix_playlist_deleted_at"), table_name="playlist")
    op.drop_table("playlist")
