"""The statements of favourites, each built once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    Subquery,
    bindparam,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)

from apps.core.bulk import each_id
from apps.core.catalogue.models import ArtistRow, RecordingCreditRow, ReleaseCreditRow, ReleaseRow, TrackRow
from apps.core.catalogue.statements import SUMMARY, VISIBLE
from apps.core.contract.library import ArtistSubject, ReleaseSubject, TrackSubject
from apps.core.database import LIMIT, IdColumn, Moment
from apps.core.library.listing import LISTED, with_tracks
from apps.core.library.models import FavouriteArtistRow, FavouriteReleaseRow, FavouriteTrackRow
from apps.core.rights.offers import offered

Favourites = type[FavouriteTrackRow | FavouriteReleaseRow | FavouriteArtistRow]

_ACCOUNT = bindparam("account_id", type_=IdColumn())
_SUBJECT = bindparam("subject", type_=IdColumn())


def _artist_offered(artist_id: Any) -> ColumnElement[bool]:
    """True where they have a page: a release of theirs, or one that they are heard on, is offered here."""
    own = exists().where(ReleaseCreditRow.artist_id == artist_id, ReleaseRow.id == ReleaseCreditRow.release_id, VISIBLE)
    heard = exists().where(RecordingCreditRow.artist_id == artist_id, TrackRow.recording_id == RecordingCreditRow.recording_id)
    return or_(own, heard.where(ReleaseRow.id == TrackRow.release_id, VISIBLE))


_SURVIVOR = func.coalesce(ArtistRow.merged_into, ArtistRow.id)
"""Who the artist is by now."""
TABLES: Mapping[type, Favourites] = {
    TrackSubject: FavouriteTrackRow, ReleaseSubject: FavouriteReleaseRow, ArtistSubject: FavouriteArtistRow,
}  # fmt: skip
OFFERED: Mapping[type, Any] = {
    TrackSubject: select(TrackRow.recording_id, TrackRow.id.label("track_id"))
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .where(TrackRow.id == _SUBJECT, ReleaseRow.published_at.is_not(None), offered(TrackRow.release_id, TrackRow.id)),
    ReleaseSubject: select(ReleaseRow.id.label("release_id")).where(ReleaseRow.id == _SUBJECT, VISIBLE),
    ArtistSubject: select(_SURVIVOR.label("artist_id")).where(ArtistRow.id == _SUBJECT, _artist_offered(_SURVIVOR)),
}
"""By kind of subject: the columns that a favourite of it is stored with, where it is offered here."""

_RECORDING = select(TrackRow.recording_id).where(TrackRow.id == _SUBJECT).scalar_subquery()
REMOVED = {
    TrackSubject: delete(FavouriteTrackRow).where(FavouriteTrackRow.account_id == _ACCOUNT, FavouriteTrackRow.recording_id == _RECORDING),
    ReleaseSubject: delete(FavouriteReleaseRow).where(
        FavouriteReleaseRow.account_id == _ACCOUNT, FavouriteReleaseRow.release_id == _SUBJECT
    ),
    ArtistSubject: delete(FavouriteArtistRow).where(
        FavouriteArtistRow.account_id == _ACCOUNT,
        FavouriteArtistRow.artist_id.in_(select(ArtistRow.id).where((ArtistRow.id == _SUBJECT) | (ArtistRow.merged_into == _SUBJECT))),
    ),
}


def _latest(table: Favourites, key: Any, told: Callable[[Subquery], Any], *which: ColumnElement[bool]) -> tuple[Select[Any], Select[Any]]:
    """The first page, and one that goes on after a favourite. What is told of each is looked up for the page alone."""

    def page(wanted: Select[Any]) -> Select[Any]:
        chosen = wanted.order_by(table.added_at.desc(), key.desc()).limit(LIMIT).subquery("page")
        at, kept = chosen.c.added_at, chosen.c[key.name]
        return told(chosen).add_columns(at.label("at"), kept.label("key")).order_by(at.desc(), kept.desc())

    mine: Select[Any] = select(table.__table__).where(table.account_id == _ACCOUNT, *which)
    last = tuple_(bindparam("after", type_=Moment()), bindparam("after_id", type_=IdColumn()))
    return page(mine), page(mine.where(tuple_(table.added_at, key) < last))


TRACKS = _latest(
    FavouriteTrackRow, FavouriteTrackRow.recording_id,
    lambda chosen: with_tracks(select(*LISTED).select_from(chosen), chosen.c.track_id),
)  # fmt: skip
RELEASES = _latest(
    FavouriteReleaseRow, FavouriteReleaseRow.release_id,
    lambda chosen: select(*SUMMARY, VISIBLE.label("visible")).join(chosen, chosen.c.release_id == ReleaseRow.id),
)  # fmt: skip
ARTISTS = _latest(
    FavouriteArtistRow, FavouriteArtistRow.artist_id,
    lambda chosen: select(ArtistRow.id, ArtistRow.name, _artist_offered(ArtistRow.id).label("visible"))
    .join(chosen, chosen.c.artist_id == ArtistRow.id),
    exists().where(ArtistRow.id == FavouriteArtistRow.artist_id, ArtistRow.merged_into.is_(None)),
)  # fmt: skip


def _asked(name: str) -> Select[Any]:
    return each_id(bindparam(name, type_=LargeBinary))


FOUND = union_all(
    select(literal("track").label("kind"), TrackRow.id)
    .join(FavouriteTrackRow, FavouriteTrackRow.recording_id == TrackRow.recording_id)
    .where(FavouriteTrackRow.account_id == _ACCOUNT, TrackRow.id.in_(_asked("tracks"))),
    select(literal("release"), FavouriteReleaseRow.release_id)
    .where(FavouriteReleaseRow.account_id == _ACCOUNT, FavouriteReleaseRow.release_id.in_(_asked("releases"))),
    select(literal("artist"), FavouriteArtistRow.artist_id)
    .where(FavouriteArtistRow.account_id == _ACCOUNT, FavouriteArtistRow.artist_id.in_(_asked("artists"))),
)  # fmt: skip
