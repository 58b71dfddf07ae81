"""The statements of genres, each built once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, ScalarSelect, bindparam, func, select, tuple_, type_coerce
from sqlalchemy.orm import aliased

from apps.core.catalogue.models import ReleaseRow, TrackRow
from apps.core.catalogue.statements import HEARABLE, LAST_ID, SUMMARY, VISIBLE
from apps.core.contract.catalogue import ReleaseType
from apps.core.database import LIMIT, Moment
from apps.core.genres.models import GenreReleaseRow, GenreRow
from apps.core.rights.offers import offered

SLUG = bindparam("slug")

_release = aliased(ReleaseRow)


def _newest(*conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    return (
        select(GenreReleaseRow.release_id)
        .join(_release, _release.id == GenreReleaseRow.release_id)
        .where(GenreReleaseRow.slug == GenreRow.slug, _release.published_at.is_not(None), offered(_release.id), *conditions)
        .order_by(GenreReleaseRow.published_at.desc(), GenreReleaseRow.release_id.desc())
        .limit(1)
        .correlate(GenreRow)
        .scalar_subquery()
    )


_SHOWN = func.coalesce(_newest(_release.type != ReleaseType.COMPILATION), _newest())
_GENRES = select(*SUMMARY, GenreRow.slug, GenreRow.name).join(GenreRow, ReleaseRow.id == _SHOWN)
"""Each with the newest release of it that is offered here: a compilation, which is of many genres, where there is nothing else."""
GENRES = _GENRES.order_by(GenreRow.slug).limit(LIMIT)
FURTHER_GENRES = GENRES.where(GenreRow.slug > bindparam("key"))
GENRE = _GENRES.where(GenreRow.slug == SLUG)

RELEASES = (
    select(*SUMMARY, GenreReleaseRow.published_at.label("key"))
    .join(GenreReleaseRow, GenreReleaseRow.release_id == ReleaseRow.id)
    .where(GenreReleaseRow.slug == SLUG, VISIBLE)
    .order_by(GenreReleaseRow.published_at.desc(), GenreReleaseRow.release_id.desc())
    .limit(LIMIT)
)
OLDER_RELEASES = RELEASES.where(
    tuple_(GenreReleaseRow.published_at, GenreReleaseRow.release_id) < tuple_(bindparam("key", type_=Moment()), LAST_ID)
)
_KEY = type_coerce(TrackRow.id, LargeBinary)
TRACKS = (
    HEARABLE.add_columns(*(column.label(f"release_{column.name}") for column in SUMMARY), _KEY.label("key"))
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .where(_KEY.in_(bindparam("found", expanding=True, type_=LargeBinary)), ReleaseRow.published_at.is_not(None))
)
"""Those of the index's finds that may be seen here."""
