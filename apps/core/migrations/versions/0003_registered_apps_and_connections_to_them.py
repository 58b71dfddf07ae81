"""Registered apps and connections to them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "oauth_client",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("redirect_uris", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_oauth_client"),
    )
    op.create_table(
        "connected_app",
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("client_id", IdColumn(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("connected_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_connected_app_account_id_account"),
        sa.ForeignKeyConstraint(["client_id"], ["oauth_client.id"], name="fk_connected_app_client_id_oauth_client"),
        sa.PrimaryKeyConstraint("account_id", "client_id", name="pk_connected_app"),
    )
    op.create_index("ix_connected_app_client_id", "connected_app", ["client_id"])


def downgrade() -> None:
    op.drop_table("connected_app")
    op.drop_table("oauth_client")
