"""The database's schema version: a process works only with the one it was written for."""

from __future__ import annotations

from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from apps.core.database import close_engines, db, reader
from apps.core.migrations import REVISION
from ports.environment import BootError


def schema_version() -> str | None:
    """The database's version, None where it has no schema yet; raises `BootError` where it cannot be used."""
    try:
        with reader() as connection:
            known = inspect(connection).has_table("alembic_version")
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
    except DatabaseError as error:
        raise BootError(f"The database {db.engine.url!r} cannot be used: {error.orig}. Start it, or correct DATABASE_URL.") from error


def check_schema() -> None:
    """Raises `BootError` where the database has another version, or none."""
    version = schema_version()
    if version != REVISION:
        close_engines()
        found = f"has schema version {version}" if version else "has no schema yet"
        raise BootError(f"The database {found}, this release needs {REVISION}: run ./celesta migrate.")
