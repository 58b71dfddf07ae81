"""Exported days of the play log, and the names that listeners have in them"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

from apps.core.database import IdColumn, Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

play = sa.table("play", sa.column("account_id", sa.LargeBinary()))
listener = sa.table("listener", sa.column("account_id", sa.LargeBinary()), sa.column("pseudonym", sa.LargeBinary()))
exported_day = sa.table("exported_day", sa.column("day", sa.String()))


def upgrade() -> None:
    op.create_table(
        "exported_day",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("exported_at", Moment(timezone=True), nullable=False),
        sa.Column("plays", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_exported_day")),
    )
    op.create_table(
        "listener",
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("pseudonym", IdColumn(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_listener")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_listener_account_id_account")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_listener_pseudonym")),
    )
    _name_listeners()
    # A process of the release before cannot record plays from here on; its players keep them and send them again.
    with op.batch_alter_table("play") as table:
        table.drop_constraint("uq_play_account_id_event_id", type_="unique")
        table.alter_column("account_id", new_column_name="listener")
    with op.batch_alter_table("play") as table:
        table.create_unique_constraint("uq_play_listener_event_id", ["listener", "event_id"])
    op.create_index("ix_play_received_at", "play", ["received_at"])


def _name_listeners() -> None:
    connection = op.get_bind()
    accounts = connection.scalars(sa.select(play.c.account_id).distinct()).all()
    if accounts:
        connection.execute(sa.insert(listener), [{"account_id": one, "pseudonym": secrets.token_bytes(16)} for one in accounts])
        name = sa.select(listener.c.pseudonym).where(listener.c.account_id == play.c.account_id).scalar_subquery()
        connection.execute(sa.update(play).values(account_id=name))


def downgrade() -> None:
    _refuse_once_exported()
    op.drop_index("ix_play_received_at", table_name="play")
    account = sa.select(listener.c.account_id).where(listener.c.pseudonym == play.c.account_id).scalar_subquery()
    with op.batch_alter_table("play") as table:
        table.drop_constraint("uq_play_listener_event_id", type_="unique")
        table.alter_column("listener", new_column_name="account_id")
    op.execute(sa.update(play).values(account_id=account))
    with op.batch_alter_table("play") as table:
        table.create_unique_constraint("uq_play_account_id_event_id", ["account_id", "event_id"])
    op.drop_table("listener")
    op.drop_table("exported_day")


def _refuse_once_exported() -> None:
    """The stored files go on knowing listeners by pseudonyms, and editions and statements by the manifests that name these files."""
    days, first = op.get_bind().execute(sa.select(sa.func.count(), sa.func.min(exported_day.c.day))).one()
    if days:
        raise CommandError(
            f"Days of the play log have been exported ({days}, the first is {first}), and revision {down_revision} has no place for their "
            "manifests and for whose the pseudonyms in their files are: going back would lose both for good. Stay at this revision, "
            "or bring back a copy of the database from before the first export."
        )
