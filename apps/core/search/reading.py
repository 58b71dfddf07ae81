"""Reading the catalogue into the index: all of it, some rows at a time, or what has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from sqlalchemy.engine import Connection

from apps.core.contract.ids import id_from_bytes, id_to_bytes
from apps.core.contract.search import SearchKind
from apps.core.database import fetch
from apps.core.radio.model import Model
from apps.core.search import statements
from apps.core.search.folding import fold, maker_spellings, name_spellings, title_spellings
from apps.core.search.rules import Names
from apps.core.search.segment import Columns, Entry

Connect = Callable[[], AbstractContextManager[Connection]]
"""A connection for as long as it is used: on SQLite the process has but one to read by."""

T = TypeVar("T")

Plays = Callable[[bytes], float]
"""How much a recording is heard."""

AT_ONCE = 2_000
ARTISTS_AT_ONCE = 500
SAID = 12
"""Words of a description: it begins with what matters."""
NOTHING = id_from_bytes(bytes(16))
"""Before every id."""

makers = lru_cache(maxsize=16_384)(maker_spellings)
"""An artist's tracks lie near one another."""


def read_all(connect: Connect, model: Model | None) -> Columns:
    """Everything that is published, with how much it is heard by the radio model's count, older listening counting less."""
    plays: Mapping[bytes, float] = model.plays_of_all() if model else {}
    parts = [Columns.of(())]
    for statement, entries in (
        (statements.ALL_ARTISTS, _artists), (statements.ALL_RELEASES, _releases), (statements.ALL_TRACKS, _tracks),
        (statements.ALL_PLAYLISTS, _playlists),
    ):  # fmt: skip
        for rows in _pages(connect, statement):
            with connect() as connection:
                parts.append(Columns.of(entries(connection, rows, lambda recording_id: plays.get(recording_id, 0.0))))
    return Columns.joined(parts, np.ones(sum(map(len, parts)), bool))


def read_releases(connection: Connection, release_ids: Iterable[str], model: Model | None) -> tuple[set[bytes], list[Entry]]:
    """What belongs to these releases now, and all that it takes the place of: by release, or by artist."""

    def plays(recording_id: bytes) -> float:
        place = model.find(recording_id) if model else None
        return model.plays(place) if model and place is not None else 0.0

    owners = {id_to_bytes(one) for one in release_ids}
    entries: list[Entry] = []
    artists: dict[bytes, Any] = {}
    for some in _some(sorted(release_ids), ARTISTS_AT_ONCE):
        ids = {"ids": some}
        entries += _releases(connection, fetch(connection, statements.THESE_RELEASES, ids), plays)
        entries += _tracks(connection, fetch(connection, statements.THEIR_TRACKS, ids), plays)
        artists.update((row.id, row) for row in fetch(connection, statements.THEIR_ARTISTS, ids))
    entries += _artists(connection, list(artists.values()), plays)
    return owners | set(artists), entries


def read_playlists(connection: Connection, playlist_ids: Iterable[str]) -> tuple[set[bytes], list[Entry]]:
    """These playlists as far as they are public now, and all of them to be replaced."""
    entries: list[Entry] = []
    for some in _some(sorted(playlist_ids), AT_ONCE):
        entries += _playlists(connection, fetch(connection, statements.THESE_PLAYLISTS, {"ids": some}))
    return {id_to_bytes(one) for one in playlist_ids}, entries


def _pages(connect: Connect, statement: Any) -> Iterator[Sequence[Any]]:
    after = NOTHING
    while True:
        with connect() as connection:
            rows: Sequence[Any] = fetch(connection, statement, {"after": after, "limit": AT_ONCE})
        if rows:
            yield rows
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].key


def _some(rows: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    left = iter(rows)
    while some := tuple(islice(left, size)):
        yield some


def _releases(connection: Connection, rows: Sequence[Any], plays: Plays) -> Iterator[Entry]:
    heard = _heard(connection, statements.ON_RELEASES, rows, plays)
    for row in rows:
        names = Names(title_spellings(row.title), makers(row.artist))
        yield Entry(SearchKind.RELEASE, row.id, row.id, names, heard[row.id], row.type, row.year, row.genre, row.label)


def _tracks(_connection: Connection, rows: Sequence[Any], plays: Plays) -> Iterator[Entry]:
    for row in rows:
        names = Names(title_spellings(row.title), makers(row.artist))
        yield Entry(SearchKind.TRACK, row.id, row.release_id, names, plays(row.recording_id), row.type, row.year, row.genre, row.label)


def _artists(connection: Connection, rows: Sequence[Any], plays: Plays) -> Iterator[Entry]:
    for some in _some(rows, ARTISTS_AT_ONCE):
        found = {"found": [row.id for row in some]}
        others: defaultdict[bytes, list[str]] = defaultdict(list)
        for row in fetch(connection, statements.OTHER_NAMES, found):
            others[row.artist_id] += name_spellings(row.credited_as)
        heard = _heard(connection, statements.BY_ARTISTS, some, plays)
        for row in some:
            spellings = dict.fromkeys((*name_spellings(row.name), *others[row.id]))
            yield Entry(SearchKind.ARTIST, row.id, row.id, Names(list(spellings)), heard[row.id])


def _playlists(_connection: Connection, rows: Sequence[Any], _plays: Plays | None = None) -> Iterator[Entry]:
    for row in rows:
        # What is said of it stands beside whose it is: some of it is enough, and a title that fits comes before.
        said = " ".join((row.owner or "", *row.description.split()[:SAID]))
        makers = dict.fromkeys((fold(said), *name_spellings(row.owner or "")))
        yield Entry(SearchKind.PLAYLIST, row.id, row.id, Names(title_spellings(row.title), [one for one in makers if one]))


def _heard(connection: Connection, statement: Any, rows: Sequence[Any], plays: Plays) -> Mapping[bytes, float]:
    """How much each artist or release is heard: as much as its recordings together."""
    heard: defaultdict[bytes, float] = defaultdict(float)
    for row in fetch(connection, statement, {"found": [row.id for row in rows]}):
        heard[row.id] += plays(row.recording_id)
    return heard
