"""Reading files of playlists, and writing them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Connection

from apps.core.bulk import joined_ids
from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.playlist_files import ExportPlaylist, MatchedPlaylist, MatchPlaylistFile, Missed, MissedEntry, PlaylistFile
from apps.core.database import fetch, reader
from apps.core.playlist_files import statements
from apps.core.playlist_files.entries import Entry, Playlist, one_line
from apps.core.playlist_files.finding import Finder
from apps.core.playlist_files.rules import read_playlist, write_playlist
from apps.core.playlists.access import no_such_playlist
from apps.core.playlists.statements import PLAYLIST
from apps.core.rights.offers import here
from apps.core.rights.plans import Plans
from apps.core.search.keeping import SearchIndexes
from apps.core.smart.reading import fitting, rule_decoder
from ports.clock.interface import Clock


@handles(MatchPlaylistFile)
def match_playlist_file(action: MatchPlaylistFile, actor: Actor, indexes: SearchIndexes, clock: Clock) -> MatchedPlaylist:
    kind, playlist = read_playlist(action.name, action.content)
    # Before anything is held to read by: the index may have to be read first.
    index = indexes.current()
    with reader() as connection:
        finder = Finder(connection, index, here(actor.territory, clock.now()), playlist.entries)
    found = [finder.find(entry) for entry in playlist.entries]
    missed = tuple(
        MissedEntry(number, entry.text, one)
        for number, (entry, one) in enumerate(zip(playlist.entries, found, strict=True), 1)
        if isinstance(one, Missed)
    )
    track_ids = tuple(one for one in found if not isinstance(one, Missed))
    return MatchedPlaylist(kind, playlist.title, playlist.description, len(found), track_ids, missed)


@handles(ExportPlaylist)
def export_playlist(action: ExportPlaylist, actor: Actor, connection: Connection, clock: Clock, plans: Plans) -> PlaylistFile:
    found = fetch(connection, PLAYLIST, {"playlist_id": action.playlist_id, "account_id": actor.account_id})
    if not found:
        raise no_such_playlist()
    ids = _tracks_of(found[0], actor, connection, clock, plans)
    told = {row.id: _entry(row, action.site) for row in fetch(connection, statements.WHATEVER_SEEN, {"ids": joined_ids(ids)})}
    return write_playlist(action.format, Playlist(found[0].title, found[0].description, [told[track_id] for track_id in ids]))


def _tracks_of(row: Any, actor: Actor, connection: Connection, clock: Clock, plans: Plans) -> Sequence[str]:
    if row.rule is None:
        return [one.track_id for one in fetch(connection, statements.IN_ORDER, {"playlist_id": row.id})]
    rule = rule_decoder.decode(row.rule)
    return [one.id for one in fitting(connection, rule, actor, clock, plans, first=1, most=rule.limit)]


def _entry(row: Any, site: str) -> Entry:
    page = f"{site.rstrip('/')}/tracks/{row.id}"
    return Entry(one_line(row.title), one_line(row.artist), one_line(row.album), row.isrc or "", row.duration_ms, page)
