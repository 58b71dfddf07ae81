"""The catalogue's statements, each built once: what they select is what the contract's structs hold."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, func, select, true, tuple_
from sqlalchemy.orm import aliased

from apps.core.catalogue.models import (
    ASIDE,
    ArtistReleaseRow,
    ArtistRow,
    CatalogueVersionRow,
    LabelRow,
    LyricsRow,
    RecordingCreditRow,
    RecordingRow,
    ReleaseCreditRow,
    ReleaseRow,
    SeriesRow,
    TrackRow,
)
from apps.core.contract.playback import PREVIEW
from apps.core.database import LIMIT, IdColumn, Moment, at_most
from apps.core.editorial.models import ShelfRow
from apps.core.playback.models import AudioRow, PublishedRenditionRow, RenditionRow
from apps.core.rights.models import DealRow
from apps.core.rights.offers import NOW, offered

MOST_RELEASES = 100
MOST_SPINES, MOST_VOLUMES = 24, 500
MOST_ALSO_ON = 50

SUMMARY = (
    ReleaseRow.id, ReleaseRow.title, ReleaseRow.artist, ReleaseRow.type, ReleaseRow.year, ReleaseRow.cover, ReleaseRow.colour,
)  # fmt: skip
VISIBLE = ReleaseRow.published_at.is_not(None) & offered(ReleaseRow.id)

NEWEST = (
    select(*SUMMARY, ReleaseRow.published_at.label("key"))
    .where(VISIBLE)
    .order_by(ReleaseRow.published_at.desc(), ReleaseRow.id.desc())
    .limit(LIMIT)
)
BY_TITLE = select(*SUMMARY, ReleaseRow.title_key.label("key")).where(VISIBLE).order_by(ReleaseRow.title_key, ReleaseRow.id).limit(LIMIT)

LAST_ID = bindparam("id", type_=IdColumn())
OLDER = NEWEST.where(tuple_(ReleaseRow.published_at, ReleaseRow.id) < tuple_(bindparam("key", type_=Moment()), LAST_ID))
FURTHER = BY_TITLE.where(tuple_(ReleaseRow.title_key, ReleaseRow.id) > tuple_(bindparam("key"), LAST_ID))

RELEASE = (
    select(
        ReleaseRow.id, ReleaseRow.title, ReleaseRow.artist, ReleaseRow.type, ReleaseRow.year, ReleaseRow.released_on,
        LabelRow.name.label("label"), ReleaseRow.upc, ReleaseRow.genre, ReleaseRow.p_line, ReleaseRow.c_line, ReleaseRow.cover,
        ReleaseRow.colour, SeriesRow.id.label("series_id"), SeriesRow.title.label("series_title"), ReleaseRow.volume,
    )
    .outerjoin(LabelRow, LabelRow.id == ReleaseRow.label_id)
    .outerjoin(SeriesRow, SeriesRow.id == ReleaseRow.series_id)
    .where(ReleaseRow.id == bindparam("release_id", type_=IdColumn()), VISIBLE)
)  # fmt: skip
RELEASE_CREDITS = (
    select(ReleaseCreditRow.artist_id, ReleaseCreditRow.credited_as, ReleaseCreditRow.role)
    .where(ReleaseCreditRow.release_id == bindparam("release_id", type_=IdColumn()))
    .order_by(ReleaseCreditRow.position)
)
HEARABLE = (
    select(
        TrackRow.id, TrackRow.recording_id, TrackRow.disc, TrackRow.number, TrackRow.title, RecordingRow.artist, RecordingRow.duration_ms,
        RecordingRow.explicit, PublishedRenditionRow.recording_id.is_not(None).label("ready"),
        RenditionRow.name.is_not(None).label("preview"),
        offered(TrackRow.release_id, TrackRow.id, on_plan=True).label("allowed"), RecordingRow.refusal.is_not(None).label("refused"),
    )
    .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
    .outerjoin(PublishedRenditionRow, PublishedRenditionRow.recording_id == TrackRow.recording_id)
    .outerjoin(
        RenditionRow,
        and_(
            RenditionRow.recording_id == TrackRow.recording_id, RenditionRow.content_hash == PublishedRenditionRow.content_hash,
            RenditionRow.name == PREVIEW,
        ),
    )
    .where(offered(TrackRow.release_id, TrackRow.id))
)  # fmt: skip
"""Tracks that are offered here, and how much of each may be heard."""
TRACKS = HEARABLE.where(TrackRow.release_id == bindparam("release_id", type_=IdColumn())).order_by(TrackRow.disc, TrackRow.number)
TRACK = (
    HEARABLE.add_columns(*(column.label(f"release_{column.name}") for column in SUMMARY))
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .where(TrackRow.id == bindparam("track_id", type_=IdColumn()), ReleaseRow.published_at.is_not(None))
)

OF_RELEASE = slice(len(HEARABLE.selected_columns), len(HEARABLE.selected_columns) + len(SUMMARY))
"""Where the columns of `SUMMARY` are in a row of `HEARABLE` that they were added to."""
_AUDIO = (
    select(AudioRow.facts)
    .join(
        PublishedRenditionRow,
        and_(PublishedRenditionRow.recording_id == AudioRow.recording_id, PublishedRenditionRow.content_hash == AudioRow.content_hash),
    )
    .where(AudioRow.recording_id == TrackRow.recording_id)
    .correlate(TrackRow)
    .scalar_subquery()
)
TRACK_IN_FULL = TRACK.add_columns(
    RecordingRow.isrc, func.coalesce(RecordingRow.genre, ReleaseRow.genre).label("genre"), LabelRow.name.label("label"),
    ReleaseRow.released_on, func.coalesce(RecordingRow.p_line, ReleaseRow.p_line).label("p_line"), ReleaseRow.c_line,
    _AUDIO.label("audio"),
).outerjoin(LabelRow, LabelRow.id == ReleaseRow.label_id)  # fmt: skip
RECORDING_CREDITS = (
    select(RecordingCreditRow.artist_id, RecordingCreditRow.credited_as, RecordingCreditRow.role)
    .where(RecordingCreditRow.recording_id == bindparam("recording_id", type_=IdColumn()))
    .order_by(RecordingCreditRow.position)
)
ALSO_ON = (
    HEARABLE.add_columns(*(column.label(f"release_{column.name}") for column in SUMMARY))
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .where(
        TrackRow.recording_id == bindparam("recording_id", type_=IdColumn()),
        TrackRow.release_id != bindparam("release_id", type_=IdColumn()),
        ReleaseRow.published_at.is_not(None),
    )
    .order_by(ReleaseRow.year.desc(), ReleaseRow.id.desc(), TrackRow.id)
    .limit(at_most(MOST_ALSO_ON))
)

LYRICS = (
    select(LyricsRow.text, LyricsRow.lines)
    .join(TrackRow, TrackRow.recording_id == LyricsRow.recording_id)
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .where(TrackRow.id == bindparam("track_id", type_=IdColumn()), ReleaseRow.published_at.is_not(None))
    .where(offered(TrackRow.release_id, TrackRow.id))
)

LISTED = (TrackRow.disc != ASIDE) & TrackRow.hidden_at.is_(None)
"""Tracks that are on their release still."""
ARTIST = bindparam("artist_id", type_=IdColumn())
_MERGED = aliased(ArtistRow)
SURVIVOR = (
    select(ArtistRow.id, ArtistRow.name)
    .join(_MERGED, ArtistRow.id == func.coalesce(_MERGED.merged_into, _MERGED.id))
    .where(_MERGED.id == ARTIST)
)
"""Who the artist is by now: themselves, unless they were merged into another one."""


MOST_CREDITS = 5_000
CREDITS_OF_ARTIST = (
    select(RecordingCreditRow.recording_id, RecordingCreditRow.role)
    .where(RecordingCreditRow.artist_id == ARTIST)
    .order_by(RecordingCreditRow.recording_id.desc())
    .limit(at_most(MOST_CREDITS))
)
"""The newest; of a very busy artist the oldest are left out."""
OF_RECORDINGS = (
    HEARABLE.add_columns(*(column.label(f"release_{column.name}") for column in SUMMARY))
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .where(TrackRow.recording_id.in_(bindparam("recording_ids", expanding=True, type_=IdColumn())), ReleaseRow.published_at.is_not(None))
    .order_by(TrackRow.id)
)


def _discography(own: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    row = ArtistReleaseRow
    return (
        select(*SUMMARY)
        .join(row, row.release_id == ReleaseRow.id)
        .where(row.artist_id == ARTIST, row.own == own, VISIBLE)
        .order_by(row.year.desc(), row.release_id.desc())
        .limit(at_most(MOST_RELEASES))
    )


OWN_RELEASES, APPEARS_ON = _discography(true()), _discography(false())

NEWEST_VOLUME = (ReleaseRow.volume.desc(), ReleaseRow.id.desc())
ON_SHELF = exists().where(ReleaseRow.series_id == SeriesRow.id, VISIBLE)
SHELVES = (
    select(SeriesRow.id, SeriesRow.title, SeriesRow.title_key, SeriesRow.cover).where(ON_SHELF).order_by(SeriesRow.title_key).limit(LIMIT)
)
FURTHER_SHELVES = SHELVES.where(SeriesRow.title_key > bindparam("key"))


def spines(shelves: Select[str, str, str, str | None]) -> Select[Any]:
    """The volumes of each of these series, the newest first, no more than a shelf shows; with each how many there are."""
    series = shelves.subquery()
    place = func.row_number().over(partition_by=ReleaseRow.series_id, order_by=NEWEST_VOLUME)
    volumes = (
        select(
            *SUMMARY, ReleaseRow.volume, series.c.id.label("series_id"), series.c.title.label("series"), series.c.title_key,
            series.c.cover.label("series_cover"),
            place.label("place"), func.count().over(partition_by=ReleaseRow.series_id).label("volumes"),
        )
        .join(series, series.c.id == ReleaseRow.series_id)
        .where(VISIBLE)
        .subquery()
    )  # fmt: skip
    return select(volumes).where(volumes.c.place <= MOST_SPINES).order_by(volumes.c.title_key, volumes.c.place)


SPINES, FURTHER_SPINES = spines(SHELVES), spines(FURTHER_SHELVES)
VOLUMES = (
    select(*SUMMARY, ReleaseRow.volume, SeriesRow.title.label("series"), SeriesRow.cover.label("series_cover"))
    .join(SeriesRow, SeriesRow.id == ReleaseRow.series_id)
    .where(SeriesRow.id == bindparam("series_id", type_=IdColumn()), VISIBLE)
    .order_by(*NEWEST_VOLUME)
    .limit(at_most(MOST_VOLUMES))
)

STATE = select(
    select(func.max(CatalogueVersionRow.version)).scalar_subquery().label("version"),
    select(func.min(DealRow.starts_at)).where(DealRow.starts_at > NOW).scalar_subquery().label("starts"),
    select(func.min(DealRow.ends_at)).where(DealRow.ends_at > NOW).scalar_subquery().label("ends"),
    select(func.min(ShelfRow.starts_at)).where(ShelfRow.starts_at > NOW).scalar_subquery().label("shelf_starts"),
    select(func.min(ShelfRow.ends_at)).where(ShelfRow.ends_at > NOW).scalar_subquery().label("shelf_ends"),
)
