"""Making playlists of rules."""

from __future__ import annotations

from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.playlists import PlaylistRole, PlaylistSummary
from apps.core.contract.smart import ChangeSmartRule, CreateSmartPlaylist
from apps.core.outbox import Events
from apps.core.playlists.access import locked, no_such_playlist
from apps.core.playlists.beginning import begin
from apps.core.playlists.changing import changed
from apps.core.playlists.describing import playlist_now
from apps.core.smart.compiling import check_size
from apps.core.smart.reading import stored_rule
from ports.clock.interface import Clock


@handles(CreateSmartPlaylist)
def create_smart_playlist(action: CreateSmartPlaylist, actor: Actor, session: Session, events: Events, clock: Clock) -> PlaylistSummary:
    check_size(action.rule)
    row = begin(session, events, actor, action, clock.now(), stored_rule.encode(action.rule))
    return playlist_now(session, row.id, actor)


@handles(ChangeSmartRule)
def change_smart_rule(action: ChangeSmartRule, actor: Actor, session: Session, events: Events, clock: Clock) -> PlaylistSummary:
    check_size(action.rule)
    row = locked(session, action.playlist_id, actor, PlaylistRole.OWNER)
    if row.rule is None:
        raise no_such_playlist()
    row.rule = stored_rule.encode(action.rule)
    changed(session, row, events, clock.now())
    return playlist_now(session, row.id, actor)
