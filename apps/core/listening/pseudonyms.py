"""The names that listeners have in the play log: random, so that without Core's table nobody can tell whose they are."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.contract.actions import Actor
from apps.core.contract.ids import BYTES, id_from_bytes
from apps.core.database import insert
from apps.core.listening.models import ListenerRow


def pseudonym_of(session: Session, actor: Actor) -> str:
    """The actor's name in the log; it gets one with its first play."""
    wanted = select(ListenerRow.pseudonym).where(ListenerRow.account_id == actor.account_id)
    known = session.scalar(wanted)
    if known is None:
        row = {"account_id": actor.account_id, "pseudonym": id_from_bytes(secrets.token_bytes(BYTES))}
        # Of two first plays at once one names the listener.
        session.execute(insert(session, ListenerRow).values(row).on_conflict_do_nothing(index_elements=["account_id"]))
        known = session.scalars(wanted).one()
    return known
