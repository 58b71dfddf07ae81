"""Playlists, what is in them, and folders."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from apps.core.contract.codec import encoder
from apps.core.contract.playlist_files import ImportPlaylist
from apps.core.contract.playlists import (
    AddToPlaylist,
    ChoosePlaylistCover,
    CreateFolder,
    CreatePlaylist,
    DeleteFolder,
    DeletePlaylist,
    EditPlaylist,
    MoveFolder,
    MoveInPlaylist,
    MovePlaylist,
    RemoveFromPlaylist,
    RenameFolder,
    RestorePlaylist,
)
from apps.core.contract.smart import ChangeSmartRule, CreateSmartPlaylist
from tests.faults.history.compared.rules import Finding, Rule, Scene, Wrong, added, pairs, set_to

FIRST = "SELECT DISTINCT ON (playlist_id) playlist_id, id FROM playlist_track ORDER BY playlist_id, position, id"


def entries(scene: Scene) -> Iterator[Finding]:
    """Each that was added is there unless it was removed, each wish once, and a playlist has as many as it says."""
    rows = scene.rows("SELECT id, playlist_id, track_id FROM playlist_track")
    there, removals = {row[0] for row in rows}, [one for one in scene.of((RemoveFromPlaylist,)) if one.possible]
    removed = {entry_id for one in removals for entry_id in one.action.entry_ids}
    for one in scene.of((AddToPlaylist,)):
        missing = set(one.result.entry_ids) - there - removed if one.done else ()
        yield from (Finding(Wrong.LOST, AddToPlaylist.__name__, entry_id) for entry_id in missing)
    for one in removals:
        left = there.intersection(one.action.entry_ids) if one.done else ()
        yield from (Finding(Wrong.LOST, RemoveFromPlaylist.__name__, f"{entry_id} is still there") for entry_id in left)
    wishes = {one.asked.key or one.asked.id: one.action for one in scene.of((AddToPlaylist,)) if one.possible}
    wished = Counter((action.playlist_id, track_id) for action in wishes.values() for track_id in action.track_ids)
    for key, number in Counter(row[1:] for row in rows).items():
        if key in wished and number > wished[key]:
            yield Finding(Wrong.TWICE, AddToPlaylist.__name__, f"{key}: {number} instead of {wished[key]}")


def lengths(scene: Scene) -> Iterator[Finding]:
    counted = Counter(row[0] for row in scene.rows("SELECT playlist_id FROM playlist_track"))
    for playlist_id, tracks in scene.rows("SELECT id, tracks FROM playlist"):
        if counted[playlist_id] != tracks:
            yield Finding(Wrong.HALF, AddToPlaylist.__name__, f"{playlist_id} says {tracks} and has {counted[playlist_id]}")


def folders(scene: Scene) -> Iterator[Finding]:
    """Each that was made is there unless it was removed, and each wish once."""
    rows = scene.rows("SELECT id, account_id FROM playlist_folder")
    there, removals = {row[0] for row in rows}, [one for one in scene.of((DeleteFolder,)) if one.possible]
    removed, wishes = {one.action.folder_id for one in removals}, defaultdict[str, set[str]](set)
    for one in scene.of((CreateFolder,)):
        if one.done and one.result.id not in there | removed:
            yield Finding(Wrong.LOST, CreateFolder.__name__, one.result.id)
        if one.possible:
            wishes[one.asked.account].add(one.asked.key or one.asked.id)
    for one in removals:
        if one.done and one.action.folder_id in there:
            yield Finding(Wrong.LOST, DeleteFolder.__name__, f"{one.action.folder_id} is still there")
    for account, number in Counter(row[1] for row in rows).items():
        if account in wishes and number > len(wishes[account]):
            yield Finding(Wrong.TWICE, CreateFolder.__name__, f"{account}: {number} instead of {len(wishes[account])}")


RULES: tuple[Rule, ...] = (
    added(
        CreatePlaylist, CreateSmartPlaylist, ImportPlaylist, rows="SELECT title FROM playlist WHERE title LIKE 'playlist-SEASON-%'",
        keys=lambda one: [one.action.title],
    ),
    set_to(
        ChangeSmartRule, wish=lambda one: (one.action.playlist_id, encoder.encode(one.action.rule)),
        now=pairs("SELECT id, rule FROM playlist"),
    ),
    set_to(
        EditPlaylist, wish=lambda one: (one.action.playlist_id, one.action.description), now=pairs("SELECT id, description FROM playlist"),
    ),
    set_to(
        ChoosePlaylistCover, wish=lambda one: (one.action.playlist_id, one.action.release_id),
        now=pairs("SELECT id, cover_release_id FROM playlist"),
    ),
    set_to(
        DeletePlaylist, RestorePlaylist, wish=lambda one: (one.action.playlist_id, isinstance(one.action, DeletePlaylist)),
        now=pairs("SELECT id, deleted_at IS NOT NULL FROM playlist"),
    ),
    Rule((AddToPlaylist, RemoveFromPlaylist), entries),
    Rule((AddToPlaylist, RemoveFromPlaylist), lengths),
    set_to(MoveInPlaylist, wish=lambda one: (one.action.playlist_id, one.action.entry_id), now=pairs(FIRST)),
    set_to(
        MovePlaylist, wish=lambda one: ((one.asked.account, one.action.playlist_id), one.action.folder_id),
        now=pairs("SELECT account_id, playlist_id, folder_id FROM playlist_member"),
    ),
    Rule((CreateFolder, DeleteFolder), folders),
    set_to(
        RenameFolder, wish=lambda one: (one.action.folder_id, one.action.title), now=pairs("SELECT id, title FROM playlist_folder"),
    ),
    set_to(
        MoveFolder, wish=lambda one: (one.action.folder_id, one.action.parent_id), now=pairs("SELECT id, parent_id FROM playlist_folder"),
    ),
)  # fmt: skip
