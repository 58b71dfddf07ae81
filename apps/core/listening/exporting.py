"""The tables of a day's export as statements: which plays belong to it, and what they are of.

The database itself writes the lines of CSV and joins those of a slice to one text: made into objects first, it took six times as long.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, LargeBinary, Select, String, bindparam, func, literal, select, tuple_, type_coerce
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement

from apps.core.bulk import each_id
from apps.core.catalogue.models import LabelRow, OwnershipRow, RecordingCreditRow, RecordingRow, ReleaseRow, TrackRow
from apps.core.contract.catalogue import CreditRole
from apps.core.contract.days import Day
from apps.core.contract.errors import Invalid
from apps.core.contract.exports import Slice, Table
from apps.core.contract.ids import BYTES, id_from_bytes
from apps.core.database import LIMIT, IdColumn
from apps.core.listening.models import PlayRow
from apps.core.meter import count_rows
from apps.core.rights.plans import Plans
from ports.analytics.interface import NULL

DIGITS = 2 * BYTES
FIRST, LAST = id_from_bytes(bytes(BYTES)), id_from_bytes(b"\xff" * BYTES)
"""No play has either id."""
Column = ColumnElement[Any] | InstrumentedAttribute[Any]
Line = tuple[Column, ...]
"""What a line consists of, the row's id last."""


class Hexadecimal(FunctionElement[str]):
    """An id that is there, as the digits that a UUID is read from."""

    type = String()
    inherit_cache = True


class InUtc(FunctionElement[str]):
    """A moment as text, in UTC and without a zone."""

    type = String()
    inherit_cache = True


class Commas(FunctionElement[str]):
    """Values with commas between them; none may be null, for the databases differ in what becomes of it."""

    type = String()
    inherit_cache = True


@compiles(Commas, "sqlite")
def commas_in_sqlite(element: Commas, compiler: Any, **options: Any) -> str:
    form = ",".join(["%s"] * len(element.clauses))
    return f"printf('{form}', {compiler.process(element.clauses, **options)})"


@compiles(Commas, "postgresql")
def commas_in_postgresql(element: Commas, compiler: Any, **options: Any) -> str:
    """By operators, which take a tenth less than `concat_ws`."""
    return " || ',' || ".join(f"({compiler.process(clause, **options)})" for clause in element.clauses)


@compiles(Hexadecimal, "sqlite")
def hexadecimal_in_sqlite(element: Hexadecimal, compiler: Any, **options: Any) -> str:
    return f"hex({compiler.process(element.clauses, **options)})"


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
    return (PlayRow.export_day == day) & (PlayRow.late == (table == Table.LATE))


def read_slice(connection: Connection, day: Day, table: Table, after: str | None, most: int) -> Slice:
    count, lines = _joined(connection, _plays(), _place(day, table, after) | {"limit": most})
    last = id_from_bytes(bytes.fromhex(lines[-DIGITS - 1 : -1])) if count == most else None
    return Slice(lines, count, last)


def play_further(connection: Connection, day: Day, table: Table, after: str | None, further: int) -> str | None:
    """By the index alone, which passes over a hundred thousand in milliseconds."""
    return connection.scalar(_further(), _place(day, table, after) | {"limit": 1, "over": further - 1})


def _place(day: Day, table: Table, after: str | None) -> dict[str, Any]:
    return {"day": day, "late": table == Table.LATE, "after": after or FIRST}


@cache
def _plays() -> Select[int, str]:
    return _joining(_in_order(_lines(_play())))


@cache
def _further() -> Select[str]:
    return _in_order(select(PlayRow.id)).offset(bindparam("over"))


def _in_order(wanted: Select[str]) -> Select[str]:
    """The table's plays by their ids, as one piece of the export's index.

    Asked for these in the order of their ids, PostgreSQL goes by the ids alone, and reads other days to find where this one begins
    and that nothing of it is left.
    """
    row, day, late = PlayRow, bindparam("day"), bindparam("late", type_=Boolean)
    place = tuple_(row.export_day, row.late, row.id)
    within = (
        place > tuple_(day, late, bindparam("after", type_=IdColumn())),
        place <= tuple_(day, late, literal(LAST, IdColumn())),
    )
    return wanted.where(*within).order_by(row.export_day, row.late, row.id).limit(LIMIT)


