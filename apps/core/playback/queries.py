"""Reading what a running playback session may fetch."""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.errors import NotFound
from apps.core.contract.playback import GetPlaylist, Playlist, Rendition
from apps.core.database import fetch
from apps.core.playback.models import PlaybackSessionRow, RenditionRow
from apps.core.playback.rules import media_playlist, multivariant_playlist, streamed
from apps.core.playback.slots import session_over
from ports.clock.interface import Clock
from ports.storage.interface import Storage

ROW = PlaybackSessionRow


@handles(GetPlaylist)
def get_playlist(action: GetPlaylist, actor: Actor, connection: Connection, clock: Clock, storage: Storage) -> Playlist:
    wanted = select(ROW.account_id, ROW.recording_id, ROW.content_hash, ROW.preview, ROW.urls_expire_at, ROW.ended_at)
    found = fetch(connection, wanted.where(ROW.id == action.session_id))
    if not found or found[0].account_id != actor.account_id:
        raise NotFound("There is no such playback session.", "Start playing again.")
    row, now = found[0], clock.now()
    if row.urls_expire_at <= now or (row.ended_at is not None and row.ended_at <= now):
        raise session_over()
    facts = select(RenditionRow.facts).filter_by(recording_id=row.recording_id, content_hash=row.content_hash)
    names = streamed(row.preview)
    facts = facts.where(RenditionRow.name.in_(names if action.rendition is None else names & {action.rendition}))
    renditions = [msgspec.json.decode(one.facts, type=Rendition) for one in fetch(connection, facts)]
    if not renditions:
        raise NotFound("This session has no such rendition.", "Begin with main.m3u8.")
    if action.rendition is None:
        return Playlist(multivariant_playlist(renditions))
    return Playlist(media_playlist(renditions[0], storage.signed_url(renditions[0].key, row.urls_expire_at)))
