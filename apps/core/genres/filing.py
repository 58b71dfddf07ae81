"""Filing releases under their genres: what a genre's page lists, kept in the order of the page.

Labels spell a genre in many ways, and no database folds names as we do, so this cannot be asked of the releases themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, cast

from sqlalchemy import LargeBinary, bindparam, delete, exists, select, union
from sqlalchemy.orm import Session

from apps.core.bulk import each_id, joined_ids
from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.catalogue.rules import genre_slug
from apps.core.catalogue.statements import LISTED
from apps.core.database import LIMIT, insert
from apps.core.genres.models import GenreReleaseRow, GenreRow

_THESE = each_id(bindparam("ids", type_=LargeBinary))
_SHOWN = ReleaseRow.id.in_(_THESE) & ReleaseRow.published_at.is_not(None)
_SAID = union(
    select(ReleaseRow.id, ReleaseRow.published_at, ReleaseRow.genre).where(_SHOWN, ReleaseRow.genre.is_not(None)),
    select(ReleaseRow.id, ReleaseRow.published_at, RecordingRow.genre)
    .join(TrackRow, TrackRow.release_id == ReleaseRow.id)
    .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
    .where(_SHOWN, LISTED, RecordingRow.genre.is_not(None)),
)
_TAKEN_OUT = delete(GenreReleaseRow).where(GenreReleaseRow.release_id.in_(_THESE))
_OF_ITS_TRACKS = exists().where(
    TrackRow.release_id == ReleaseRow.id, LISTED, TrackRow.recording_id == RecordingRow.id, RecordingRow.genre.is_not(None)
)
_UNFILED = (
    select(ReleaseRow.id)
    .where(ReleaseRow.published_at.is_not(None), ~exists().where(GenreReleaseRow.release_id == ReleaseRow.id))
    .where(ReleaseRow.genre.is_not(None) | _OF_ITS_TRACKS)
    .limit(LIMIT)
)


def file_by_genre(session: Session, release_ids: Collection[str]) -> None:
    """File these releases anew. No one else may do so meanwhile: see `changed`."""
    ids, connection = {"ids": joined_ids(release_ids)}, session.connection()
    connection.execute(_TAKEN_OUT, ids)
    names: dict[str, str] = {}
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for release_id, published_at, name in cast("Iterable[Any]", connection.execute(_SAID, ids)):
        slug = genre_slug(name)
        names.setdefault(slug, name)
        rows[slug, release_id] = {"slug": slug, "release_id": release_id, "published_at": published_at}
    if rows:
        genres = [{"slug": slug, "name": name} for slug, name in sorted(names.items())]
        connection.execute(insert(session, GenreRow).on_conflict_do_nothing(), genres)
        connection.execute(insert(session, GenreReleaseRow), list(rows.values()))


def unfiled(session: Session, most: int) -> Sequence[str]:
    """Some of the releases that are shown and of a genre, and filed under none."""
    return session.scalars(_UNFILED, {"limit": most}).all()
