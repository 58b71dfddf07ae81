"""Reading a listener's own history."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.charts.definitions import Charts
from apps.core.contract.actions import Actor
from apps.core.contract.exports import ExportedDay, FindPlay, ListExportedDays, ReadDay, ReadDimension, Slice, Table
from apps.core.contract.ids import Id
from apps.core.contract.listening import History, HistoryEntry, ListRecentlyPlayed
from apps.core.contract.paging import decode_cursor, encode_cursor
from apps.core.database import fetch
from apps.core.library.listing import listed_track
from apps.core.listening.closing import MANIFEST, check_closed
from apps.core.listening.days import day_bounds
from apps.core.listening.exporting import dimension_lines, plan_lines, play_further, read_slice
from apps.core.listening.models import ExportedDayRow
from apps.core.listening.sources import played_from
from apps.core.listening.statements import Shape, history, literally
from apps.core.rights.offers import here_on
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock

MOST_WORDS = 10
"""That are looked for: nobody types more."""
KEY = tuple[Annotated[datetime, Meta(tz=True)], Id]


@handles(ListRecentlyPlayed)
def list_recently_played(
    action: ListRecentlyPlayed, actor: Actor, connection: Connection, clock: Clock, plans: Plans, charts: Charts
) -> History:
    asked = _asked(action)
    shape = Shape("after" in asked, "begins" in asked, "ends" in asked, "source" in asked, sum(name.startswith("word_") for name in asked))
    place = here_on(plans.entitlement(actor.plan, actor.account_id), actor.territory, clock.now())
    rows = fetch(connection, history(shape), {**place, **asked, "account_id": actor.account_id, "limit": action.size + 1})
    page = rows[: action.size]
    items = tuple(_entry(row, actor, charts) for row in page if row.fits)
    if len(rows) > action.size:
        return History(items, encode_cursor(page[-1].played_at, page[-1].play_id))
    if page and page[-1].looked_at_last:
        return History(items, encode_cursor(page[-1].played_at, page[-1].play_id), page[-1].played_at)
    return History(items)


def _asked(action: ListRecentlyPlayed) -> dict[str, Any]:
    """The values of what is asked, by the names that the statement has for them."""
    after, after_id = decode_cursor(action.cursor, KEY) if action.cursor else (None, None)
    begins, ends = day_bounds(action.first, action.last, action.zone)
    words = {f"word_{number}": literally(word) for number, word in enumerate(action.text.split()[:MOST_WORDS])}
    asked = {"after": after, "after_id": after_id, "begins": begins, "ends": ends, "source": action.source, **words}
    return {name: value for name, value in asked.items() if value is not None}


def _entry(row: Any, actor: Actor, charts: Charts) -> HistoryEntry:
    track = listed_track(row, actor)
    return HistoryEntry(
        track.track_id, track.release_id, track.title, track.artist, track.release_title, track.cover, row.played_at,
        played_from(row, charts), track.preview, track.unplayable, track.withdrawn,
    )  # fmt: skip


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
