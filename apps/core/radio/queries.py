"""Reading stations and what is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import select, tuple_
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.catalogue.survivors import survivors
from apps.core.contract.actions import Actor
from apps.core.contract.ids import Id, TrackId
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.contract.radio import (
    LONGEST_LIST_OF_STATIONS,
    FeedbackKind,
    GetStation,
    HiddenTrack,
    ListHiddenTracks,
    ListStations,
    Station,
    StationDetail,
)
from apps.core.contract.words import Wording
from apps.core.database import at_most, fetch
from apps.core.radio import statements
from apps.core.radio.describing import batch_of, candidates_decoder, no_such_station, station_of
from apps.core.radio.licences import Licences
from apps.core.radio.models import HiddenTrackRow, StationRow
from apps.core.radio.skipping import skips_of
from ports.clock.interface import Clock

KEY = tuple[Annotated[datetime, Meta(tz=True)], Id]
STATION = StationRow.id, StationRow.kind, StationRow.subject, StationRow.title, StationRow.started_at, StationRow.played_at


@handles(ListStations)
def list_stations(actor: Actor, connection: Connection) -> tuple[Station, ...]:
    wanted = select(*STATION).where(StationRow.account_id == actor.account_id).order_by(StationRow.played_at.desc(), StationRow.id.desc())
    return tuple(station_of(row) for row in _each_once(connection, fetch(connection, wanted.limit(at_most(LONGEST_LIST_OF_STATIONS)))))


def _each_once(connection: Connection, rows: Sequence[Any]) -> Sequence[Any]:
    """Of artists who have become one, the station that was played last."""
    same = survivors(connection, [row.subject for row in rows if row.kind == "artist"])
    first: dict[tuple[str, str], Any] = {}
    for row in rows:
        first.setdefault((row.kind, same.get(row.subject, row.subject)), row)
    return [*first.values()]


@handles(GetStation)
def get_station(action: GetStation, actor: Actor, connection: Connection, clock: Clock, licences: Licences) -> StationDetail:
    wanted = select(*STATION, StationRow.batches).where(StationRow.id == action.station_id, StationRow.account_id == actor.account_id)
    found = fetch(connection, wanted)
    if not found:
        raise no_such_station()
    row, licence = found[0], licences.of(actor.territory)
    skips = skips_of(connection, row.id, licence, clock.now())
    batches: Any = fetch(connection, statements.BATCHES, {"station_id": row.id, "after": row.batches - 1})
    if not batches:
        return StationDetail(station_of(row), None, skips, (), ())
    latest = batches[0]
    fewer = Wording(latest.fewer) if latest.fewer else None
    batch = batch_of(row.id, latest.number, candidates_decoder.decode(latest.tracks), fewer, licence)
    told = {one.track_id for one in batch.tracks}
    liked, skipped = (_told(connection, row.id, kind, latest.given_at, told) for kind in (FeedbackKind.LIKE, FeedbackKind.SKIP))
    return StationDetail(station_of(row), batch, skips, liked, skipped)


def _told(connection: Connection, station_id: str, kind: FeedbackKind, given_at: datetime, tracks: set[str]) -> tuple[TrackId, ...]:
    """Of these tracks, those that were skipped since they were given, or have ever been liked."""
    since = given_at if kind == FeedbackKind.SKIP else datetime.min.replace(tzinfo=given_at.tzinfo)
    rows = fetch(connection, statements.FEEDBACK, {"station_id": station_id, "kind": kind, "since": since})
    return tuple(row.track_id for row in rows if row.track_id in tracks)


@handles(ListHiddenTracks)
def list_hidden_tracks(action: ListHiddenTracks, actor: Actor, connection: Connection) -> Page[HiddenTrack]:
    row = HiddenTrackRow
    mine = select(row.recording_id, row.track_id, row.hidden_at).where(row.account_id == actor.account_id)
    if action.cursor:
        mine = mine.where(tuple_(row.hidden_at, row.recording_id) < decode_cursor(action.cursor, KEY))
    chosen = mine.order_by(row.hidden_at.desc(), row.recording_id.desc()).limit(at_most(action.size + 1)).subquery("page")
    wanted = (
        select(
            chosen.c.recording_id, chosen.c.track_id, TrackRow.release_id, TrackRow.title, RecordingRow.artist,
            ReleaseRow.title.label("release_title"), ReleaseRow.cover, chosen.c.hidden_at,
        )
        .join(TrackRow, TrackRow.id == chosen.c.track_id)
        .join(RecordingRow, RecordingRow.id == chosen.c.recording_id)
        .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
        .order_by(chosen.c.hidden_at.desc(), chosen.c.recording_id.desc())
    )  # fmt: skip
    rows = fetch(connection, wanted)
    page = rows[: action.size]
    items = tuple(HiddenTrack(*one[1:]) for one in page)
    return Page(items, encode_cursor(page[-1].hidden_at, page[-1].recording_id) if len(rows) > action.size else None)
