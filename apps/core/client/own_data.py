"""Taking all of one's data away: a ZIP file that is written while it is read, from the same Queries that the pages ask.

So it has what Core shows the person already and nothing of anybody else's, and no more of it is in memory at any moment than one page of
a list, one playlist or one picture. What an app's scopes do not let it ask is left out, and the README says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec

from apps.core.client.interface import Sender
from apps.core.contract.accounts import OwnData
from apps.core.contract.actions import Action, Query
from apps.core.contract.billing import ListPayments, ListSubscriptions
from apps.core.contract.errors import NotFound
from apps.core.contract.library import ListFavouriteArtists, ListFavouriteReleases, ListFavouriteTracks
from apps.core.contract.listening import ListRecentlyPlayed
from apps.core.contract.oauth import ListConnectedApps
from apps.core.contract.offline import ListDevices
from apps.core.contract.own_data import DeletedPlaylist, GetDeletedPlaylist, ListOwnDeletedPlaylists, ReadPlaylistPicture
from apps.core.contract.paging import Page
from apps.core.contract.pictures import GetPlaylistPicture
from apps.core.contract.playlist_files import ExportPlaylist, PlaylistFormat
from apps.core.contract.playlists import (
    GetPlaylistTracks,
    ListFolders,
    ListPlaylists,
    PlaylistEntry,
    PlaylistRole,
    PlaylistSummary,
)
from apps.core.contract.queue import GetQueue
from apps.core.contract.radio import ListHiddenTracks, ListStations
from apps.core.contract.sharing import ListPlaylistMembers, PlaylistMember
from apps.core.contract.smart import GetSmartPlaylist, SmartRule

T = TypeVar("T")

FORMAT = 1
"""Grows where a file is no longer read as before."""
PAGE = 100
FILES = PlaylistFormat.JSPF, PlaylistFormat.CSV

encode = msgspec.json.Encoder().encode
Chunks = Iterator[bytes]
Writer = Callable[[Sender], Chunks]


class Member(msgspec.Struct, frozen=True):
    name: str
    role: PlaylistRole
    joined_at: datetime


class TakenPlaylist(msgspec.Struct, frozen=True):
    playlist: PlaylistSummary
    rule: SmartRule | None
    """Of a smart playlist of one's own."""
    members: tuple[Member, ...]
    entries: tuple[PlaylistEntry, ...]
    """All of them where it is one's own, else those that one put there."""
    picture: str | None
    """The file with the picture that was uploaded for one's own."""


class TakenDeletedPlaylist(msgspec.Struct, frozen=True):
    """One's own, that can still be brought back."""

    playlist: PlaylistSummary
    deleted_at: datetime
    rule: SmartRule | None
    members: tuple[Member, ...]
    entries: tuple[PlaylistEntry, ...]
    picture: str | None


class File(NamedTuple):
    name: str
    chunks: Chunks


class Part(NamedTuple):
    """One of the JSON files."""

    name: str
    meaning: str
    asks: type[Action[Any]]
    write: Writer


def take_away(sender: Sender, taken: OwnData, site: str) -> Chunks:
    """The ZIP file, piece by piece; `site` is where the website is. Raises what Core raises meanwhile."""
    pipe = _Pipe()
    with ZipFile(cast("Any", pipe), "w", ZIP_DEFLATED) as archive:
        for file in _files(sender, taken, site):
            told = ZipInfo(file.name, taken.taken_at.timetuple()[:6])
            told.compress_type = ZIP_DEFLATED
            with archive.open(told, "w") as entry:
                for chunk in file.chunks:
                    entry.write(chunk)
                    yield pipe.written()
    yield pipe.written()


def file_name(taken: OwnData) -> str:
    return f"data-{taken.taken_at.date().isoformat()}.zip"


