"""Artists who were merged into others: who they are by now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.engine import Connection

from apps.core.catalogue.models import ArtistRow
from apps.core.database import fetch


def survivors(connection: Connection, artist_ids: Collection[str]) -> Mapping[str, str]:
    """By each id the one that stands for it."""
    found = fetch(connection, select(ArtistRow.id, ArtistRow.merged_into).where(ArtistRow.id.in_(artist_ids)))
    return {one.id: one.merged_into or one.id for one in found}


def all_who_are(connection: Connection, artist_id: str) -> Sequence[str]:
    """The artist that stands for this one first, then whoever was merged into them."""
    (survivor,) = survivors(connection, [artist_id]).values()
    others = fetch(connection, select(ArtistRow.id).where(ArtistRow.merged_into == survivor).order_by(ArtistRow.id))
    return [survivor, *(one.id for one in others)]
