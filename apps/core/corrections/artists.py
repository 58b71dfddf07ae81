"""Artists as staff look at them, and who was merged into whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select, union
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from apps.core.accounts.models import AccountRow
from apps.core.catalogue.models import ArtistRow, RecordingCreditRow, ReleaseCreditRow
from apps.core.contract.corrections import EditableArtist, Merge, NamedArtist
from apps.core.contract.errors import NotFound
from apps.core.corrections.models import ArtistMergeRow
from apps.core.database import fetch
from apps.core.library.models import FavouriteArtistRow

MOST_NAMES = 50
ARTIST, INTO = aliased(ArtistRow), aliased(ArtistRow)
MERGES: Any = (
    select(
        ArtistMergeRow.id, ArtistMergeRow.artist_id, ARTIST.name.label("artist"), ArtistMergeRow.into_id, INTO.name.label("into"),
        ArtistMergeRow.made_by, AccountRow.name.label("maker"), ArtistMergeRow.made_at, ArtistMergeRow.over_at,
    )
    .join(ARTIST, ARTIST.id == ArtistMergeRow.artist_id)
    .join(INTO, INTO.id == ArtistMergeRow.into_id)
    .outerjoin(AccountRow, AccountRow.id == ArtistMergeRow.made_by)
    .order_by(ArtistMergeRow.id.desc())
)  # fmt: skip


def editable_artist(connection: Connection, artist_id: str) -> EditableArtist:
    """Raises `NotFound`."""
    own, heard, kept = ReleaseCreditRow, RecordingCreditRow, FavouriteArtistRow
    counts = (
        select(func.count(own.release_id.distinct())).where(own.artist_id == artist_id).scalar_subquery().label("releases"),
        select(func.count(heard.recording_id.distinct())).where(heard.artist_id == artist_id).scalar_subquery().label("recordings"),
        select(func.count()).select_from(kept).where(kept.artist_id == artist_id).scalar_subquery().label("favourites"),
    )
    found = fetch(
        connection,
        select(ArtistRow.id, ArtistRow.name, INTO.id.label("into_id"), INTO.name.label("into"), *counts)
        .outerjoin(INTO, INTO.id == ArtistRow.merged_into)
        .where(ArtistRow.id == artist_id),
    )
    if not found:
        raise NotFound("There is no such artist.", "Look for them again.")
    (row,) = found
    names = union(*(select(table.credited_as).where(table.artist_id == artist_id) for table in (own, heard)))
    credited = fetch(connection, names.order_by("credited_as").limit(MOST_NAMES))
    into = NamedArtist(row.into_id, row.into) if row.into_id else None
    return EditableArtist(
        row.id, row.name, into, tuple(one.credited_as for one in credited), row.releases, row.recordings, row.favourites
    )  # fmt: skip


def merges(connection: Connection, which: ColumnElement[bool], limit: int) -> tuple[Merge, ...]:
    return tuple(
        Merge(
            row.id, NamedArtist(row.artist_id, row.artist), NamedArtist(row.into_id, row.into), row.made_by, row.maker, row.made_at,
            row.over_at,
        )
        for row in fetch(connection, MERGES.where(which).limit(limit))
    )  # fmt: skip
