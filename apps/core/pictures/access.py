"""What staff may give a picture, or take one from."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from apps.core.catalogue.models import ReleaseRow, SeriesRow
from apps.core.contract.errors import NotFound
from apps.core.contract.pictures import PictureSubject
from apps.core.contract.playlists import Visibility
from apps.core.contract.words import marked
from apps.core.database import FOR_CHANGE
from apps.core.editorial.compiling import HOUSE
from apps.core.pictures.models import TABLES
from apps.core.playlists.models import PlaylistRow

FOR_STAFF: dict[PictureSubject, ColumnElement[bool]] = {
    PictureSubject.RELEASE: ReleaseRow.deliverer == HOUSE,
    PictureSubject.SERIES: true(),
    PictureSubject.PLAYLIST: PlaylistRow.deleted_at.is_(None)
    & (PlaylistRow.owner_id.is_(None) | (PlaylistRow.visibility != Visibility.PRIVATE)),
}


def nothing_for_staff(of: PictureSubject) -> NotFound:
    if of is PictureSubject.RELEASE:
        return NotFound("There is no such compilation of ours.", "What a label delivered has the cover that it delivered.")
    missing = marked("There is no such series here.") if of is PictureSubject.SERIES else marked("There is no such playlist here.")
    return NotFound(missing, "It may have been deleted, or be private.")


def locked_for_staff(session: Session, of: PictureSubject, subject_id: str) -> ReleaseRow | SeriesRow | PlaylistRow:
    """Raises `NotFound` for what is none of theirs."""
    wanted = select(TABLES[of]).where(TABLES[of].id == subject_id, FOR_STAFF[of]).with_for_update(**FOR_CHANGE)
    subject = session.scalars(wanted).one_or_none()
    if subject is None:
        raise nothing_for_staff(of)
    return subject


def listeners(subject: ReleaseRow | SeriesRow | PlaylistRow) -> bool:
    """Whether it is somebody's own."""
    return isinstance(subject, PlaylistRow) and subject.owner_id is not None
