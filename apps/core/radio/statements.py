"""The statements of radio, each built once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    and_,
    bindparam,
    delete,
    desc,
    exists,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
    union_all,
    update,
)

from apps.core.bulk import id_at
from apps.core.catalogue.models import ArtistRow, RecordingCreditRow, RecordingRow, ReleaseRow, TrackRow
from apps.core.contract.catalogue import CreditRole
from apps.core.contract.ids import BYTES
from apps.core.contract.radio import BATCH, FeedbackKind
from apps.core.database import FOR_CHANGE, IdColumn, Moment
from apps.core.listening.models import HistoryRow
from apps.core.playback.models import PublishedRenditionRow
from apps.core.radio.models import ANEW, HiddenTrackRow, StationBatchRow, StationFeedbackRow, StationPoolRow, StationRow
from apps.core.rights.offers import offered

MOST_SEEDS = 50
MOST_FEEDBACK = 50
"""Of one kind, on a station: of more likes the latest so many are kept."""
OF_ARTISTS, OF_RELEASES, OF_GENRES = 25, 20, 60
OF_NEWEST = 75
"""Recordings that are looked at because they share that with the seeds."""
MOST_OF_GENRES = 3_000
"""Recordings of the seeds' genres, the newest first, through which a station goes; then it begins again."""

_SUBJECT = bindparam("subject", type_=IdColumn())
_STATION = bindparam("station_id", type_=IdColumn())
_ACCOUNT = bindparam("account_id", type_=IdColumn())
_BY_ARTIST = RecordingCreditRow.role.in_((CreditRole.MAIN, CreditRole.FEATURED))

LOCKED_STATION = (
    select(StationRow.id, StationRow.kind, StationRow.subject, StationRow.title, StationRow.batches, StationRow.used)
    .where(StationRow.id == _STATION, StationRow.account_id == _ACCOUNT)
    .with_for_update(**FOR_CHANGE)
)
BATCHES = (
    select(StationBatchRow.given_at, StationBatchRow.tracks, StationBatchRow.fewer, StationBatchRow.number)
    .where(StationBatchRow.station_id == _STATION, StationBatchRow.number > bindparam("after"))
    .order_by(StationBatchRow.number.desc())
)
_BEFORE = select(func.max(StationBatchRow.number)).where(
    StationBatchRow.station_id == _STATION, StationBatchRow.given_at <= bindparam("since", type_=Moment())
)
_GIVEN = select(
    StationBatchRow.number, StationBatchRow.given_at.label("at"), StationBatchRow.tracks, null().label("territory"),
).where(StationBatchRow.station_id == _STATION, StationBatchRow.number >= func.coalesce(_BEFORE.scalar_subquery(), 1) - 1)  # fmt: skip
_POOL = select(literal(0), StationPoolRow.until, StationPoolRow.candidates, StationPoolRow.territory).where(
    StationPoolRow.station_id == _STATION
)
GIVEN_AND_POOL = union_all(_GIVEN, _POOL).order_by(desc("number"))
"""The batches given since then, and the two before, which may have been heard since then; last, as number 0, the candidates.

To be read after the station is locked: joined to it, PostgreSQL would give the candidates as they were before whoever was waited for.
"""
NEW_BATCH = insert(StationBatchRow)
AFTER_BATCH = (
    update(StationRow)
    .where(StationRow.id == bindparam("whose", type_=IdColumn()))
    .values(batches=bindparam("number"), played_at=bindparam("now", type_=Moment()), used=bindparam("places"))
)
NO_POOL = delete(StationPoolRow).where(StationPoolRow.station_id == _STATION)
NEW_POOL = insert(StationPoolRow)

