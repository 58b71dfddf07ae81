"""Finding what a file names: a few statements and one look into the index of the search, however many entries it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from apps.core.bulk import joined_ids
from apps.core.contract.codec import encoder
from apps.core.contract.ids import id_from_bytes
from apps.core.contract.playlist_files import Missed
from apps.core.database import fetch
from apps.core.playlist_files import statements
from apps.core.playlist_files.entries import Entry
from apps.core.search.folding import fold, title_spellings
from apps.core.search.index import Index
from apps.core.search.reading import makers
from apps.core.search.segment import Candidate

NEAR_MS = 5_000
"""Two lengths that differ by no more are those of one recording: silence at the end is cut by some."""

Track = Any
"""A row of `statements.SEEN`."""
Titled = Mapping[str, Sequence[Candidate]]


class Finder:
    """Finds the entries of one file among what may be seen at a place."""

    def __init__(self, connection: Connection, index: Index, place: Mapping[str, Any], entries: Sequence[Entry]) -> None:
        self._by_isrc = _by_isrc(connection, place, entries)
        unknown = [entry for entry in entries if entry.isrc not in self._by_isrc]
        titles = {title for entry in unknown for title, _ in _names(entry)}
        self._titled = index.titled(frozenset(spelling for title in titles for spelling in title_spellings(title)))
        named = (id_from_bytes(one.id) for some in self._titled.values() for one in some)
        told = (entry.track_id for entry in entries if entry.track_id)
        rows = fetch(connection, statements.SEEN, {**place, "ids": joined_ids((*told, *named))})
        self._seen: Mapping[str, Track] = {row.id: row for row in rows}

    def find(self, entry: Entry) -> str | Missed:
        """The id of its track, or why there is none."""
        if (told := entry.track_id) and told in self._seen:
            return told
        if known := self._by_isrc.get(entry.isrc):
            return min(known, key=lambda track: _distance(entry, 0, track)).id
        if not entry.title:
            return Missed.UNKNOWN if entry.isrc else Missed.NAMELESS
        reasons = [self._by_names(entry, title, artist) for title, artist in _names(entry)]
        return next((one for one in reasons if not isinstance(one, Missed)), reasons[0])

    def _by_names(self, entry: Entry, title: str, artist: str) -> str | Missed:
        ranked = list(self._ranked(title))
        if not ranked:
            return Missed.UNKNOWN
        if not artist:
            return _only(entry, ranked)
        by = set(makers(artist))
        theirs = [(rank, track) for rank, names, track in ranked if not by.isdisjoint(names)]
        if not theirs:
            return Missed.OTHER_ARTIST
        return min(theirs, key=lambda one: _distance(entry, *one))[1].id

    def _ranked(self, title: str) -> Iterator[tuple[int, Sequence[str], Track]]:
        """What may be seen and goes by the title, and how far from it as written: a bare title also stands for a version of it."""
        for asked, spelling in enumerate(title_spellings(title)):
            for candidate in self._titled.get(spelling, ()):
                track = self._seen.get(id_from_bytes(candidate.id))
                if track is not None:
                    yield asked + candidate.names.own.index(spelling), candidate.names.makers, track


def _by_isrc(connection: Connection, place: Mapping[str, Any], entries: Sequence[Entry]) -> Mapping[str, Sequence[Track]]:
    found: defaultdict[str, list[Track]] = defaultdict(list)
    if isrcs := {entry.isrc for entry in entries if entry.isrc}:
        wanted = statements.BY_ISRC[connection.dialect.name]
        for row in fetch(connection, wanted, {**place, "isrcs": encoder.encode(sorted(isrcs)).decode()}):
            found[row.isrc].append(row)
    return found


def _names(entry: Entry) -> Iterator[tuple[str, str]]:
    """Title and artist; where they were only guessed, also the whole as a title."""
    if entry.title:
        yield entry.title, entry.artist
    if entry.unparted and entry.unparted != entry.title:
        yield entry.unparted, ""


def _only(entry: Entry, ranked: Sequence[tuple[int, Sequence[str], Track]]) -> str | Missed:
    """Without an artist only what nothing else could be meant by."""
    tracks = [track for _, _, track in ranked]
    near = [track for track in tracks if entry.duration_ms is not None and _gap(entry, track) <= NEAR_MS] or tracks
    if len({track.recording_id for track in near}) > 1:
        return Missed.AMBIGUOUS
    return min(near, key=lambda track: _distance(entry, 0, track)).id


def _distance(entry: Entry, rank: int, track: Track) -> tuple[bool, int, bool, int, str]:
    """The length decides first, then the title as written, then the release it is said to be on."""
    gap = _gap(entry, track)
    elsewhere = bool(entry.album) and fold(entry.album) != fold(track.album)
    return gap > NEAR_MS, rank, elsewhere, gap, track.id


def _gap(entry: Entry, track: Track) -> int:
    return 0 if entry.duration_ms is None else abs(entry.duration_ms - track.duration_ms)
