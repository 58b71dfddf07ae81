"""The statements by which playlists are read, each built once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    join,
    null,
    or_,
    select,
    tuple_,
    type_coerce,
)  # fmt: skip
from sqlalchemy.orm import aliased

from apps.core.accounts.models import AccountRow
from apps.core.catalogue.covers import MosaicColumn
from apps.core.catalogue.models import ReleaseRow, TrackRow
from apps.core.contract.playlists import PlaylistRole, Visibility
from apps.core.database import LIMIT, IdColumn, Moment, at_most
from apps.core.library.listing import LISTED, with_tracks
from apps.core.playlists.models import PlaylistFolderRow, PlaylistMemberRow, PlaylistRow, PlaylistTrackRow

MOST_LISTED = 100

_ACCOUNT = bindparam("account_id", type_=IdColumn())
_PLAYLIST = bindparam("playlist_id", type_=IdColumn())

_FIRST_RELEASE = (
    select(TrackRow.release_id)
    .join(PlaylistTrackRow, PlaylistTrackRow.track_id == TrackRow.id)
    .where(PlaylistTrackRow.playlist_id == PlaylistRow.id)
    .order_by(PlaylistTrackRow.position, PlaylistTrackRow.id)
    .limit(at_most(1))
    .scalar_subquery()
)
COVERS = ReleaseRow.id == func.coalesce(PlaylistRow.cover_release_id, _FIRST_RELEASE)
"""Of the release whose cover a playlist has."""
COVER = func.coalesce(PlaylistRow.cover, ReleaseRow.cover).label("cover")
"""Its own, else that release's."""
TILES = 4
"""Covers that a playlist without one of its own has side by side."""
LOOKED_AT = 24
"""Of a playlist's entries, for those covers: a long list of one release has none, however long it is."""


def _mosaic() -> ColumnElement[tuple[str, ...]]:
    """The covers of the first releases in a playlist for which none was chosen."""
    release = aliased(ReleaseRow)
    entries = (
        select(TrackRow.release_id, PlaylistTrackRow.position)
        .join(PlaylistTrackRow, PlaylistTrackRow.track_id == TrackRow.id)
        .where(PlaylistTrackRow.playlist_id == PlaylistRow.id)
        .order_by(PlaylistTrackRow.position, PlaylistTrackRow.id)
        .limit(at_most(LOOKED_AT))
        .correlate(PlaylistRow)
        .subquery()
    )
    first = func.min(entries.c.position)
    tiles = (
        select((cast(first, String) + ":" + type_coerce(release.cover, String)).label("tile"))
        .join(entries, entries.c.release_id == release.id)
        .where(release.cover.is_not(None))
        .group_by(release.id, release.cover)
        .order_by(first)
        .limit(at_most(TILES))
        .correlate(PlaylistRow)
        .subquery()
    )
    together = select(case((func.count() == TILES, func.aggregate_strings(tiles.c.tile, " ")))).select_from(tiles).scalar_subquery()
    unchosen = PlaylistRow.cover.is_(None) & PlaylistRow.cover_release_id.is_(None)
    return type_coerce(case((unchosen, together), else_=null()), MosaicColumn)


MOSAIC = _mosaic().label("mosaic")
_TOLD = (
    PlaylistRow.id, PlaylistRow.title, PlaylistRow.description, PlaylistRow.visibility, AccountRow.name.label("owner"),
    PlaylistMemberRow.role, PlaylistMemberRow.folder_id, PlaylistRow.tracks, PlaylistRow.duration_ms, COVER, MOSAIC,
    ReleaseRow.id.label("cover_release_id"), PlaylistRow.created_at, PlaylistRow.changed_at, PlaylistMemberRow.position,
    PlaylistRow.rule,
)  # fmt: skip


def _summaries(playlists: FromClause | type[PlaylistRow]) -> Select[*tuple[Any, ...]]:
    """What is told of these playlists."""
    of_actor = and_(PlaylistMemberRow.playlist_id == PlaylistRow.id, PlaylistMemberRow.account_id == _ACCOUNT)
    return (
        select(*_TOLD)
        .select_from(playlists)
        .outerjoin(AccountRow, AccountRow.id == PlaylistRow.owner_id)
        .outerjoin(PlaylistMemberRow, of_actor)
        .outerjoin(ReleaseRow, COVERS)
    )


def _listed(wanted: Select[str], limit: BindParameter[int], *order: Any) -> Select[*tuple[Any, ...]]:
    """Which playlists a page has is decided first, so that no other's owner and cover are looked up."""
    page = wanted.order_by(*order).limit(limit).subquery("page")
    return _summaries(join(page, PlaylistRow, PlaylistRow.id == page.c.id)).order_by(*order)


