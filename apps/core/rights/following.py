"""Tracks of compilations of our own have the rights that they have where they were taken from, whatever becomes of those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from apps.core.catalogue.models import ReleaseRow, TakenTrackRow, TrackRow
from apps.core.contract.ids import new_id
from apps.core.database import FOR_CHANGE
from apps.core.rights.models import DealExclusionRow, DealRow

NAMES = ("release_id", "track_id", "territory", "commercial_model", "use_type", "starts_at", "ends_at")
TERMS = (DealRow.territory, DealRow.commercial_model, DealRow.use_type, DealRow.starts_at, DealRow.ends_at)


def lock_releases(session: Session, release_ids: Iterable[str]) -> None:
    """Whoever takes tracks from these releases, and whoever changes their rights, comes one after the other."""
    session.execute(select(ReleaseRow.id).where(ReleaseRow.id.in_(release_ids)).order_by(ReleaseRow.id).with_for_update(**FOR_CHANGE))


def follow_releases(session: Session, release_ids: Collection[str], now: datetime) -> None:
    """To be called when deals of these releases have changed, tracks have come to them from others, or were hidden."""
    lock_releases(session, release_ids)
    sources = select(TrackRow.id).where(TrackRow.release_id.in_(release_ids))
    followers = session.scalars(select(TakenTrackRow.track_id).where(TakenTrackRow.source_id.in_(sources))).all()
    if followers:
        follow(session, followers, now)


def follow(session: Session, track_ids: Collection[str], now: datetime) -> None:
    """Give these tracks the deals that hold, or will, for what they were taken from; those they have and should not have end."""
    wanted = _deals(session, _of_sources(track_ids), now)
    held = _deals(session, _own(track_ids), now)
    over = [deal_id for terms, deal_id in held.items() if terms not in wanted]
    if over:
        session.execute(update(DealRow).where(DealRow.id.in_(over)).values(ends_at=now), execution_options={"synchronize_session": False})
    new = {new_id(): terms for terms in wanted if terms not in held}
    if new:
        session.execute(insert(DealRow), [{"id": deal_id, **dict(zip(NAMES, terms.values, strict=True))} for deal_id, terms in new.items()])
    excluded = [{"deal_id": deal_id, "territory": one} for deal_id, terms in new.items() for one in sorted(terms.excluded)]
    if excluded:
        session.execute(insert(DealExclusionRow), excluded)


@dataclass(frozen=True)
class _Terms:
    values: tuple[Any, ...]
    """In the order of `NAMES`."""
    excluded: frozenset[str]


def _deals(session: Session, wanted: Select[*tuple[Any, ...]], now: datetime) -> dict[_Terms, str]:
    """The ids of the selected deals that hold, or will, by what they say."""
    rows = session.execute(wanted.where(or_(DealRow.ends_at.is_(None), DealRow.ends_at > now))).all()
    excluded: defaultdict[str, set[str]] = defaultdict(set)
    named = select(DealExclusionRow.deal_id, DealExclusionRow.territory).where(DealExclusionRow.deal_id.in_({row[0] for row in rows}))
    for deal_id, territory in session.execute(named):
        excluded[deal_id].add(territory)
    return {_Terms(tuple(row[1:]), frozenset(excluded[row[0]])): row[0] for row in rows}


def _own(track_ids: Collection[str]) -> Select[*tuple[Any, ...]]:
    return select(DealRow.id, DealRow.release_id, DealRow.track_id, *TERMS).where(DealRow.track_id.in_(track_ids))


def _of_sources(track_ids: Collection[str]) -> Select[*tuple[Any, ...]]:
    """As they would be for these tracks. What is hidden where it was taken from is heard nowhere."""
    source, taken = aliased(TrackRow), TakenTrackRow
    return (
        select(DealRow.id, TrackRow.release_id, taken.track_id, *TERMS)
        .select_from(taken)
        .join(TrackRow, TrackRow.id == taken.track_id)
        .join(source, (source.id == taken.source_id) & source.hidden_at.is_(None))
        .join(DealRow, (DealRow.release_id == source.release_id) & or_(DealRow.track_id.is_(None), DealRow.track_id == source.id))
        .where(taken.track_id.in_(track_ids))
    )
