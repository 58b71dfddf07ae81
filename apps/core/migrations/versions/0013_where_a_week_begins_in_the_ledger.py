"""Where a week begins in the ledger, and which payments run on after it"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_ledger_recorded_at", "ledger", ["recorded_at"])
    op.create_index("ix_payment_period_ends_at", "payment", ["period_ends_at"])


def downgrade() -> None:
    op.drop_index("ix_payment_period_ends_at", table_name="payment")
    op.drop_index("ix_ledger_recorded_at", table_name="ledger")
