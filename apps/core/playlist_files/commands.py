"""Making a playlist of what a file was found to have."""

from __future__ import annotations

from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.errors import NotFound
from apps.core.contract.playlist_files import ImportPlaylist
from apps.core.contract.playlists import PlaylistSummary
from apps.core.outbox import Events
from apps.core.playlists.adding import append, chosen, offered_tracks
from apps.core.playlists.beginning import begin
from apps.core.playlists.describing import playlist_now
from ports.clock.interface import Clock


@handles(ImportPlaylist)
def import_playlist(action: ImportPlaylist, actor: Actor, session: Session, events: Events, clock: Clock) -> PlaylistSummary:
    now = clock.now()
    known = offered_tracks(session, action.track_ids, actor.territory, now)
    taken = chosen(action.track_ids, known, None)
    if not taken:
        raise NotFound("None of these tracks is offered here, so no playlist is made.", "Choose another file.")
    row = begin(session, events, actor, action, now)
    append(session, row, taken, actor, now)
    row.duration_ms = sum(known[track_id].duration_ms for track_id in taken)
    return playlist_now(session, row.id, actor)
