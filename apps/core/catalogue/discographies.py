"""Artists' discographies: what an artist's page lists, kept in the order of the page.

Looked up by way of the credits, it would take all that an artist was ever heard on, for the hundred releases that are shown.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, LargeBinary, Select, bindparam, delete, func, insert, literal, select, union_all
from sqlalchemy.orm import Session

from apps.core.bulk import each_id, joined_ids
from apps.core.catalogue.models import ArtistReleaseRow, RecordingCreditRow, ReleaseCreditRow, ReleaseRow, TrackRow
from apps.core.catalogue.statements import LISTED

OWN, HEARD = 1, 0
_COLUMNS = ["artist_id", "release_id", "own", "year"]


def _credited(which: ColumnElement[bool]) -> Select[str, str, bool, int]:
    """Who is on these releases, each once: credited on the release, or on a track that is on it still."""
    own = select(ReleaseCreditRow.artist_id, ReleaseCreditRow.release_id, literal(OWN).label("own"), ReleaseRow.year)
    heard = select(RecordingCreditRow.artist_id, TrackRow.release_id, literal(HEARD), ReleaseRow.year)
    both = union_all(
        own.join(ReleaseRow, ReleaseRow.id == ReleaseCreditRow.release_id).where(which),
        heard.join(TrackRow, TrackRow.recording_id == RecordingCreditRow.recording_id)
        .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
        .where(LISTED, which),
    ).subquery()
    each = select(both.c.artist_id, both.c.release_id, func.max(both.c.own) == OWN, func.coalesce(both.c.year, 0))
    return each.group_by(both.c.artist_id, both.c.release_id, both.c.year)


def _these(column: ColumnElement[str]) -> ColumnElement[bool]:
    return column.in_(each_id(bindparam("ids", type_=LargeBinary)))


_FORGOTTEN = delete(ArtistReleaseRow).where(_these(ArtistReleaseRow.release_id.expression))
_LISTED = insert(ArtistReleaseRow).from_select(_COLUMNS, _credited(_these(ReleaseRow.id.expression)))


def list_by_artist(session: Session, release_ids: Collection[str]) -> None:
    """List these releases anew with everybody who is credited on them. No one else may do so meanwhile: see `changed`."""
    ids = {"ids": joined_ids(release_ids)}
    for statement in (_FORGOTTEN, _LISTED):
        session.connection().execute(statement, ids)
