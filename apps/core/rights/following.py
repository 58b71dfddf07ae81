"""Tracks of compilations of our own have the rights that they have where they were taken from, whatever becomes of those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session, aliased

from apps.core.catalogue.models import TakenTrackRow, TrackRow
from apps.core.contract.ids import new_id
from apps.core.rights.models import DealExclusionRow, DealRow

TERMS = (DealRow.territory, DealRow.commercial_model, DealRow.use_type, DealRow.starts_at, DealRow.ends_at)


def follow_releases(session: Session, release_ids: Iterable[str], now: datetime) -> None:
    """To be called when deals of these releases have changed, or tracks have come to them from others."""
    sources = select(TrackRow.id).where(TrackRow.release_id.in_(release_ids))
    followers = session.scalars(select(TakenTrackRow.track_id).where(TakenTrackRow.source_id.in_(sources))).all()
    if followers:
        follow(session, followers, now)


def follow(session: Session, track_ids: Collection[str], now: datetime) -> None:
    """Give these tracks the deals that hold, or will, for what they were taken from, in place of those they have; few statements."""
    held = select(DealRow.id).where(DealRow.track_id.in_(track_ids))
    session.execute(delete(DealExclusionRow).where(DealExclusionRow.deal_id.in_(held)))
    session.execute(delete(DealRow).where(DealRow.track_id.in_(track_ids)))
    copies = _copies(session, track_ids, now)
    if copies:
        session.execute(insert(DealRow), [copy for _, copy in copies])
    of_deal: defaultdict[str, list[str]] = defaultdict(list)
    for deal_id, copy in copies:
        of_deal[deal_id].append(copy["id"])
    excluded = session.execute(select(DealExclusionRow.deal_id, DealExclusionRow.territory).where(DealExclusionRow.deal_id.in_(of_deal)))
    rows = [{"deal_id": copy_id, "territory": row.territory} for row in excluded for copy_id in of_deal[row.deal_id]]
    if rows:
        session.execute(insert(DealExclusionRow), rows)


def _copies(session: Session, track_ids: Collection[str], now: datetime) -> list[tuple[str, dict[str, Any]]]:
    """By the id of the deal that each is a copy of."""
    source, taken = aliased(TrackRow), TakenTrackRow
    wanted = (
        select(DealRow.id, TrackRow.release_id, taken.track_id, *TERMS)
        .select_from(taken)
        .join(TrackRow, TrackRow.id == taken.track_id)
        .join(source, source.id == taken.source_id)
        .join(DealRow, (DealRow.release_id == source.release_id) & or_(DealRow.track_id.is_(None), DealRow.track_id == source.id))
        .where(taken.track_id.in_(track_ids), or_(DealRow.ends_at.is_(None), DealRow.ends_at > now))
    )
    return [(row["id"], {**row, "id": new_id()}) for row in session.execute(wanted).mappings()]