class _Pipe:
    """What ZipFile writes to that cannot go back, handed on as it comes."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def write(self, chunk: bytes) -> int:
        self._chunks.append(bytes(chunk))
        return len(chunk)

    def flush(self) -> None:
        """Nothing is held back."""

    def written(self) -> bytes:
        chunks, self._chunks = self._chunks, []
        return b"".join(chunks)


def _files(sender: Sender, taken: OwnData, site: str) -> Iterator[File]:
    parts, kept_back = _allowed(sender)
    yield File("README.txt", iter((_readme(taken, parts, kept_back).encode(),)))
    yield File("profile.json", iter((encode(taken),)))
    for part in parts:
        yield File(part.name, part.write(sender))
    if _has_playlists(parts):
        yield from _playlist_files(sender, site)


def _has_playlists(parts: Iterable[Part]) -> bool:
    return any(part.asks is ListPlaylists for part in parts)


def _allowed(sender: Sender) -> tuple[list[Part], list[Part]]:
    """What the actor's scopes let them ask for, and what not."""
    scopes = sender.actor.scopes
    allowed = [part for part in PARTS if scopes is None or part.asks.scope in scopes]
    return allowed, [part for part in PARTS if part not in allowed]


def _pages(read: Callable[[str | None], Page[T]]) -> Iterator[T]:
    cursor = None
    while True:
        page = read(cursor)
        yield from page.items
        if (cursor := page.next) is None:
            return


def _array(items: Iterable[object]) -> Chunks:
    before = b"[\n"
    for item in items:
        yield before + encode(item)
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _playlists(sender: Sender) -> Iterator[PlaylistSummary]:
    """From all folders."""
    for folder_id in (None, *(folder.id for folder in sender.send(ListFolders()))):
        yield from _pages(lambda cursor, inside=folder_id: sender.send(ListPlaylists(inside, cursor, PAGE)))


def _taken_playlists(sender: Sender) -> Iterator[TakenPlaylist]:
    for playlist in _playlists(sender):
        try:
            yield _taken(sender, playlist)
        except NotFound:
            continue  # it was deleted, or left, meanwhile


def _taken(sender: Sender, playlist: PlaylistSummary) -> TakenPlaylist:
    members = _members(sender.send(ListPlaylistMembers(playlist.id)).members)
    own = playlist.role is PlaylistRole.OWNER
    picture = _picture_of(playlist) if own and sender.send(GetPlaylistPicture(playlist.id)).cover else None
    if playlist.smart:
        return TakenPlaylist(playlist, sender.send(GetSmartPlaylist(playlist.id)).rule if own else None, members, (), picture)
    entries = tuple(entry for entry in _entries(sender, playlist) if own or entry.own)
    return TakenPlaylist(playlist, None, members, entries, picture)


def _members(members: Iterable[PlaylistMember]) -> tuple[Member, ...]:
    return tuple(Member(one.name, one.role, one.joined_at) for one in members)


def _deleted(sender: Sender) -> Iterator[DeletedPlaylist]:
    return _pages(lambda cursor: sender.send(ListOwnDeletedPlaylists(cursor, PAGE)))


def _taken_deleted(sender: Sender) -> Iterator[TakenDeletedPlaylist]:
    for one in _deleted(sender):
        try:
            members = _members(sender.send(GetDeletedPlaylist(one.playlist.id, size=1)).members)
            entries = tuple(_pages(lambda cursor, of=one.playlist: sender.send(GetDeletedPlaylist(of.id, cursor, PAGE)).entries))
        except NotFound:
            continue  # it was brought back, or is gone for good
        picture = _picture_of(one.playlist) if one.pictured else None
        yield TakenDeletedPlaylist(one.playlist, one.deleted_at, one.rule, members, entries, picture)


def _entries(sender: Sender, playlist: PlaylistSummary) -> Iterator[PlaylistEntry]:
    return _pages(lambda cursor: sender.send(GetPlaylistTracks(playlist.id, cursor, PAGE)).entries)


def _playlist_files(sender: Sender, site: str) -> Iterator[File]:
    """Those of one's own, each under a number, as two may have the same title; and pictures, each under its playlist's id."""
    own, live = (playlist for playlist in _playlists(sender) if playlist.role is PlaylistRole.OWNER), set[str]()
    for number, playlist in enumerate(own, 1):
        live.add(playlist.id)
        for kind in FILES:
            try:
                file = sender.send(ExportPlaylist(playlist.id, kind, site))
            except NotFound:
                continue  # it was deleted meanwhile
            yield File(f"playlists/{number:04} {file.name}", iter((file.content,)))
        yield from _picture_file(sender, playlist)
    for one in _deleted(sender):
        if one.pictured and one.playlist.id not in live:
            yield from _picture_file(sender, one.playlist)