_THERE = PlaylistRow.deleted_at.is_(None)
PUBLIC = (PlaylistRow.visibility == Visibility.PUBLIC) & _THERE
FILLED = or_(PlaylistRow.tracks > 0, PlaylistRow.rule.is_not(None))
"""Has tracks, or a rule that finds some."""
_MINE = PlaylistMemberRow.account_id == _ACCOUNT

PLAYLIST = _summaries(PlaylistRow).where(
    PlaylistRow.id == _PLAYLIST, _THERE, or_(PlaylistMemberRow.role.is_not(None), PlaylistRow.visibility != Visibility.PRIVATE)
)
_OF_MEMBER = select(PlaylistRow.id).join(PlaylistMemberRow, PlaylistMemberRow.playlist_id == PlaylistRow.id).where(_MINE)
_AFTER = tuple_(PlaylistMemberRow.position, PlaylistRow.id) > tuple_(bindparam("after"), bindparam("after_id", type_=IdColumn()))
_OUTSIDE = _OF_MEMBER.where(_THERE, PlaylistMemberRow.folder_id.is_(None))
_INSIDE = _OF_MEMBER.where(_THERE, PlaylistMemberRow.folder_id == bindparam("folder_id", type_=IdColumn()))
FOLDER = {
    (in_folder, further): _listed(wanted.where(_AFTER) if further else wanted, LIMIT, PlaylistMemberRow.position, PlaylistRow.id)
    for in_folder, wanted in ((False, _OUTSIDE), (True, _INSIDE))
    for further in (False, True)
}
"""By whether it is a folder, and whether it goes on after a playlist."""

_MOST = at_most(MOST_LISTED)
_CHANGED_LAST = PlaylistRow.changed_at.desc(), PlaylistRow.id.desc()
_EDITABLE = PlaylistMemberRow.role.in_((PlaylistRole.EDITOR, PlaylistRole.OWNER)), PlaylistRow.rule.is_(None)
RECENT = _listed(_OF_MEMBER.where(_THERE), _MOST, *_CHANGED_LAST)
EDITABLE = _listed(_OF_MEMBER.where(_THERE, *_EDITABLE), _MOST, *_CHANGED_LAST)
RESTORABLE = _OF_MEMBER.where(PlaylistMemberRow.role == PlaylistRole.OWNER, PlaylistRow.deleted_at > bindparam("since", type_=Moment()))
_DELETED_LAST = PlaylistRow.deleted_at.desc(), PlaylistRow.id.desc()
DELETED = _listed(RESTORABLE, _MOST, *_DELETED_LAST)
_deleted_before = tuple_(PlaylistRow.deleted_at, PlaylistRow.id) < tuple_(
    bindparam("before", type_=Moment()), bindparam("before_id", type_=IdColumn())
)
ALL_DELETED = {
    further: _listed(RESTORABLE.where(_deleted_before) if further else RESTORABLE, LIMIT, *_DELETED_LAST) for further in (False, True)
}
"""By whether it goes on after a playlist."""

FOLDERS = (
    select(PlaylistFolderRow.id, PlaylistFolderRow.parent_id, PlaylistFolderRow.title)
    .where(PlaylistFolderRow.account_id == _ACCOUNT)
    .order_by(PlaylistFolderRow.position, PlaylistFolderRow.id)
)

_AFTER_ENTRY = tuple_(PlaylistTrackRow.position, PlaylistTrackRow.id) > tuple_(bindparam("after"), bindparam("after_id", type_=IdColumn()))
_PAGE = (
    select(
        PlaylistTrackRow.id.label("entry_id"), PlaylistTrackRow.position, PlaylistTrackRow.track_id, PlaylistTrackRow.added_at,
        PlaylistTrackRow.added_by, PlaylistTrackRow.note,
    )
    .where(PlaylistTrackRow.playlist_id == _PLAYLIST)
    .order_by(PlaylistTrackRow.position, PlaylistTrackRow.id)
    .limit(LIMIT)
)  # fmt: skip


def _entries(page: Any) -> Any:
    """What is told of a track is looked up for the page alone, whatever the database thinks of the whole list's size."""
    chosen = page.subquery("page")
    told = (
        chosen.c.entry_id, chosen.c.position, chosen.c.added_at, AccountRow.name.label("added_by"), chosen.c.note,
        (chosen.c.added_by == _ACCOUNT).label("own"),
    )  # fmt: skip
    return (
        with_tracks(select(*LISTED, *told).select_from(chosen), chosen.c.track_id)
        .outerjoin(AccountRow, AccountRow.id == chosen.c.added_by)
        .order_by(chosen.c.position, chosen.c.entry_id)
    )


ENTRIES, LATER_ENTRIES = _entries(_PAGE), _entries(_PAGE.where(_AFTER_ENTRY))