FEEDBACK = (
    select(StationFeedbackRow.track, StationFeedbackRow.track_id, StationFeedbackRow.given_at)
    .where(StationFeedbackRow.station_id == _STATION, StationFeedbackRow.kind == bindparam("kind"))
    .where(StationFeedbackRow.given_at > bindparam("since", type_=Moment()))
    .order_by(StationFeedbackRow.given_at.desc(), StationFeedbackRow.id.desc())
    .limit(MOST_FEEDBACK)
)
SKIPS = (
    select(StationFeedbackRow.given_at)
    .where(StationFeedbackRow.station_id == _STATION, StationFeedbackRow.kind.in_((FeedbackKind.SKIP, ANEW)))
    .where(StationFeedbackRow.given_at > bindparam("since", type_=Moment()))
    .order_by(StationFeedbackRow.given_at.desc())
    .limit(bindparam("most", type_=Integer))
)
_LIKES = StationFeedbackRow.station_id == _STATION, StationFeedbackRow.kind == FeedbackKind.LIKE
_LAST_LIKE = (
    select(StationFeedbackRow.given_at).where(*_LIKES).order_by(StationFeedbackRow.given_at.desc()).offset(MOST_FEEDBACK - 1).limit(1)
)
FORGET_LIKES = delete(StationFeedbackRow).where(*_LIKES, StationFeedbackRow.given_at < _LAST_LIKE.scalar_subquery())
"""Those before the last that is read."""
HIDDEN = select(HiddenTrackRow.recording_id).where(HiddenTrackRow.account_id == _ACCOUNT)

_SURVIVOR = select(func.coalesce(ArtistRow.merged_into, ArtistRow.id)).where(ArtistRow.id == _SUBJECT).scalar_subquery()
"""Who the artist is by now that a station was started from."""
SEEDS = {
    "track": select(TrackRow.recording_id).where(TrackRow.id == _SUBJECT),
    "artist": select(RecordingCreditRow.recording_id)
    .where(RecordingCreditRow.artist_id == _SURVIVOR, _BY_ARTIST)
    .order_by(RecordingCreditRow.recording_id.desc())
    .limit(MOST_SEEDS),
    "release": select(TrackRow.recording_id)
    .where(TrackRow.release_id == _SUBJECT)
    .order_by(TrackRow.disc, TrackRow.number)
    .limit(MOST_SEEDS),
    "genre": select(RecordingRow.id.label("recording_id"))
    .where(RecordingRow.genre == bindparam("subject"))
    .order_by(RecordingRow.id.desc())
    .limit(MOST_SEEDS),
    "mix": select(TrackRow.recording_id)
    .join(HistoryRow, HistoryRow.track_id == TrackRow.id)
    .where(HistoryRow.account_id == _ACCOUNT)
    .order_by(HistoryRow.played_at.desc(), HistoryRow.id.desc())
    .limit(MOST_SEEDS),
}
"""By kind of station: what it plays on from; of a mix the latest first."""


def _offered_somewhere(recording_id: Any) -> ColumnElement[bool]:
    """True where a release that has the recording is offered here with it."""
    return (
        exists()
        .where(TrackRow.recording_id == recording_id, ReleaseRow.id == TrackRow.release_id)
        .where(ReleaseRow.published_at.is_not(None), offered(TrackRow.release_id, TrackRow.id))
    )


_NEWEST_OF_GENRE = (
    select(RecordingRow.id).where(RecordingRow.genre == bindparam("subject")).order_by(RecordingRow.id.desc()).limit(MOST_OF_GENRES)
)
"""A station goes through no more of it; where none of that is offered, the rest is not looked through for a listener's asking."""

TITLES = {
    "track": select(TrackRow.title)
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .where(TrackRow.id == _SUBJECT, ReleaseRow.published_at.is_not(None), offered(TrackRow.release_id, TrackRow.id)),
    "artist": select(ArtistRow.name).where(
        ArtistRow.id == _SURVIVOR,
        exists().where(RecordingCreditRow.artist_id == ArtistRow.id, _BY_ARTIST).where(_offered_somewhere(RecordingCreditRow.recording_id)),
    ),
    "release": select(ReleaseRow.title).where(ReleaseRow.id == _SUBJECT, ReleaseRow.published_at.is_not(None), offered(ReleaseRow.id)),
    "genre": select(RecordingRow.genre).where(RecordingRow.id.in_(_NEWEST_OF_GENRE), _offered_somewhere(RecordingRow.id)).limit(1),
}
"""By kind of seed: what a station of it is called, where there is something of it here."""

