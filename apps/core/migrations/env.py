"""Alembic's entry: `migrate` hands it the connection it holds the lock on."""

from __future__ import annotations

from alembic import context

from apps.core.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=context.config.attributes["connection"].dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix="",
)
with context.begin_transaction():
    context.run_migrations()
