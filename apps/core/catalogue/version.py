"""The catalogue's version: what lists kept as bytes are dropped by."""

from __future__ import annotations

from sqlalchemy.orm import Session

from apps.core.catalogue.models import CatalogueVersionRow
from apps.core.database import insert

ONLY_ROW = 1


def touch(session: Session) -> None:
    """To be called by every Command that changes what listeners can see, in its transaction."""
    first = insert(session, CatalogueVersionRow).values(id=ONLY_ROW, version=1)
    grown = {"version": CatalogueVersionRow.version + 1}
    session.execute(first.on_conflict_do_update(index_elements=[CatalogueVersionRow.id], set_=grown))
