"""The statements of search, each built once: what the index is read from, and what is shown of what it finds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import LargeBinary, bindparam, exists, func, or_, select, type_coerce, union_all

from apps.core.accounts.models import AccountRow
from apps.core.catalogue.models import ArtistRow, LabelRow, RecordingCreditRow, RecordingRow, ReleaseCreditRow, ReleaseRow, TrackRow
from apps.core.catalogue.statements import HEARABLE, SUMMARY, VISIBLE
from apps.core.contract.accounts import AccountStatus
from apps.core.contract.catalogue import CreditRole
from apps.core.database import LIMIT, IdColumn
from apps.core.playback.models import PublishedRenditionRow
from apps.core.playlists.models import PlaylistRow, PlaylistTrackRow
from apps.core.playlists.statements import COVER, COVERS, FILLED, MOSAIC, PUBLIC
from apps.core.rights.offers import offered
from apps.core.search.models import SearchChangeRow, SearchCounterRow

AFTER = bindparam("after", type_=IdColumn())
IDS = bindparam("ids", expanding=True, type_=IdColumn())
FOUND = bindparam("found", expanding=True, type_=LargeBinary)
"""Ids as the index has them."""


def _raw(column: Any) -> Any:
    """An id in bytes: hundreds of thousands are read at once, and none of them is shown."""
    return type_coerce(column, LargeBinary)


_PUBLISHED = ReleaseRow.published_at.is_not(None)
RELEASES = (
    select(
        ReleaseRow.id.label("key"), _raw(ReleaseRow.id).label("id"), ReleaseRow.title, ReleaseRow.artist, ReleaseRow.type, ReleaseRow.year,
        ReleaseRow.genre, LabelRow.name.label("label"),
    )
    .outerjoin(LabelRow, LabelRow.id == ReleaseRow.label_id)
    .where(_PUBLISHED)
)  # fmt: skip
TRACKS = (
    select(
        TrackRow.id.label("key"), _raw(TrackRow.id).label("id"), _raw(TrackRow.release_id).label("release_id"),
        _raw(TrackRow.recording_id).label("recording_id"), TrackRow.title, RecordingRow.artist, ReleaseRow.type, ReleaseRow.year,
        func.coalesce(RecordingRow.genre, ReleaseRow.genre).label("genre"), LabelRow.name.label("label"),
    )
    .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .outerjoin(LabelRow, LabelRow.id == ReleaseRow.label_id)
    .where(_PUBLISHED)
)  # fmt: skip
ARTISTS = select(ArtistRow.id.label("key"), _raw(ArtistRow.id).label("id"), ArtistRow.name)
PLAYLISTS = (
    select(
        PlaylistRow.id.label("key"), _raw(PlaylistRow.id).label("id"), PlaylistRow.title, PlaylistRow.description,
        AccountRow.name.label("owner"),
    )
    .outerjoin(AccountRow, AccountRow.id == PlaylistRow.owner_id)
    .where(PUBLIC)
)  # fmt: skip


def _page(statement: Any, key: Any) -> Any:
    return statement.where(key > AFTER).order_by(key).limit(LIMIT)


ALL_RELEASES, ALL_TRACKS = _page(RELEASES, ReleaseRow.id), _page(TRACKS, TrackRow.id)
ALL_ARTISTS, ALL_PLAYLISTS = _page(ARTISTS, ArtistRow.id), _page(PLAYLISTS, PlaylistRow.id)
THESE_RELEASES, THEIR_TRACKS = RELEASES.where(ReleaseRow.id.in_(IDS)), TRACKS.where(TrackRow.release_id.in_(IDS))
THEIR_ARTISTS = ARTISTS.where(
    or_(
        ArtistRow.id.in_(select(ReleaseCreditRow.artist_id).where(ReleaseCreditRow.release_id.in_(IDS))),
        ArtistRow.id.in_(
            select(RecordingCreditRow.artist_id)
            .join(TrackRow, TrackRow.recording_id == RecordingCreditRow.recording_id)
            .where(TrackRow.release_id.in_(IDS))
        ),
    )
)
THESE_PLAYLISTS = PLAYLISTS.where(PlaylistRow.id.in_(IDS))

_OTHERWISE = union_all(
    *(
        select(_raw(table.artist_id).label("artist_id"), table.credited_as.label("credited_as"))
        .join(ArtistRow, ArtistRow.id == table.artist_id)
        .where(table.credited_as != ArtistRow.name, _raw(table.artist_id).in_(FOUND))
        for table in (ReleaseCreditRow, RecordingCreditRow)
    )
).subquery("otherwise")
OTHER_NAMES = (
    select(_OTHERWISE.c.artist_id, _OTHERWISE.c.credited_as)
    .group_by(_OTHERWISE.c.artist_id, _OTHERWISE.c.credited_as)
    .order_by(_OTHERWISE.c.artist_id, func.count().desc(), _OTHERWISE.c.credited_as)
)
"""By what names these artists are credited beside their own, the most frequent first: of many the index compares a few."""
BY_ARTISTS = select(_raw(RecordingCreditRow.artist_id).label("id"), _raw(RecordingCreditRow.recording_id).label("recording_id")).where(
    _raw(RecordingCreditRow.artist_id).in_(FOUND), RecordingCreditRow.role.in_((CreditRole.MAIN, CreditRole.FEATURED))
)
"""What these artists perform on."""
ON_RELEASES = select(_raw(TrackRow.release_id).label("id"), _raw(TrackRow.recording_id).label("recording_id")).where(
    _raw(TrackRow.release_id).in_(FOUND)
)

LATEST = select(func.max(SearchCounterRow.number))
CHANGES = (
    select(SearchChangeRow.kind, SearchChangeRow.subject_id, SearchChangeRow.number)
    .where(SearchChangeRow.number > bindparam("number"))
    .order_by(SearchChangeRow.number)
)

_HAS_RELEASE = exists().where(
    ReleaseCreditRow.artist_id == ArtistRow.id, ReleaseRow.id == ReleaseCreditRow.release_id, _PUBLISHED, offered(ReleaseRow.id)
)
_IS_HEARD = exists().where(
    RecordingCreditRow.artist_id == ArtistRow.id, TrackRow.recording_id == RecordingCreditRow.recording_id,
    ReleaseRow.id == TrackRow.release_id, _PUBLISHED, offered(ReleaseRow.id),
)  # fmt: skip
SHOWN_ARTISTS = select(_raw(ArtistRow.id).label("key"), ArtistRow.id, ArtistRow.name).where(
    _raw(ArtistRow.id).in_(FOUND), or_(_HAS_RELEASE, _IS_HEARD)
)
SHOWN_RELEASES = select(_raw(ReleaseRow.id).label("key"), *SUMMARY).where(_raw(ReleaseRow.id).in_(FOUND), VISIBLE)
SHOWN_TRACKS = (
    HEARABLE.add_columns(_raw(TrackRow.id).label("key"), *(column.label(f"release_{column.name}") for column in SUMMARY))
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .where(_raw(TrackRow.id).in_(FOUND), _PUBLISHED)
)
SHOWN_PLAYLISTS = (
    select(
        _raw(PlaylistRow.id).label("key"), PlaylistRow.id, PlaylistRow.title, PlaylistRow.description, AccountRow.name.label("owner"),
        PlaylistRow.tracks, PlaylistRow.duration_ms, COVER, MOSAIC,
    )
    .outerjoin(AccountRow, AccountRow.id == PlaylistRow.owner_id)
    .outerjoin(ReleaseRow, COVERS)
    .where(_raw(PlaylistRow.id).in_(FOUND), PUBLIC, FILLED, func.coalesce(AccountRow.status, "") != AccountStatus.SUSPENDED)
)  # fmt: skip
"""What of the index's finds may be seen here."""
_READY = PublishedRenditionRow.recording_id.is_not(None)
_PLAYS_OF_RELEASE = exists().where(
    TrackRow.release_id == ReleaseRow.id, PublishedRenditionRow.recording_id == TrackRow.recording_id,
    offered(ReleaseRow.id, TrackRow.id, on_plan=True),
)  # fmt: skip
_PLAYS_OF_ARTIST = exists().where(
    RecordingCreditRow.artist_id == ArtistRow.id, TrackRow.recording_id == RecordingCreditRow.recording_id,
    PublishedRenditionRow.recording_id == TrackRow.recording_id, ReleaseRow.id == TrackRow.release_id, _PUBLISHED,
    offered(ReleaseRow.id, TrackRow.id, on_plan=True),
)  # fmt: skip
_PLAYS_OF_PLAYLIST = (
    exists()
    .where(
        PlaylistTrackRow.playlist_id == PlaylistRow.id, TrackRow.id == PlaylistTrackRow.track_id,
        PublishedRenditionRow.recording_id == TrackRow.recording_id, ReleaseRow.id == TrackRow.release_id, _PUBLISHED,
        offered(ReleaseRow.id, TrackRow.id, on_plan=True),
    )
    .correlate(PlaylistRow)
)  # fmt: skip
PLAYABLE_ARTISTS, PLAYABLE_RELEASES = SHOWN_ARTISTS.where(_PLAYS_OF_ARTIST), SHOWN_RELEASES.where(_PLAYS_OF_RELEASE)
PLAYABLE_PLAYLISTS = SHOWN_PLAYLISTS.where(_PLAYS_OF_PLAYLIST)
PLAYABLE_TRACKS = SHOWN_TRACKS.where(_READY, offered(TrackRow.release_id, TrackRow.id, on_plan=True))
"""What of them may be played on the actor's plan."""
