"""What the home page asks of the database: five statements, however many shelves there are."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, func, or_, select

from apps.core.catalogue.models import ReleaseRow, SeriesRow, TrackRow
from apps.core.catalogue.statements import ON_SHELF, SHELVES, SUMMARY, VISIBLE, spines
from apps.core.contract.intake import TRACKS_PER_RELEASE
from apps.core.database import IdColumn
from apps.core.editorial.models import ShelfItemRow, ShelfRow, ShelfTerritoryRow
from apps.core.playlists.models import PlaylistRow, PlaylistTrackRow
from apps.core.playlists.statements import COVER, COVERS, FILLED, MOSAIC, PUBLIC
from apps.core.rights.offers import NOW, TERRITORY

SUBJECTS = bindparam("subjects", expanding=True, type_=IdColumn())
IN_ORDER = (ShelfRow.position, ShelfRow.id, ShelfItemRow.position)

SHELF = select(ShelfRow.id, ShelfRow.title, ShelfRow.kind, ShelfItemRow.subject_id, ShelfItemRow.note).outerjoin(
    ShelfItemRow, ShelfItemRow.shelf_id == ShelfRow.id
)
_LIMITED = exists().where(ShelfTerritoryRow.shelf_id == ShelfRow.id)
_HERE = exists().where(ShelfTerritoryRow.shelf_id == ShelfRow.id, ShelfTerritoryRow.territory == TERRITORY)
SHOWN = SHELF.where(
    ShelfRow.starts_at <= NOW, or_(ShelfRow.ends_at.is_(None), ShelfRow.ends_at > NOW), or_(~_LIMITED, _HERE)
).order_by(*IN_ORDER)  # fmt: skip
RELEASES = select(*SUMMARY).where(ReleaseRow.id.in_(SUBJECTS), VISIBLE)
SERIES = spines(select(SeriesRow.id, SeriesRow.title, SeriesRow.title_key, SeriesRow.cover).where(SeriesRow.id.in_(SUBJECTS), ON_SHELF))
PLAYLISTS = (
    select(PlaylistRow.id, PlaylistRow.title, PlaylistRow.description, PlaylistRow.tracks, COVER, MOSAIC)
    .outerjoin(ReleaseRow, COVERS)
    .where(PlaylistRow.id.in_(SUBJECTS), PUBLIC, FILLED)
)
FIRST_SERIES = spines(SHELVES)

ARRANGED = (
    SHELF.add_columns(
        ShelfRow.starts_at, ShelfRow.ends_at, func.coalesce(ReleaseRow.title, SeriesRow.title, PlaylistRow.title, "").label("subject"),
    )
    .outerjoin(ReleaseRow, ReleaseRow.id == ShelfItemRow.subject_id)
    .outerjoin(SeriesRow, SeriesRow.id == ShelfItemRow.subject_id)
    .outerjoin(PlaylistRow, (PlaylistRow.id == ShelfItemRow.subject_id) & PUBLIC)
    .order_by(*IN_ORDER)
)  # fmt: skip
TERRITORIES = select(ShelfTerritoryRow.shelf_id, ShelfTerritoryRow.territory).order_by(ShelfTerritoryRow.territory)
DRAFT = (
    select(TrackRow.id.label("track_id"), TrackRow.title)
    .join(PlaylistTrackRow, PlaylistTrackRow.track_id == TrackRow.id)
    .where(PlaylistTrackRow.playlist_id == bindparam("playlist_id", type_=IdColumn()))
    .order_by(PlaylistTrackRow.position, PlaylistTrackRow.id)
    .limit(TRACKS_PER_RELEASE)
)
ANY_SHELF = select(exists(select(ShelfRow.id)))