def dimension_lines(connection: Connection, table: Table, ids: bytes) -> str:
    if table not in DIMENSIONS:
        raise Invalid(f"{table} is no dimension.", "Read plays by their day.")
    if len(ids) % BYTES:
        raise Invalid("The last id is not whole.", f"Send {BYTES} bytes for each.")
    return _joined(connection, _known(table), {"ids": ids})[1]


@cache
def _known(table: Table) -> Select[int, str]:
    line, key, row_id = DIMENSIONS[table]
    return _joining(_lines(line()).where(key.in_(each_id(bindparam("ids", type_=LargeBinary)))).order_by(row_id))


def plan_lines(plans: Plans) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows((plan.code, plan.title) for plan in plans)
    return text.getvalue()


def _lines(line: Line) -> Select[str]:
    return select(Commas(*line).label("line"))


def _joining(wanted: Select[str]) -> Select[int, str]:
    """How many lines there are, and all of them. Both databases join them in the order in which the inner query gives them."""
    return select(func.count(), func.aggregate_strings(wanted.subquery().c.line, "\n"))


def _joined(connection: Connection, wanted: Select[int, str], parameters: Mapping[str, Any]) -> tuple[int, str]:
    count, lines = connection.execute(wanted, parameters).one()
    count_rows(count)
    return count, f"{lines}\n" if count else ""


def _play() -> Line:
    """Territories, plans and evidence are codes, which need no quotes: putting them took a third of the time."""
    play = PlayRow
    return (
        Hexadecimal(play.listener), InUtc(play.started_at), InUtc(play.received_at), play.played_ms, Hexadecimal(play.track_id),
        Hexadecimal(play.recording_id), Hexadecimal(play.release_id), play.territory, play.plan, type_coerce(play.preview, Integer),
        _text(play.client), play.evidence, Hexadecimal(play.id),
    )  # fmt: skip


def _recording() -> Line:
    row, credit = RecordingRow, RecordingCreditRow
    mine = (credit.recording_id == row.id) & (credit.role == CreditRole.MAIN)
    lead = select(credit.artist_id).where(mine).order_by(credit.position).limit(1).scalar_subquery()
    return (
        _text(row.isrc), _text(row.title), _text(row.artist), _id_or_null(lead), row.duration_ms, _text(row.genre),
        Hexadecimal(row.id),
    )  # fmt: skip


def _track() -> Line:
    row = TrackRow
    return Hexadecimal(row.recording_id), Hexadecimal(row.release_id), _text(row.title), row.disc, row.number, Hexadecimal(row.id)


def _release() -> Line:
    row = ReleaseRow
    return (
        _text(row.title), _text(row.artist), _text(row.upc), _text(row.type), _id_or_null(row.label_id), _text(row.p_line),
        Hexadecimal(row.id),
    )  # fmt: skip


def _ownership() -> Line:
    row = OwnershipRow
    label = select(LabelRow.name).where(LabelRow.id == row.label_id).scalar_subquery()
    return (
        Hexadecimal(row.recording_id), _text(row.territory), Hexadecimal(row.label_id), _text(label), InUtc(row.starts_at),
        _or_null(InUtc(row.ends_at)), Hexadecimal(row.id),
    )  # fmt: skip


def _text(value: Any) -> ColumnElement[str]:
    """In quotes, so that whatever it holds stays one value of one line's."""
    quoted = literal('"', String()) + func.replace(value, '"', '""', type_=String()) + literal('"', String())
    return _or_null(quoted)


def _id_or_null(value: Any) -> ColumnElement[str]:
    """SQLite's `hex` makes an empty text of what is not there."""
    return _or_null(func.nullif(Hexadecimal(value), ""))


def _or_null(text: ColumnElement[Any]) -> ColumnElement[str]:
    return func.coalesce(text, NULL)


DIMENSIONS: dict[Table, tuple[Callable[[], Line], InstrumentedAttribute[str], InstrumentedAttribute[str]]] = {
    Table.RECORDINGS: (_recording, RecordingRow.id, RecordingRow.id),
    Table.TRACKS: (_track, TrackRow.id, TrackRow.id),
    Table.RELEASES: (_release, ReleaseRow.id, ReleaseRow.id),
    Table.OWNERSHIP: (_ownership, OwnershipRow.recording_id, OwnershipRow.id),
}
"""By table: what a line says, by which ids it is asked for, and in which order it goes."""