def _picture_of(playlist: PlaylistSummary) -> str:
    return f"pictures/{playlist.id}.jpg"


def _picture_file(sender: Sender, playlist: PlaylistSummary) -> Iterator[File]:
    try:
        picture = sender.send(ReadPlaylistPicture(playlist.id))
    except NotFound:
        return  # none was uploaded, or it is there no more
    yield File(_picture_of(playlist), iter((picture.content,)))


def _favourites(sender: Sender) -> Chunks:
    before = b"{"
    for name, kind in (("tracks", ListFavouriteTracks), ("releases", ListFavouriteReleases), ("artists", ListFavouriteArtists)):
        yield before + encode(name) + b": "
        yield from _listed(kind)(sender)
        before = b","
    yield b"}\n"


def _listed(kind: Callable[[str | None, int], Query[Page[Any]]]) -> Writer:
    """All pages of a list."""
    return lambda sender: _array(_pages(lambda cursor: sender.send(kind(cursor, PAGE))))


def _whole(query: Query[Any]) -> Writer:
    return lambda sender: iter((encode(sender.send(query)),))


def _history(sender: Sender) -> Chunks:
    return _array(_pages(lambda cursor: sender.send(ListRecentlyPlayed(cursor, PAGE))))


def _library(sender: Sender) -> Chunks:
    return _array(_taken_playlists(sender))


def _deleted_library(sender: Sender) -> Chunks:
    return _array(_taken_deleted(sender))


PARTS: Sequence[Part] = (
    Part("favourites.json", "tracks, releases and artists among your favourites, the latest first", ListFavouriteTracks, _favourites),
    Part("folders.json", "the folders that you keep playlists in", ListFolders, _whole(ListFolders())),
    Part(
        "playlists.json",
        "playlists in your library: of your own all entries, the rules of smart ones and their members; of others' what you added",
        ListPlaylists, _library,
    ),
    Part(
        "deleted-playlists.json", "playlists that you deleted and can still bring back, deleted last first", ListOwnDeletedPlaylists,
        _deleted_library,
    ),
    Part("queue.json", "what you are playing and what comes next", GetQueue, _whole(GetQueue())),
    Part("hidden-tracks.json", "tracks that your stations never play", ListHiddenTracks, _listed(ListHiddenTracks)),
    Part("stations.json", "your stations, played last first", ListStations, _whole(ListStations())),
    Part("history.json", "what you listened to and started it from, the latest first", ListRecentlyPlayed, _history),
    Part("devices.json", "devices that keep music offline", ListDevices, _whole(ListDevices())),
    Part("connected-apps.json", "apps that you allowed to act for you", ListConnectedApps, _whole(ListConnectedApps())),
    Part("subscriptions.json", "your subscriptions, newest first", ListSubscriptions, _whole(ListSubscriptions())),
    Part("payments.json", "what you paid, newest first; amounts in minor units", ListPayments, _listed(ListPayments)),
)  # fmt: skip


FOLDERS = (
    "playlists/: your own playlists as JSPF and CSV files, for other programs and services",
    "pictures/: the pictures that you uploaded for your playlists, where each of these says it is",
)


def _readme(taken: OwnData, parts: Sequence[Part], kept_back: Sequence[Part]) -> str:
    lines = [
        f"All that we keep of {taken.account.name} and show to them, as of {taken.taken_at:%Y-%m-%d %H:%M} UTC.",
        f"Format {FORMAT}: JSON in UTF-8; times are in UTC, ids are those of our API, lengths are milliseconds.",
        "",
        "profile.json: who you are here",
        *(f"{part.name}: {part.meaning}" for part in parts),
        *(FOLDERS if _has_playlists(parts) else ()),
    ]
    if kept_back:
        lines += ["", "Left out, as the app that asked may not see it:", *(f"{part.name}: {part.meaning}" for part in kept_back)]
    return "\n".join((*lines, ""))
