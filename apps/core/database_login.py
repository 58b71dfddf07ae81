"""How PostgreSQL is logged in to: by the secret `DATABASE_URL` as it is at that moment, so that a rotation takes no restart."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from ports.environment import BootError, Environment

NAME = "DATABASE_URL"
DRIVER = "postgresql+psycopg"
PATIENCE = {
    "connect_timeout": 5,
    "tcp_user_timeout": 15_000,
    "options": "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s",
}
"""How long PostgreSQL is waited for; nobody who asked waits any longer either."""


def address(written: str) -> URL:
    """Raises `BootError`, which never shows what was written."""
    try:
        return make_url(written)
    except ArgumentError:
        raise BootError("DATABASE_URL is not a database's address: write postgresql://user@host/name or sqlite:////a/file.") from None


def follow_rotation(engine: Engine, environment: Environment) -> None:
    """Open each connection by the first valid version of `DATABASE_URL` that is let in, and use none that a withdrawn one has opened.

    Two versions are two users of which one is let in at a time, or one user's new and old password.
    """

    def connect(dialect: Dialect, record: Any, arguments: Any, parameters: Any) -> Any:  # noqa: ARG001 - SQLAlchemy's signature
        driver: Any = dialect.loaded_dbapi
        refusals: list[Exception] = []
        versions = environment.secret_versions(NAME)
        # The newest once more: the password may have been changed between its refusal and that of the one before.
        for version in versions if len(versions) == 1 else (*versions, versions[0]):
            options = dialect.create_connect_args(address(version).set(drivername=DRIVER))[1]
            try:
                connection = driver.connect(**{**options, **PATIENCE})
            except driver.OperationalError as error:
                refusals.append(error)
            else:
                record.info[NAME] = version
                return connection
        raise refusals[0]

    def on_checkout(connection: Any, record: Any, proxy: Any) -> None:  # noqa: ARG001 - SQLAlchemy's signature
        if record.info.get(NAME) not in environment.secret_versions(NAME):
            raise DisconnectionError("What opened this connection is no longer valid.")

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", on_checkout)
