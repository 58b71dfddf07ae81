"""`celesta migrate` in a process of Core's: bring the database named by `DATABASE_URL` to this release's schema; three at once do it once.

`--write "what changes"` writes the next migration from the models (developers only).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from apps.core.database import close_engines, configure_database, db
from apps.core.handlers import load_handlers
from apps.core.migrations import REVISION
from apps.core.schema import schema_version
from ports.container import Container
from ports.environment import BootError

if TYPE_CHECKING:
    from alembic.config import Config

ADVISORY_LOCK = 0x43454C  # any number, the same for every copy
PATIENCE = 3
"""Seconds to wait for a table that others use: whoever comes meanwhile, if only to read, queues behind us, and has patience for 5."""
LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's lock_not_available."""
FOLDER = Path(__file__).parent / "migrations"


def migrate(values: Mapping[str, str]) -> None:
    """Upgrade under a lock, in one transaction.

    Raises `BootError` where the database does not answer, others hold a table that changes, or a newer release wrote it.
    """
    with _app(values).app_context():
        try:
            found = schema_version()
            if found == REVISION:
                return
            with db.engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    # Another copy may be migrating, and a large table takes as long as it takes.
                    connection.execute(text("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0"))
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
                    connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
                _upgrade(connection, found)
        except DBAPIError as error:
            raise BootError(f"The database cannot be migrated: {_why(error)}") from error
        finally:
            close_engines()


def _why(error: DBAPIError) -> str:
    if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
        return (
            f"for {PATIENCE} seconds something else, such as pg_dump or a long query, held a table that changes, and no longer should its "
            "readers wait behind us. Nothing was changed: try again, or once that is done."
        )
    return f"{error.orig}. See that its user may change the schema and that nobody else holds it."


def _upgrade(connection: Connection, found: str | None) -> None:
    # Alembic takes as long to import as a page to serve, and most starts have no use for it.
    from alembic import command  # noqa: PLC0415 - as said
    from alembic.util import CommandError  # noqa: PLC0415 - as said

    try:
        command.upgrade(_configuration(connection), REVISION)
    except CommandError as error:
        raise BootError(
            f"The database has schema version {found}, which this release does not know, as it needs {REVISION}: a newer release wrote it. "
            "Start that one, or bring back a copy of the database from before it."
        ) from error


def write(values: Mapping[str, str], message: str) -> None:
    """Write a migration that turns the database's present schema into the models'."""
    from alembic import command  # noqa: PLC0415 - needed here alone, as above

    with _app(values).app_context():
        with db.engine.connect() as connection:
            command.revision(_configuration(connection), message, autogenerate=True, rev_id=f"{int(REVISION) + 1:04d}")
        close_engines()


def _app(values: Mapping[str, str]) -> Flask:
    app = Flask("migrate", static_folder=None)
    configure_database(app, Container(values).environment)
    load_handlers()  # brings every domain's models with it
    return app


def _configuration(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as above

    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration


def main() -> None:
    try:
        if sys.argv[1:2] == ["--write"]:
            write(os.environ, sys.argv[2])
        else:
            migrate(os.environ)
    except BootError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
