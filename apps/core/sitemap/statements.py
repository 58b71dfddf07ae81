"""The sitemap's statements, each built once: parts are cut by ids alone, and what is visible is looked at part by part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, Subquery, bindparam, func, select

from apps.core.accounts.models import AccountRow
from apps.core.catalogue.models import ArtistReleaseRow, ArtistRow, ReleaseRow, SeriesRow, TrackRow
from apps.core.catalogue.statements import VISIBLE
from apps.core.contract.accounts import AccountStatus
from apps.core.contract.sitemap import SitemapKind
from apps.core.database import LIMIT, IdColumn
from apps.core.playlists.models import PlaylistRow
from apps.core.playlists.statements import FILLED, PUBLIC
from apps.core.rights.offers import offered

TABLES: Mapping[SitemapKind, type[Any]] = {
    SitemapKind.RELEASE: ReleaseRow,
    SitemapKind.TRACK: TrackRow,
    SitemapKind.ARTIST: ArtistRow,
    SitemapKind.SERIES: SeriesRow,
    SitemapKind.PLAYLIST: PlaylistRow,
}


def _firsts(table: type[Any]) -> Select[str]:
    """The id that each part begins with."""
    numbered = select(table.id, func.row_number().over(order_by=table.id).label("number")).subquery()
    return select(numbered.c.id).where((numbered.c.number - 1) % LIMIT == 0).order_by(numbered.c.id)


FIRSTS: Mapping[SitemapKind, Select[str]] = {kind: _firsts(table) for kind, table in TABLES.items()}


def _part(table: type[Any]) -> Subquery:
    """The ids in one part."""
    return select(table.id).where(table.id >= bindparam("first", type_=IdColumn())).order_by(table.id).limit(LIMIT).subquery()


_releases, _tracks, _artists, _series, _playlists = (_part(TABLES[kind]) for kind in SitemapKind)
_published = func.max(ReleaseRow.published_at)
PAGES: Mapping[SitemapKind, Any] = {
    SitemapKind.RELEASE: select(ReleaseRow.id, ReleaseRow.published_at)
    .join(_releases, _releases.c.id == ReleaseRow.id)
    .where(VISIBLE)
    .order_by(ReleaseRow.id),
    SitemapKind.TRACK: select(TrackRow.id, ReleaseRow.published_at)
    .join(_tracks, _tracks.c.id == TrackRow.id)
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .where(ReleaseRow.published_at.is_not(None), offered(TrackRow.release_id, TrackRow.id))
    .order_by(TrackRow.id),
    SitemapKind.ARTIST: select(ArtistReleaseRow.artist_id, _published)
    .join(_artists, _artists.c.id == ArtistReleaseRow.artist_id)
    .join(ReleaseRow, ReleaseRow.id == ArtistReleaseRow.release_id)
    .where(VISIBLE)
    .group_by(ArtistReleaseRow.artist_id)
    .order_by(ArtistReleaseRow.artist_id),
    SitemapKind.SERIES: select(ReleaseRow.series_id, _published)
    .join(_series, _series.c.id == ReleaseRow.series_id)
    .where(VISIBLE)
    .group_by(ReleaseRow.series_id)
    .order_by(ReleaseRow.series_id),
    SitemapKind.PLAYLIST: select(PlaylistRow.id, PlaylistRow.changed_at)
    .join(_playlists, _playlists.c.id == PlaylistRow.id)
    .outerjoin(AccountRow, AccountRow.id == PlaylistRow.owner_id)
    .where(PUBLIC, FILLED, func.coalesce(AccountRow.status, "") != AccountStatus.SUSPENDED)
    .order_by(PlaylistRow.id),
}
