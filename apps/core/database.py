"""The database: the declarative base, its column types, and one engine to write and one to read."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVarTuple, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    CursorResult,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    bindparam,
    delete,
    event,
    inspect,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine, ExceptionContext, Row
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.orm import registry as Registry  # noqa: N812 - it is a class
from sqlalchemy.types import TypeDecorator

from apps.core.contract.errors import Invalid, NotFound
from apps.core.contract.ids import id_from_bytes, id_to_bytes
from apps.core.database_login import DRIVER, NAME, address, follow_rotation
from apps.core.meter import count_rows
from ports.environment import BootError, Environment
from ports.settings import DATABASE_POOL

Columns = TypeVarTuple("Columns")

READER = "reader"
BUSY_MILLISECONDS = 5_000
MAPPED_BYTES = 256 << 20
"""Of a SQLite file that is read where the system keeps it: copied page by page, a list of what lies far apart took twice as long."""
READ_ONLY = "25006"
"""PostgreSQL's read_only_sql_transaction."""
FOR_CHANGE: dict[str, Any] = {"key_share": True}
"""How to lock a row that is changed and keeps its key (`with_for_update`): whoever only refers to it by a foreign key need not wait."""

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class IdColumn(TypeDecorator[str]):
    """22 base62 characters in Python, 16 bytes in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        try:
            return id_to_bytes(value)
        except ValueError:
            raise NotFound("There is nothing under that id.") from None

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else id_from_bytes(value)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time; a naive one is a mistake and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment needs a time zone")
        try:
            moment = value.astimezone(UTC)
        except OverflowError:
            raise Invalid(f"{value.isoformat()} is out of range.", "Give a date of this era.") from None
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    registry = Registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: Moment})


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"autoflush": False, "expire_on_commit": False})


def configure_database(app: Flask, environment: Environment) -> None:
    """Bind the app to `DATABASE_URL`: Commands write through the default engine, Queries read through `reader`."""
    url = address(environment.secret(NAME))
    common = {"hide_parameters": True}  # what people send must not get into logs
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername=DRIVER)
        common |= {
            "pool_size": DATABASE_POOL.read(environment), "max_overflow": 5, "pool_pre_ping": True,
        }  # fmt: skip
        # Each statement sees what is committed by then, in a transaction or without: beginning and ending one are two trips for nothing.
        writer, reader = {"url": url, **common}, {"url": url, **common, "isolation_level": "AUTOCOMMIT"}
    elif url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise BootError("DATABASE_URL names an SQLite database in memory, which no second connection sees: name a file.")
        # Python lets another thread in at every row that SQLite gives. A second connection for reading makes threads steal each other's
        # turns and wait no less: a list of 50 cost 1.6 times the CPU.
        writer, reader = {"url": url, **common}, {"url": url, **common, "pool_size": 1, "max_overflow": 0}
    else:
        raise BootError(f"DATABASE_URL begins with {url.drivername}: Celesta runs on sqlite and postgresql.")
    app.config["SQLALCHEMY_BINDS"] = {None: writer, READER: reader}
    db.init_app(app)
    with app.app_context():
        if url.get_backend_name() == "sqlite":
            _prepare_sqlite(db.engine, "BEGIN IMMEDIATE", query_only=False)
            _prepare_sqlite(db.engines[READER], "BEGIN", query_only=True)
        else:
            event.listen(db.engines[READER], "connect", _prepare_postgresql_reader)
            event.listen(db.engine, "handle_error", _leave_what_takes_no_changes)
            for engine in db.engines.values():
                follow_rotation(engine, environment)


def _prepare_sqlite(engine: Engine, begin: str, *, query_only: bool) -> None:
    """Transactions are begun by us: a Command takes the write lock at once, so it can wait for it but never fail half-way."""

    def on_connect(connection: Any, record: Any) -> None:  # noqa: ARG001 - SQLAlchemy's signature
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        if query_only:
            cursor.execute("PRAGMA query_only=ON")
            cursor.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        try:
            connection.connection.cursor().execute(begin)  # not through SQLAlchemy, which would count it as a statement
        except sqlite3.OperationalError as error:
            raise OperationalError(begin, None, error) from error

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def _prepare_postgresql_reader(connection: Any, record: Any) -> None:  # noqa: ARG001 - SQLAlchemy's signature
    """It may not write, and keeps the plan of what is asked often.

    By itself PostgreSQL plans anew at every execution where it takes the plan of these parameters for a little cheaper. Our statements are
    looked up by ids, whichever they are, so it gains nothing by that, and the planning costs as much as the whole rest.
    """
    connection.execute("SET default_transaction_read_only = on")
    connection.execute("SET plan_cache_mode = force_generic_plan")
    connection.commit()


def _leave_what_takes_no_changes(context: ExceptionContext) -> None:
    """After a failover the pool may be connected to what is a replica now: it answers, so nothing else would ever leave it."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def reader() -> Connection:
    """A connection that can only read. While it is open no other one of its process may be on SQLite, so open one at a time."""
    return db.engines[READER].connect()


LIMIT = bindparam("limit", type_=Integer, literal_execute=True)
"""How many rows a page wants, written into the statement.

PostgreSQL takes a limit that it is not told for a tenth of all rows. In a large catalogue the plan that it could keep then looks so dear
that it plans anew at every execution, which costs as much again.
"""


def at_most(rows: int) -> BindParameter[int]:
    """Such a limit that is always the same."""
    return bindparam(None, rows, Integer, literal_execute=True)


def fetch(
    connection: Connection, wanted: Select[*Columns] | CompoundSelect[*Columns], parameters: Mapping[str, Any] | None = None
) -> Sequence[Row[*Columns]]:
    """All rows, counted for the meter."""
    rows = connection.execute(wanted, parameters).all()
    count_rows(len(rows))
    return rows


def insert(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An insert that knows `on_conflict_do_update` and `on_conflict_do_nothing`, which both dialects spell alike."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def insert_unless_there(connection: Connection, table: type[Base], row: Mapping[str, Any]) -> bool:
    """Insert a row as it is stored, all its columns given, unless its key is there, by a statement that is built once; was it inserted?"""
    inserting = _insert_unless_there(connection.dialect.name, table)
    return connection.execute(inserting, row, execution_options={"preserve_rowcount": True}).rowcount == 1


@cache
def _insert_unless_there(dialect: str, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    stored = cast("Table", table.__table__)
    return (sqlite if dialect == "sqlite" else postgresql).insert(stored).on_conflict_do_nothing()


def only_where(condition: str) -> dict[str, Any]:
    """The arguments of an index over some of the rows, in both dialects."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def write_alone(session: Session, table: type[Base]) -> None:
    """Wait until nobody else writes into the table, and let nobody until the transaction ends; on SQLite that is so of every Command."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {table.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))


def delete_some(session: Session, table: type[Base], expired: ColumnElement[bool], most: int) -> bool:
    """Delete at most so many of these rows; returns whether more may be left."""
    key = list(inspect(table).primary_key)
    some = select(*key).where(expired).limit(most)
    result = session.execute(delete(table).where(tuple_(*key).in_(some)), execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", result).rowcount == most


def close_engines() -> None:
    """Close every pooled connection, within an app context."""
    for engine in db.engines.values():
        engine.dispose()


def dispose_engines(app: Flask) -> None:
    """Forget inherited connections: to be called in a process that was forked after the app was built."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
