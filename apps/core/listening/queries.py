"""Reading a listener's own history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from msgspec import Meta
from sqlalchemy import ColumnElement, Select, exists, or_, select, tuple_
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.contract.actions import Actor
from apps.core.contract.exports import ExportedDay, FindPlay, ListExportedDays, ReadDay, ReadDimension, Slice, Table
from apps.core.contract.ids import Id
from apps.core.contract.listening import HistoryEntry, ListRecentlyPlayed
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.database import at_most, fetch
from apps.core.listening.closing import MANIFEST, check_closed
from apps.core.listening.days import day_bounds
from apps.core.listening.exporting import dimension_lines, plan_lines, play_further, read_slice
from apps.core.listening.models import ExportedDayRow, HistoryRow
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock

MOST_WORDS = 10
"""That are looked for: nobody types more."""
KEY = tuple[Annotated[datetime, Meta(tz=True)], Id]


@handles(ListRecentlyPlayed)
def list_recently_played(action: ListRecentlyPlayed, actor: Actor, connection: Connection) -> Page[HistoryEntry]:
    page = _page(action, actor).subquery("page")
    wanted = (
        select(
            page.c.id, page.c.track_id, TrackRow.release_id, TrackRow.title, RecordingRow.artist,
            ReleaseRow.title.label("release_title"), ReleaseRow.cover, page.c.played_at,
        )
        .join(TrackRow, TrackRow.id == page.c.track_id)
        .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
        .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
        .order_by(page.c.played_at.desc(), page.c.id.desc())
    )  # fmt: skip
    rows = fetch(connection, wanted)
    shown = rows[: action.size]
    items = tuple(HistoryEntry(*row[1:]) for row in shown)
    return Page(items, encode_cursor(shown[-1].played_at, shown[-1].id) if len(rows) > action.size else None)


def _page(action: ListRecentlyPlayed, actor: Actor) -> Select[str, str, datetime]:
    """Which plays these are, before anything is looked up of them."""
    mine = select(HistoryRow.id, HistoryRow.track_id, HistoryRow.played_at).where(HistoryRow.account_id == actor.account_id)
    mine = mine.where(*_sought(action))
    if action.cursor:
        mine = mine.where(tuple_(HistoryRow.played_at, HistoryRow.id) < decode_cursor(action.cursor, KEY))
    return mine.order_by(HistoryRow.played_at.desc(), HistoryRow.id.desc()).limit(at_most(action.size + 1))


def _sought(action: ListRecentlyPlayed) -> Iterator[ColumnElement[bool]]:
    begins, ends = day_bounds(action.first, action.last, action.zone)
    if begins:
        yield HistoryRow.played_at >= begins
    if ends:
        yield HistoryRow.played_at < ends
    words = action.text.split()[:MOST_WORDS]
    if words:
        named = exists().where(TrackRow.id == HistoryRow.track_id, RecordingRow.id == TrackRow.recording_id)
        yield named.where(ReleaseRow.id == TrackRow.release_id, *map(_in_names, words))


def _in_names(word: str) -> ColumnElement[bool]:
    return or_(*(name.icontains(word, autoescape=True) for name in (TrackRow.title, RecordingRow.artist, ReleaseRow.title)))


@handles(ReadDay)
def read_day(action: ReadDay, connection: Connection, clock: Clock) -> Slice:
    check_closed(action.day, clock.now())
    return read_slice(connection, action.day, Table.LATE if action.late else Table.PLAYS, action.after, action.most)


@handles(FindPlay)
def find_play(action: FindPlay, connection: Connection, clock: Clock) -> str | None:
    check_closed(action.day, clock.now())
    return play_further(connection, action.day, Table.LATE if action.late else Table.PLAYS, action.after, action.further)


@handles(ReadDimension)
def read_dimension(action: ReadDimension, connection: Connection, plans: Plans) -> str:
    return plan_lines(plans) if action.table == Table.PLANS else dimension_lines(connection, action.table, action.ids)


@handles(ListExportedDays)
def list_exported_days(action: ListExportedDays, connection: Connection) -> tuple[ExportedDay, ...]:
    row = ExportedDayRow
    wanted = select(row.manifest, row.sha256).where(row.day >= action.first, row.day <= action.last).order_by(row.day)
    return tuple(ExportedDay(MANIFEST.decode(one.manifest), one.sha256) for one in fetch(connection, wanted))
