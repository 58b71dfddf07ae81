"""Rules, and what fits them."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.playlists import PlaylistRole
from apps.core.contract.smart import GetSmartPlaylist, PreviewSmartRule, SmartPlaylist, SmartPreview
from apps.core.database import fetch
from apps.core.library.listing import listed_track
from apps.core.playlists import statements
from apps.core.playlists.access import no_such_playlist
from apps.core.playlists.describing import playlist_of
from apps.core.rights.plans import Plans
from apps.core.smart.compiling import check_size
from apps.core.smart.reading import fitting, rule_decoder
from ports.clock.interface import Clock

SHOWN = 10


@handles(GetSmartPlaylist)
def get_smart_playlist(action: GetSmartPlaylist, actor: Actor, connection: Connection) -> SmartPlaylist:
    found = fetch(connection, statements.PLAYLIST, {"playlist_id": action.playlist_id, "account_id": actor.account_id})
    if not found or found[0].rule is None or found[0].role != PlaylistRole.OWNER:
        raise no_such_playlist()
    return SmartPlaylist(playlist_of(found[0]), rule_decoder.decode(found[0].rule))


@handles(PreviewSmartRule)
def preview_smart_rule(action: PreviewSmartRule, actor: Actor, connection: Connection, clock: Clock, plans: Plans) -> SmartPreview:
    check_size(action.rule)
    rows = fitting(connection, action.rule, actor, clock, plans, first=1, most=min(SHOWN, action.rule.limit))
    return SmartPreview(rows[0].fitting if rows else 0, tuple(listed_track(row, actor) for row in rows))
