"""The one place through which every change of a playlist goes."""

from __future__ import annotations

from datetime import datetime

from apps.core.contract.playlists import PlaylistChanged
from apps.core.outbox import Events
from apps.core.playlists.models import PlaylistRow


def changed(row: PlaylistRow, events: Events, now: datetime) -> None:
    """To be called by every Command that changes what a playlist is, or has in it: what is made of playlists elsewhere is told here."""
    row.changed_at = now
    events.emit(PlaylistChanged(row.id))
