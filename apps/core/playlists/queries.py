"""Reading playlists and folders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.ids import Id
from apps.core.contract.library import ListedTrack
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.contract.playlists import (
    GetPlaylistTracks,
    ListDeletedPlaylists,
    ListFolders,
    ListPlaylists,
    ListRecentPlaylists,
    PlaylistDetail,
    PlaylistEntry,
    PlaylistFolder,
    PlaylistSummary,
)
from apps.core.database import fetch
from apps.core.library.listing import listed_track
from apps.core.playlists import statements
from apps.core.playlists.access import KEPT, no_such_playlist
from apps.core.playlists.describing import entry_of, playlist_of
from apps.core.rights.offers import here_on
from apps.core.rights.plans import Plans
from apps.core.smart.reading import fitting, rule_decoder
from ports.clock.interface import Clock

Position = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
PLACE = tuple[Position, Id]
PLACE_IN_RULE = tuple[Annotated[int, Meta(ge=1, le=1_000_000)]]
NUMBERED_PLACE = tuple[Position, Id, Annotated[int, Meta(ge=1)]]


@handles(ListPlaylists)
def list_playlists(action: ListPlaylists, actor: Actor, connection: Connection) -> Page[PlaylistSummary]:
    parameters: dict[str, Any] = {"account_id": actor.account_id, "limit": action.size + 1}
    if action.folder_id:
        parameters["folder_id"] = action.folder_id
    if action.cursor:
        parameters["after"], parameters["after_id"] = decode_cursor(action.cursor, PLACE)
    rows = fetch(connection, statements.FOLDER[bool(action.folder_id), bool(action.cursor)], parameters)
    page = rows[: action.size]
    return Page(tuple(map(playlist_of, page)), encode_cursor(page[-1].position, page[-1].id) if len(rows) > action.size else None)


@handles(ListRecentPlaylists)
def list_recent_playlists(action: ListRecentPlaylists, actor: Actor, connection: Connection) -> tuple[PlaylistSummary, ...]:
    wanted = statements.EDITABLE if action.editable else statements.RECENT
    return tuple(map(playlist_of, fetch(connection, wanted, {"account_id": actor.account_id})))


@handles(ListDeletedPlaylists)
def list_deleted_playlists(actor: Actor, connection: Connection, clock: Clock) -> tuple[PlaylistSummary, ...]:
    parameters = {"account_id": actor.account_id, "since": clock.now() - KEPT}
    return tuple(map(playlist_of, fetch(connection, statements.DELETED, parameters)))


@handles(ListFolders)
def list_folders(actor: Actor, connection: Connection) -> tuple[PlaylistFolder, ...]:
    return tuple(PlaylistFolder(*row) for row in fetch(connection, statements.FOLDERS, {"account_id": actor.account_id}))


@handles(GetPlaylistTracks)
def get_playlist_tracks(action: GetPlaylistTracks, actor: Actor, connection: Connection, clock: Clock, plans: Plans) -> PlaylistDetail:
    found = fetch(connection, statements.PLAYLIST, {"playlist_id": action.playlist_id, "account_id": actor.account_id})
    if not found:
        raise no_such_playlist()
    if found[0].rule is not None:
        return _fitting(action, actor, connection, clock, plans, found[0])
    return PlaylistDetail(playlist_of(found[0]), entries_of(action, actor, connection, clock, plans))


def entries_of(action: GetPlaylistTracks, actor: Actor, connection: Connection, clock: Clock, plans: Plans) -> Page[PlaylistEntry]:
    """A page of those that somebody put there, of whichever playlist."""
    place = here_on(plans.entitlement(actor.plan, actor.account_id), actor.territory, clock.now())
    parameters = {**place, "playlist_id": action.playlist_id, "account_id": actor.account_id, "limit": action.size + 1}
    first, wanted = 1, statements.ENTRIES
    if action.cursor:
        parameters["after"], parameters["after_id"], first = decode_cursor(action.cursor, NUMBERED_PLACE)
        wanted = statements.LATER_ENTRIES
    rows = fetch(connection, wanted, parameters)
    page = rows[: action.size]
    entries = tuple(entry_of(row, number, listed_track(row, actor)) for number, row in enumerate(page, first))
    following = encode_cursor(page[-1].position, page[-1].entry_id, first + len(page)) if len(rows) > action.size else None
    return Page(entries, following)


def _fitting(action: GetPlaylistTracks, actor: Actor, connection: Connection, clock: Clock, plans: Plans, row: Any) -> PlaylistDetail:
    """Of a smart playlist: its pages go by number, as what fits may be another thing at the next."""
    rule = rule_decoder.decode(row.rule)
    first = decode_cursor(action.cursor, PLACE_IN_RULE)[0] if action.cursor else 1
    most = min(action.size, rule.limit - first + 1)
    rows = fitting(connection, rule, actor, clock, plans, first=first, most=most) if most > 0 else ()
    tracks = [listed_track(one, actor) for one in rows]
    number = min(rows[0].fitting, rule.limit) if rows else 0
    entries = tuple(PlaylistEntry(one.track_id, at, one, row.changed_at, None, None, own=False) for at, one in enumerate(tracks, first))
    following = encode_cursor(first + len(rows)) if first + len(rows) <= number else None
    cover = tracks[0] if tracks and first == 1 else None
    known = {"cover": row.cover or cover.cover, "cover_release_id": cover.release_id, "mosaic": _mosaic(row, tracks)} if cover else {}
    return PlaylistDetail(msgspec.structs.replace(playlist_of(row), tracks=number, **known), Page(entries, following))


def _mosaic(row: Any, tracks: Sequence[ListedTrack]) -> tuple[str, ...]:
    """As of other playlists, of what fits."""
    covers = {one.release_id: one.cover for one in tracks[: statements.LOOKED_AT] if one.cover}
    return tuple(covers.values())[: statements.TILES] if row.cover is None and len(covers) >= statements.TILES else ()
