"""Making deals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from apps.core.rights.models import DealRow
from apps.core.rights.terms import WORLDWIDE, CommercialModel, UseType


def ensure_folder_deals(session: Session, release_id: str, now: datetime, *, subscribers_only: bool) -> None:
    """The explicit deals of an imported folder: everywhere, in every way, until they are withdrawn.

    They are for every account, or for subscribers only; delivered anew for the others, the earlier deals end.
    """
    wanted, other = CommercialModel.OWN_MUSIC, CommercialModel.SUBSCRIPTION
    if subscribers_only:
        wanted, other = other, wanted
    of_release, holds = DealRow.release_id == release_id, or_(DealRow.ends_at.is_(None), DealRow.ends_at > now)
    ended = update(DealRow).where(of_release, holds, DealRow.commercial_model == other).values(ends_at=now).returning(DealRow.id)
    moved = bool(session.scalars(ended).all())
    known_deals = select(DealRow.use_type).where(of_release, DealRow.commercial_model == wanted)
    # What was withdrawn stays so, unless it was for others that it is delivered anew.
    known = set(session.scalars(known_deals.where(holds) if moved else known_deals))
    for use_type in UseType:
        if use_type not in known:
            session.add(DealRow(release_id=release_id, territory=WORLDWIDE, commercial_model=wanted, use_type=use_type, starts_at=now))
