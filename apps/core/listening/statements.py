"""The statements by which a history is read, each built once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, false, func, literal, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from apps.core.catalogue.models import ArtistRow, RecordingRow, ReleaseRow, TrackRow
from apps.core.contract.ids import BYTES, id_from_bytes
from apps.core.contract.listening import LOOKED_THROUGH, SourceKind
from apps.core.contract.playlists import Visibility
from apps.core.database import LIMIT, IdColumn, Moment, at_most
from apps.core.library.listing import LISTED, with_tracks
from apps.core.listening.models import HistoryRow
from apps.core.playlists.models import PlaylistMemberRow, PlaylistRow
from apps.core.radio.models import StationRow
from apps.core.rights.offers import offered

NEVER = datetime(1, 1, 1, tzinfo=UTC)
LOWEST_ID = id_from_bytes(bytes(BYTES))

_ACCOUNT = bindparam("account_id", type_=IdColumn())
_place = tuple_(HistoryRow.played_at, HistoryRow.id)
_latest_first = (HistoryRow.played_at.desc(), HistoryRow.id.desc())


class Shape(NamedTuple):
    """What is asked of a history, without the values."""

    after: bool
    begins: bool
    ends: bool
    source: bool
    words: int


@cache
def history(shape: Shape) -> Select[*tuple[Any, ...]]:
    """A page of plays, the latest first. `looked_at_last` marks the last that was looked at, which `fits` what is sought or does not."""
    sought = tuple(_sought(shape))
    page = _looked_through(shape, and_(*sought)) if sought else _plays(shape, true(), false())
    return _told(page.order_by(*_latest_first).limit(LIMIT))


def _plays(shape: Shape, fits: ColumnElement[bool], looked_at_last: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    row = HistoryRow
    marks = fits.label("fits"), looked_at_last.label("looked_at_last")
    return select(row.id, row.track_id, row.played_at, row.source, row.source_id, row.source_name, *marks).where(*_within(shape))


def _looked_through(shape: Shape, fits: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Of so many plays those that fit, and the last of them in any case: from there on whoever asks again goes on."""
    row = HistoryRow
    last = select(row.played_at, row.id).where(*_within(shape)).order_by(*_latest_first)
    last = last.offset(at_most(LOOKED_THROUGH - 1)).limit(at_most(1)).cte("last")
    last_id = select(last.c.id).scalar_subquery()
    last_place = tuple_(
        func.coalesce(select(last.c.played_at).scalar_subquery(), literal(NEVER, Moment()), type_=Moment()),
        func.coalesce(last_id, literal(LOWEST_ID, IdColumn()), type_=IdColumn()),
    )
    is_last = func.coalesce(row.id == last_id, false())
    plays = _plays(shape, fits, is_last).where(_place >= last_place, or_(fits, is_last))
    return _with_names(plays) if shape.words else plays


def _with_names(plays: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        plays.join(TrackRow, TrackRow.id == HistoryRow.track_id)
        .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
        .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    )


def _within(shape: Shape) -> Iterator[ColumnElement[bool]]:
    yield HistoryRow.account_id == _ACCOUNT
    if shape.after:
        yield _place < tuple_(bindparam("after", type_=Moment()), bindparam("after_id", type_=IdColumn()))
    if shape.begins:
        yield HistoryRow.played_at >= bindparam("begins", type_=Moment())
    if shape.ends:
        yield HistoryRow.played_at < bindparam("ends", type_=Moment())


def _sought(shape: Shape) -> Iterator[ColumnElement[bool]]:
    if shape.source:
        yield HistoryRow.source == bindparam("source")
    for number in range(shape.words):
        word = bindparam(f"word_{number}")
        yield or_(*(name.icontains(word, escape=ESCAPE) for name in (TrackRow.title, RecordingRow.artist, ReleaseRow.title)))


ESCAPE = "/"


def literally(word: str) -> str:
    """As a parameter of what is sought."""
    return "".join(f"{ESCAPE}{one}" if one in f"{ESCAPE}%_" else one for one in word)


def _told(page: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """What is told of a play is looked up for the page alone."""
    row = page.subquery("page")
    told = (
        row.c.id.label("play_id"), row.c.played_at, row.c.source, row.c.source_id, row.c.source_name, _title(row.c).label("source_title"),
        row.c.fits, row.c.looked_at_last,
    )  # fmt: skip
    return with_tracks(select(*LISTED, *told).select_from(row), row.c.track_id).order_by(row.c.played_at.desc(), row.c.id.desc())


def _title(row: Any) -> ColumnElement[str | None]:
    """Of what a play was started from, where the listener may see that."""
    release, merged, artist = aliased(ReleaseRow), aliased(ArtistRow), aliased(ArtistRow)
    member = exists().where(PlaylistMemberRow.playlist_id == PlaylistRow.id, PlaylistMemberRow.account_id == _ACCOUNT)
    seen = PlaylistRow.deleted_at.is_(None) & or_(PlaylistRow.visibility != Visibility.PRIVATE, member)
    titles: dict[SourceKind, Select[str]] = {
        SourceKind.RELEASE: select(release.title).where(
            release.id == row.source_id, release.published_at.is_not(None), offered(release.id)
        ),
        SourceKind.ARTIST: select(artist.name)
        .join(merged, artist.id == func.coalesce(merged.merged_into, merged.id))
        .where(merged.id == row.source_id),
        SourceKind.PLAYLIST: select(PlaylistRow.title).where(PlaylistRow.id == row.source_id, seen),
        SourceKind.STATION: select(StationRow.title).where(StationRow.id == row.source_id, StationRow.account_id == _ACCOUNT),
    }
    return case(*((row.source == kind, wanted.scalar_subquery()) for kind, wanted in titles.items()))
