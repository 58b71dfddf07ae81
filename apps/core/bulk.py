"""Many rows or ids at once: by statements that are built once, whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

import msgspec
from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    String,
    Table,
    TableValuedAlias,
    bindparam,
    column,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from apps.core.contract.ids import BYTES, HIGHEST_ID, id_to_bytes, new_bytes
from apps.core.database import Base, IdColumn


def insert_those_not_there(connection: Connection, table: type[Base], rows: Sequence[Mapping[str, Any]], told: str) -> Sequence[Any]:
    """Insert the rows, all of the same columns and each under a new id, that break no unique key; returns one column of those inserted.

    The statement is built once, not for each number of rows, which took ten times as long as the database. PostgreSQL gets them
    as one value: its driver reads a statement of a thousand values through, each time.
    """
    if connection.dialect.name == "sqlite":
        return connection.scalars(_insert_rows(table, told), rows).all()
    with_ids = [{**row, "id": _digits(new_bytes())} for row in _written(table, rows)]
    return connection.scalars(_insert_values(table, tuple(with_ids[0]), told), {"rows": _as_json(with_ids)}).all()


def find_those_there(connection: Connection, table: type[Base], rows: Sequence[Mapping[str, Any]], told: str) -> Sequence[Any]:
    """One column of the rows that have these values, all of the same columns, which are a unique key and of which only one differs.

    PostgreSQL looks each up by all of its columns: asked for what they share, it may take the rows that have it for few, and read them all.
    """
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        stored = cast("Table", table.__table__)
        # By lists of values it finds the key's index; by a list of rows it reads the table.
        return connection.scalars(select(stored.c[told]).where(*(stored.c[name].in_({row[name] for row in rows}) for name in names))).all()
    return connection.scalars(_find_values(table, names, told), {"rows": _as_json(_written(table, rows))}).all()


def id_at(ids: ColumnElement[bytes], start: ColumnElement[int]) -> ColumnElement[str]:
    """The id that begins at this byte, counted from 1, of ids that stand in a row in one value.

    As values of their own, thousands cost either driver more than the query does.
    """
    return func.substr(ids, start, literal_column(str(BYTES)), type_=IdColumn())


def each_id(ids: ColumnElement[bytes]) -> Select[str]:
    """The ids that stand in a row in one value, for a statement that is the same whatever their number."""
    starts = select(literal(1).label("start")).where(func.length(ids) > 0).cte(recursive=True)
    starts = starts.union_all(select(starts.c.start + BYTES).where(starts.c.start + BYTES < func.length(ids)))
    return select(id_at(ids, starts.c.start))


def each_text(dialect: str, name: str) -> Select[str]:
    """The texts of the list in JSON that this parameter is, for a statement that is the same whatever their number."""
    texts = bindparam(name, type_=String)
    if dialect == "sqlite":
        return select(func.json_each(texts).table_valued("value").c.value)
    return select(func.json_array_elements_text(texts.cast(postgresql.JSON)).table_valued("value").c.value)


def joined_ids(ids: Iterable[str]) -> bytes:
    """The ids one after the other, each once, as `each_id` reads them; what only looks like an id is of nothing, and left out."""
    return b"".join(id_to_bytes(one) for one in dict.fromkeys(ids) if one <= HIGHEST_ID)


def _written(table: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """With ids as PostgreSQL reads bytes."""
    stored = cast("Table", table.__table__)
    ids = [name for name in rows[0] if isinstance(stored.c[name].type, IdColumn)]
    return [{**row, **{name: _digits(id_to_bytes(row[name])) for name in ids if row[name] is not None}} for row in rows]


def _digits(value: bytes) -> str:
    return f"\\x{value.hex()}"


def _as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()


@cache
def _insert_rows(table: type[Base], told: str) -> Executable:
    stored = cast("Table", table.__table__)
    return sqlite.insert(stored).on_conflict_do_nothing().returning(stored.c[told])


@cache
def _insert_values(table: type[Base], names: tuple[str, ...], told: str) -> Executable:
    stored = cast("Table", table.__table__)
    return postgresql.insert(stored).from_select(names, select(_asked(stored, names))).on_conflict_do_nothing().returning(stored.c[told])


@cache
def _find_values(table: type[Base], names: tuple[str, ...], told: str) -> Executable:
    stored = cast("Table", table.__table__)
    asked = _asked(stored, names)
    # By itself, for a plan made while the table was small reads all of it until its statistics are made anew.
    one = select(stored.c[told]).where(*(stored.c[name] == asked.c[name] for name in names)).limit(1).lateral()
    return select(one.c[told]).select_from(asked.join(one, true()))


def _asked(stored: Table, names: tuple[str, ...]) -> TableValuedAlias:
    columns = (column(name, stored.c[name].type) for name in names)
    rows = bindparam("rows", type_=String).cast(postgresql.JSON)
    return func.json_to_recordset(rows).table_valued(*columns, name="asked").render_derived(with_types=True)
