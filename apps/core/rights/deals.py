"""Making deals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.rights.models import DealRow
from apps.core.rights.terms import WORLDWIDE, CommercialModel, UseType


def ensure_own_music_deal(session: Session, release_id: str, now: datetime) -> None:
    """The explicit deal of an imported folder: the operator's own music, everywhere, in every way, until it is withdrawn."""
    wanted = DealRow.release_id == release_id, DealRow.commercial_model == CommercialModel.OWN_MUSIC
    known = set(session.scalars(select(DealRow.use_type).where(*wanted)))
    for use_type in UseType:
        if use_type not in known:
            session.add(
                DealRow(
                    release_id=release_id, territory=WORLDWIDE, commercial_model=CommercialModel.OWN_MUSIC, use_type=use_type, starts_at=now
                )
            )
