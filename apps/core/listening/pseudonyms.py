"""The names that listeners have in exports: random, so that without Core's table nobody can tell whose they are."""

from __future__ import annotations

import secrets

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from apps.core.contract.days import Day
from apps.core.contract.exports import Table
from apps.core.database import insert
from apps.core.listening.exporting import belongs
from apps.core.listening.models import ListenerRow, PlayRow

NAMED_AT_ONCE = 1_000
BYTES = 16


def name_listeners(session: Session, day: Day) -> int:
    """Give some of the day's listeners a pseudonym; returns how many, 0 where all have one."""
    for table in (Table.PLAYS, Table.LATE):
        unnamed = ~exists().where(ListenerRow.account_id == PlayRow.account_id)
        wanted = select(PlayRow.account_id).where(belongs(table, day), unnamed).distinct().limit(NAMED_AT_ONCE)
        if accounts := session.scalars(wanted).all():
            rows = [{"account_id": account_id, "pseudonym": secrets.token_bytes(BYTES)} for account_id in accounts]
            # Two exports at once may name the same listener: the first name stays.
            session.execute(insert(session, ListenerRow).values(rows).on_conflict_do_nothing(index_elements=["account_id"]))
            return len(accounts)
    return 0
