"""Editions of charts, which nothing changes once they are there"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REFUSAL = "an edition of a chart never changes"
THERE = "SELECT 1 FROM chart_edition WHERE chart = NEW.chart AND first_day = NEW.first_day"
FROZEN = {
    "sqlite": [
        *(
            f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            for table in ("chart_edition", "chart_entry")
            for verb in ("UPDATE", "DELETE")
        ),
        f"""
        CREATE TRIGGER chart_entry_insert BEFORE INSERT ON chart_entry WHEN EXISTS ({THERE})
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
        """,
    ],
    "postgresql": [
        f"""
        CREATE FUNCTION refuse_to_change_an_edition() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
        IF TG_OP = 'INSERT' THEN
            PERFORM {THERE.removeprefix("SELECT ")};
            IF NOT FOUND THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
        END $$
        """,
        *(
            f"""
            CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_an_edition()
            """
            for table in ("chart_edition", "chart_entry")
        ),
        "CREATE TRIGGER chart_entry_insert BEFORE INSERT ON chart_entry FOR EACH ROW EXECUTE FUNCTION refuse_to_change_an_edition()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "chart_edition",
        sa.Column("chart", sa.String(), nullable=False),
        sa.Column("first_day", sa.String(), nullable=False),
        sa.Column("last_day", sa.String(), nullable=False),
        sa.Column("starts_at", Moment(timezone=True), nullable=False),
        sa.Column("ends_at", Moment(timezone=True), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("manifests", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chart", "first_day", name="pk_chart_edition"),
    )
    op.create_table(
        "chart_entry",
        sa.Column("chart", sa.String(), nullable=False),
        sa.Column("first_day", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("recording_id", IdColumn(), nullable=False),
        sa.Column("track_id", IdColumn(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("artist", sa.String(), nullable=False),
        sa.Column("plays", sa.BigInteger(), nullable=False),
        sa.Column("last_position", sa.Integer(), nullable=True),
        sa.Column("peak", sa.Integer(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("movement", sa.String(), nullable=False),
        # Entries come first and their edition last, in one transaction.
        sa.ForeignKeyConstraint(
            ["chart", "first_day"],
            ["chart_edition.chart", "chart_edition.first_day"],
            name="fk_chart_entry_chart_chart_edition",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("chart", "first_day", "position", name="pk_chart_entry"),
        sa.UniqueConstraint("chart", "key", "first_day", name="uq_chart_entry_chart_key_first_day"),
    )
    for statement in FROZEN[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("chart_entry")
    op.drop_table("chart_edition")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change_an_edition()")