FACTS = (
    select(
        TrackRow.id, TrackRow.recording_id, TrackRow.title, RecordingRow.artist, TrackRow.release_id,
        ReleaseRow.title.label("release_title"), ReleaseRow.cover, ReleaseRow.type, RecordingRow.duration_ms,
        func.coalesce(RecordingRow.genre, ReleaseRow.genre).label("genre"), ReleaseRow.year, RecordingCreditRow.artist_id,
    )
    .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .join(PublishedRenditionRow, PublishedRenditionRow.recording_id == TrackRow.recording_id)
    .outerjoin(RecordingCreditRow, and_(RecordingCreditRow.recording_id == TrackRow.recording_id, _BY_ARTIST))
    .where(TrackRow.recording_id.in_(bindparam("recordings", expanding=True, type_=IdColumn())))
    .where(ReleaseRow.published_at.is_not(None), offered(TrackRow.release_id, TrackRow.id, on_plan=True))
    .order_by(TrackRow.recording_id, TrackRow.id, RecordingCreditRow.position)
)  # fmt: skip
"""All that the rules know of recordings that may be played whole: a row for each of their tracks and artists."""

_WANTED_ARTISTS = bindparam("artists", expanding=True, type_=IdColumn())
_WANTED_RELEASES = bindparam("releases", expanding=True, type_=IdColumn())
_WANTED_GENRES = bindparam("genres", expanding=True)
_SOME = [
    select(RecordingCreditRow.recording_id)
    .where(RecordingCreditRow.artist_id.in_(_WANTED_ARTISTS), _BY_ARTIST)
    .order_by(RecordingCreditRow.recording_id.desc())
    .limit(OF_ARTISTS),
    select(TrackRow.recording_id).where(TrackRow.release_id.in_(_WANTED_RELEASES)).order_by(TrackRow.id).limit(OF_RELEASES),
    select(RecordingRow.id.label("recording_id"))
    .where(RecordingRow.genre.in_(_WANTED_GENRES))
    .order_by(RecordingRow.id.desc())
    .limit(bindparam("most_of_genre", type_=Integer))
    .offset(bindparam("page_of_genre", type_=Integer)),
]
RELATED = select(union_all(*(select(some.subquery()) for some in _SOME)).subquery().c.recording_id)
"""Recordings by these artists, on these releases and of these genres."""
_OF_GENRES = select(RecordingRow.id).where(RecordingRow.genre.in_(_WANTED_GENRES)).limit(MOST_OF_GENRES)
SIZE_OF_GENRES = select(func.count().label("number")).select_from(_OF_GENRES.subquery())
"""How many recordings these genres have to go through, page by page."""
NEWEST = (
    select(TrackRow.recording_id)
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .where(ReleaseRow.published_at.is_not(None))
    .order_by(ReleaseRow.published_at.desc(), TrackRow.id)
    .limit(OF_NEWEST)
)

_PLACES = union_all(*(select(literal_column(str(1 + place * BYTES)).label("start")) for place in range(BATCH))).subquery()


def _each_of(name: str) -> ColumnElement[str]:
    """One id after the other of a batch's."""
    return id_at(bindparam(name, type_=LargeBinary), _PLACES.c.start)


_HIDDEN = exists().where(HiddenTrackRow.account_id == _ACCOUNT, HiddenTrackRow.recording_id == _each_of("recordings"))
STILL_ALLOWED = (
    select(func.count().label("number"))
    .select_from(_PLACES)
    .where(offered(_each_of("releases"), _each_of("tracks"), on_plan=True), ~_HIDDEN)
)
"""How many of a batch's tracks may be played at this moment and are not hidden; audio that was published stays so."""
