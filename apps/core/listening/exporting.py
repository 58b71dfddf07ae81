"""The tables of a day's export as statements: which plays belong to it, and what they are of.

Each value is selected as the text it has in a line of CSV, and the row's id last, so that a slice goes out as the database writes it
and tells where it ends.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Integer, LargeBinary, Select, String, cast, func, select, type_coerce
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement

from apps.core.catalogue.models import LabelRow, OwnershipRow, RecordingCreditRow, RecordingRow, ReleaseRow, TrackRow
from apps.core.contract.catalogue import CreditRole
from apps.core.contract.days import Day, closes_at
from apps.core.contract.exports import Slice, Table
from apps.core.contract.ids import id_from_bytes, id_to_bytes
from apps.core.listening.models import ListenerRow, PlayRow
from apps.core.meter import count_rows
from apps.core.rights.plans import Plans
from ports.analytics.interface import NULL

DIGITS = 32
Column = ColumnElement[Any] | InstrumentedAttribute[Any]
Rows = Select[*tuple[Any, ...]]


class Hexadecimal(FunctionElement[str]):
    """An id as the digits that a UUID is read from."""

    type = String()
    inherit_cache = True


class InUtc(FunctionElement[str]):
    """A moment as text, in UTC and without a zone."""

    type = String()
    inherit_cache = True


@compiles(Hexadecimal, "sqlite")
def hexadecimal_in_sqlite(element: Hexadecimal, compiler: Any, **options: Any) -> str:
    return f"lower(hex({compiler.process(element.clauses, **options)}))"


@compiles(Hexadecimal, "postgresql")
def hexadecimal_in_postgresql(element: Hexadecimal, compiler: Any, **options: Any) -> str:
    return f"encode({compiler.process(element.clauses, **options)}, 'hex')"


@compiles(InUtc, "sqlite")
def in_utc_in_sqlite(element: InUtc, compiler: Any, **options: Any) -> str:
    """It is stored so."""
    return str(compiler.process(element.clauses, **options))


@compiles(InUtc, "postgresql")
def in_utc_in_postgresql(element: InUtc, compiler: Any, **options: Any) -> str:
    return f"CAST(timezone('UTC', {compiler.process(element.clauses, **options)}) AS text)"


def belongs(table: Table, day: Day) -> ColumnElement[bool]:
    """Which plays are the day's own, or its late ones: every play belongs to one table of one day."""
    play, closed = PlayRow, closes_at(day)
    if table == Table.PLAYS:
        return (play.day == day) & (play.received_at < closed)
    return (play.day < day) & (play.received_at >= closed - timedelta(days=1)) & (play.received_at < closed)


def read_slice(connection: Connection, day: Day, table: Table, after: str | None, most: int) -> Slice:
    key, wanted = _statement(day, table)
    if after is not None:
        wanted = wanted.where(type_coerce(key, LargeBinary) > id_to_bytes(after))
    lines, rows = _lines(connection, wanted.order_by(key).limit(most))
    count_rows(rows)
    return Slice(lines, rows, id_from_bytes(bytes.fromhex(lines[-DIGITS - 1 : -1].decode())) if rows == most else None)


def plan_lines(plans: Plans) -> Slice:
    rows = [(plan.code, plan.title) for plan in plans]
    return Slice(_written(rows), len(rows), None)


def _statement(day: Day, table: Table) -> tuple[ColumnElement[str], Rows]:
    """What selects the table's rows, and the key they go by."""
    match table:
        case Table.PLAYS | Table.LATE:
            return PlayRow.__table__.c.id, _plays().where(belongs(table, day))
        case Table.TRACKS:
            return TrackRow.__table__.c.id, _tracks().where(TrackRow.id.in_(_played(day, PlayRow.track_id)))
        case Table.RELEASES:
            return ReleaseRow.__table__.c.id, _releases().where(ReleaseRow.id.in_(_played(day, PlayRow.release_id)))
        case Table.OWNERSHIP:
            return OwnershipRow.__table__.c.id, _ownership().where(OwnershipRow.recording_id.in_(_played(day, PlayRow.recording_id)))
        case _:
            return RecordingRow.__table__.c.id, _recordings().where(RecordingRow.id.in_(_played(day, PlayRow.recording_id)))


def _lines(connection: Connection, wanted: Rows) -> tuple[bytes, int]:
    if connection.dialect.name == "postgresql":
        return _copied(connection, wanted)
    rows = connection.execute(wanted).all()
    return _written(rows), len(rows)


def _written(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _copied(connection: Connection, wanted: Rows) -> tuple[bytes, int]:
    """The server writes the lines itself."""
    statement = wanted.compile(connection)
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)", statement.params) as copy:
            return b"".join(copy), cursor.rowcount
    finally:
        cursor.close()


def _plays() -> Rows:
    play = PlayRow
    return select(
        Hexadecimal(ListenerRow.pseudonym), InUtc(play.started_at), InUtc(play.received_at), play.played_ms, Hexadecimal(play.track_id),
        Hexadecimal(play.recording_id), Hexadecimal(play.release_id), play.territory, play.plan, type_coerce(play.preview, Integer),
        play.client, play.evidence, Hexadecimal(play.id),
    ).join(ListenerRow, ListenerRow.account_id == play.account_id)  # fmt: skip


def _recordings() -> Rows:
    row, credit = RecordingRow, RecordingCreditRow
    mine = (credit.recording_id == row.id) & (credit.role == CreditRole.MAIN)
    lead = select(credit.artist_id).where(mine).order_by(credit.position).limit(1).scalar_subquery()
    return select(
        _or_null(row.isrc), row.title, row.artist, _or_null(Hexadecimal(lead)), row.duration_ms, _or_null(row.genre), Hexadecimal(row.id)
    )


def _tracks() -> Rows:
    row = TrackRow
    return select(Hexadecimal(row.recording_id), Hexadecimal(row.release_id), row.title, row.disc, row.number, Hexadecimal(row.id))


def _releases() -> Rows:
    row = ReleaseRow
    return select(
        row.title, row.artist, _or_null(row.upc), row.type, _or_null(Hexadecimal(row.label_id)), _or_null(row.p_line), Hexadecimal(row.id)
    )


def _ownership() -> Rows:
    row = OwnershipRow
    return select(
        Hexadecimal(row.recording_id), row.territory, Hexadecimal(row.label_id), LabelRow.name, InUtc(row.starts_at),
        _or_null(InUtc(row.ends_at)), Hexadecimal(row.id),
    ).join(LabelRow, LabelRow.id == row.label_id)  # fmt: skip


def _or_null(text: Column) -> ColumnElement[str]:
    return func.coalesce(cast(text, String), NULL)


def _played(day: Day, column: Column) -> CompoundSelect[Any]:
    """Of what there are plays, late ones included."""
    return select(column).where(belongs(Table.PLAYS, day)).union(select(column).where(belongs(Table.LATE, day)))
