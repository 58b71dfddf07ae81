"""Keeping favourites, and keeping them no longer."""

from __future__ import annotations

import msgspec
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.actions import Actor, Done
from apps.core.contract.errors import NotFound
from apps.core.contract.library import AddFavourite, RemoveFavourite
from apps.core.database import insert_unless_there
from apps.core.library import statements
from apps.core.rights.offers import here
from ports.clock.interface import Clock


@handles(AddFavourite)
def add_favourite(action: AddFavourite, actor: Actor, connection: Connection, clock: Clock) -> Done:
    now, kind = clock.now(), type(action.subject)
    (subject,) = msgspec.structs.astuple(action.subject)
    found = connection.execute(statements.OFFERED[kind], {**here(actor.territory, now), "subject": subject}).mappings().first()
    if found is None:
        raise NotFound("There is nothing here to keep under that address.", "It may not be offered in your country, or no longer.")
    insert_unless_there(connection, statements.TABLES[kind], {"account_id": actor.account_id, **found, "added_at": now})
    return Done()


@handles(RemoveFavourite)
def remove_favourite(action: RemoveFavourite, actor: Actor, connection: Connection) -> Done:
    (subject,) = msgspec.structs.astuple(action.subject)
    connection.execute(statements.REMOVED[type(action.subject)], {"account_id": actor.account_id, "subject": subject})
    return Done()
