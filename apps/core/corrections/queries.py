"""Reading what can be corrected, and what was."""

from __future__ import annotations

from sqlalchemy import true
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.corrections import (
    Correction,
    EditableArtist,
    EditableRelease,
    GetEditableArtist,
    GetEditableRelease,
    ListCorrections,
    ListMerges,
    Merge,
)
from apps.core.contract.ids import Id
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.corrections.artists import editable_artist, merges
from apps.core.corrections.models import ArtistMergeRow, CorrectionRow
from apps.core.corrections.reading import corrections, editable_release


@handles(GetEditableRelease)
def get_editable_release(action: GetEditableRelease, connection: Connection) -> EditableRelease:
    return editable_release(connection, action.release_id)


@handles(GetEditableArtist)
def get_editable_artist(action: GetEditableArtist, connection: Connection) -> EditableArtist:
    return editable_artist(connection, action.artist_id)


@handles(ListMerges)
def list_merges(action: ListMerges, connection: Connection) -> Page[Merge]:
    after = ArtistMergeRow.id < decode_cursor(action.cursor, tuple[Id])[0] if action.cursor else true()
    found = merges(connection, after, action.size + 1)
    page = found[: action.size]
    return Page(page, encode_cursor(page[-1].id) if len(found) > action.size else None)


@handles(ListCorrections)
def list_corrections(action: ListCorrections, connection: Connection) -> Page[Correction]:
    after = CorrectionRow.id < decode_cursor(action.cursor, tuple[Id])[0] if action.cursor else true()
    found = corrections(connection, after, action.size + 1)
    page = found[: action.size]
    return Page(page, encode_cursor(page[-1].id) if len(found) > action.size else None)
