"""Statements, and the contracts behind them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from apps.core.database import IdColumn, Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

REFUSAL = "statements are final: correct them with the next week''s"
SETTLED = ("pool", "allocation")
"""Tables of which no row ever changes."""
FIXED = "number, week, label_id, label, party_id, created_at"
"""Of a statement; of the rest only who said what of it may change, and its files are recorded once."""
FINAL = {
    "sqlite": [
        *(
            f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            for table in SETTLED
            for verb in ("UPDATE", "DELETE")
        ),
        f"CREATE TRIGGER statement_delete BEFORE DELETE ON statement BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"CREATE TRIGGER statement_fixed BEFORE UPDATE OF {FIXED} ON statement BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        f"""CREATE TRIGGER statement_files BEFORE UPDATE OF files ON statement WHEN OLD.files IS NOT NULL
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
        *(
            f"""CREATE TRIGGER statement_run_{verb.lower()} BEFORE {verb} ON statement_run WHEN OLD.settled_at IS NOT NULL
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"""
            for verb in ("UPDATE", "DELETE")
        ),
    ],
    "postgresql": [
        f"""
        CREATE OR REPLACE FUNCTION refuse_to_change_statements() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$
        """,
        *(
            f"""CREATE TRIGGER {table}_final BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_statements()"""
            for table in SETTLED
        ),
        *(
            f"""CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_statements()"""
            for table in ("statement", "statement_run")
        ),
        """CREATE TRIGGER statement_delete BEFORE DELETE ON statement
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_statements()""",
        f"""CREATE TRIGGER statement_fixed BEFORE UPDATE OF {FIXED} ON statement
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_statements()""",
        """CREATE TRIGGER statement_files BEFORE UPDATE OF files ON statement FOR EACH ROW WHEN (OLD.files IS NOT NULL)
        EXECUTE FUNCTION refuse_to_change_statements()""",
        """CREATE TRIGGER statement_run_final BEFORE UPDATE OR DELETE ON statement_run FOR EACH ROW WHEN (OLD.settled_at IS NOT NULL)
        EXECUTE FUNCTION refuse_to_change_statements()""",
    ],
}
"""Of whatever sends the statement: code that forgets, or a person with a shell."""


def upgrade() -> None:
    _create_contracts()
    _create_runs()
    _create_statements()
    for statement in FINAL[op.get_bind().dialect.name]:
        op.execute(statement)


def _create_contracts() -> None:
    op.create_table(
        "contract",
        sa.Column("id", IdColumn(), nullable=False),
        sa.Column("label_id", IdColumn(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("share_numerator", sa.Integer(), nullable=False),
        sa.Column("share_denominator", sa.Integer(), nullable=False),
        sa.Column("least_ms", sa.Integer(), nullable=False),
        sa.Column("least_evidence", sa.String(), nullable=False),
        sa.Column("party_id", sa.String(), nullable=True),
        sa.Column("starts_on", sa.String(), nullable=False),
        sa.Column("ends_on", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name="fk_contract_label_id_label"),
        sa.PrimaryKeyConstraint("id", name="pk_contract"),
        sa.UniqueConstraint("label_id", "territory", "starts_on", name="uq_contract_label_id_territory_starts_on"),
    )
    op.create_table(
        "partner",
        sa.Column("account_id", IdColumn(), nullable=False),
        sa.Column("label_id", IdColumn(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_partner_account_id_account"),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name="fk_partner_label_id_label"),
        sa.PrimaryKeyConstraint("account_id", "label_id", name="pk_partner"),
    )


def _create_runs() -> None:
    op.create_table(
        "statement_run",
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("opened_at", Moment(timezone=True), nullable=False),
        sa.Column("order", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", Moment(timezone=True), nullable=True),
        sa.Column("usage", sa.LargeBinary(), nullable=True),
        sa.Column("revenue", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("week", name="pk_statement_run"),
    )
    amounts = ("earned_to_date", "unearned", "earned", "carried_in", "carried_out", "eligible")
    op.create_table(
        "pool",
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in amounts),
        sa.ForeignKeyConstraint(["week"], ["statement_run.week"], name="fk_pool_week_statement_run"),
        sa.PrimaryKeyConstraint("week", "territory", "currency", name="pk_pool"),
    )
    op.create_table(
        "allocation",
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("payee", sa.String(), nullable=False),
        sa.Column("label_id", IdColumn(), nullable=True),
        sa.Column("plays", sa.BigInteger(), nullable=False),
        sa.Column("eligible", sa.BigInteger(), nullable=False),
        sa.Column("share_numerator", sa.Integer(), nullable=False),
        sa.Column("share_denominator", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name="fk_allocation_label_id_label"),
        sa.ForeignKeyConstraint(["week"], ["statement_run.week"], name="fk_allocation_week_statement_run"),
        sa.PrimaryKeyConstraint("week", "territory", "currency", "payee", name="pk_allocation"),
    )
    op.create_index("ix_allocation_label_id", "allocation", ["label_id"])


def _create_statements() -> None:
    op.create_table(
        "statement",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("label_id", IdColumn(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("party_id", sa.String(), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("checked_by", IdColumn(), nullable=True),
        sa.Column("checked_at", Moment(timezone=True), nullable=True),
        sa.Column("approved_by", IdColumn(), nullable=True),
        sa.Column("approved_at", Moment(timezone=True), nullable=True),
        sa.Column("dispatched_at", Moment(timezone=True), nullable=True),
        sa.Column("places", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name="fk_statement_approved_by_account"),
        sa.ForeignKeyConstraint(["checked_by"], ["account.id"], name="fk_statement_checked_by_account"),
        sa.ForeignKeyConstraint(["label_id"], ["label.id"], name="fk_statement_label_id_label"),
        sa.ForeignKeyConstraint(["week"], ["statement_run.week"], name="fk_statement_week_statement_run"),
        sa.PrimaryKeyConstraint("number", name="pk_statement"),
        sa.UniqueConstraint("week", "label_id", name="uq_statement_week_label_id"),
    )
    op.create_index("ix_statement_label_id", "statement", ["label_id"])


def downgrade() -> None:
    for table in ("statement", "allocation", "pool", "statement_run", "partner", "contract"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change_statements()")
