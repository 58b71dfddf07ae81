"""A favourite that is kept by something else than asking for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from apps.core.database import insert_unless_there
from apps.core.library.models import FavouriteTrackRow


def keep_track(connection: Connection, account_id: str, recording_id: str, track_id: str, now: datetime) -> None:
    """Twice is once, as with `AddFavourite`."""
    row = {"account_id": account_id, "recording_id": recording_id, "track_id": track_id, "added_at": now}
    insert_unless_there(connection, FavouriteTrackRow, row)
