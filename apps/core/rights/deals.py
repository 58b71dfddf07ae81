"""Making deals, and moving them to another audience."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.ids import new_id
from apps.core.rights.following import follow_releases
from apps.core.rights.models import DealExclusionRow, DealRow
from apps.core.rights.terms import CommercialModel, UseType

AUDIENCES = CommercialModel.OWN_MUSIC, CommercialModel.SUBSCRIPTION
"""Of an imported folder: every account, or subscribers only."""


def ensure_folder_deals(session: Session, release_id: str, now: datetime, *, subscribers_only: bool) -> None:
    """The explicit deals of an imported folder: everywhere, in every way, until they are withdrawn.

    They are for every account, or for subscribers only; delivered anew for the others, the earlier deals move. What was withdrawn stays so.
    """
    move_folder_deals(session, [release_id], now, subscribers_only=subscribers_only)
    mine = DealRow.release_id == release_id, DealRow.commercial_model.in_(AUDIENCES)
    known = set(session.scalars(select(DealRow.use_type).where(*mine)))
    for use_type in UseType:
        if use_type not in known:
            model = AUDIENCES[subscribers_only]
            session.add(DealRow(release_id=release_id, territory=WORLDWIDE, commercial_model=model, use_type=use_type, starts_at=now))
    session.flush()
    follow_releases(session, [release_id], now)


def move_folder_deals(session: Session, release_ids: Iterable[str], now: datetime, *, subscribers_only: bool) -> set[str]:
    """Let the deals that still hold be for that audience from now on, on the same terms; returns which releases had others.

    However many they are, it takes the same number of statements.
    """
    wanted, other = AUDIENCES[subscribers_only], AUDIENCES[not subscribers_only]
    holds = or_(DealRow.ends_at.is_(None), DealRow.ends_at > now)
    of_releases = DealRow.release_id.in_(release_ids), DealRow.commercial_model == other
    moving = session.scalars(select(DealRow).where(*of_releases, holds).order_by(DealRow.id).with_for_update()).all()
    successors = {deal.id: _successor(deal, wanted, now) for deal in moving}
    excluded = session.execute(
        select(DealExclusionRow.deal_id, DealExclusionRow.territory).where(DealExclusionRow.deal_id.in_(successors))
    ).all()
    for deal in moving:
        deal.ends_at = now
    session.add_all(successors.values())
    session.flush()
    session.add_all(DealExclusionRow(deal_id=successors[deal_id].id, territory=territory) for deal_id, territory in excluded)
    session.flush()
    moved = {deal.release_id for deal in moving}
    follow_releases(session, moved, now)
    return moved


def _successor(deal: DealRow, model: CommercialModel, now: datetime) -> DealRow:
    return DealRow(
        id=new_id(), release_id=deal.release_id, track_id=deal.track_id, territory=deal.territory, commercial_model=model,
        use_type=deal.use_type, starts_at=max(now, deal.starts_at), ends_at=deal.ends_at,
    )  # fmt: skip
