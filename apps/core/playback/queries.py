"""Reading what a running playback session may fetch, and which audio lacks a preview."""

from __future__ import annotations

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.errors import NotFound
from apps.core.contract.playback import (
    PREVIEW_SOURCE,
    PREVIEWS_PER_QUERY,
    GetPlaylist,
    ListMissingPreviews,
    MissingPreview,
    Playlist,
    Rendition,
)
from apps.core.database import fetch
from apps.core.playback.models import AudioRow, PlaybackSessionRow, PublishedRenditionRow, RenditionRow
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


@handles(ListMissingPreviews)
def list_missing_previews(action: ListMissingPreviews, connection: Connection) -> tuple[MissingPreview, ...]:
    audio, heard, source = AudioRow, PublishedRenditionRow, RenditionRow
    wanted = (
        select(audio.recording_id, audio.content_hash, source.facts)
        .join(heard, and_(heard.recording_id == audio.recording_id, heard.content_hash == audio.content_hash))
        .join(source, and_(source.recording_id == audio.recording_id, source.content_hash == audio.content_hash))
        .where(audio.has_preview.is_(None), source.name == PREVIEW_SOURCE)
    )
    if action.after is not None:
        wanted = wanted.where(audio.recording_id > action.after)
    rows = fetch(connection, wanted.order_by(audio.recording_id).limit(PREVIEWS_PER_QUERY))
    return tuple(MissingPreview(row.recording_id, row.content_hash, msgspec.json.decode(row.facts, type=Rendition)) for row in rows)
