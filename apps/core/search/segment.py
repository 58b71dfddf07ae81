"""A part of the index that never changes: entries as columns, and the trigrams of their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from apps.core.catalogue.rules import genre_slug, name_key
from apps.core.contract.catalogue import ReleaseType
from apps.core.contract.ids import BYTES
from apps.core.contract.search import SearchKind
from apps.core.search.grams import Grams
from apps.core.search.rules import Asked, Names

Column = NDArray[Any]

KINDS = tuple(SearchKind)
TYPES = tuple(ReleaseType)
UNKNOWN = -1
MOST_POSTINGS = 1_500_000
"""So many entries of rare trigrams are counted for a query, at most."""
LEAST_SHARE = 0.3
"""What shares less of its trigrams with the query than so much of what the best one shares is not looked at."""
LEAST_CLOSENESS = 0.45
"""The same once its length and how much it is heard are taken into account."""
OF_POPULARITY = 0.06
"""How much of two that share as much the one that is heard more is preferred."""


class Entry(NamedTuple):
    """One thing that can be found."""

    kind: SearchKind
    id: bytes
    owner: bytes
    """The release that it is read again with, or itself."""
    names: Names
    popularity: float = 0.0
    type: str | None = None
    year: int | None = None
    genre: str | None = None
    label: str | None = None


class Filters(NamedTuple):
    """What a query asks of entries beside their names; None asks nothing."""

    type: ReleaseType | None = None
    genre: str | None = None
    label: str | None = None
    first_year: int | None = None
    last_year: int | None = None


class Candidate(NamedTuple):
    id: bytes
    names: Names
    popularity: float


def owner_key(owner: bytes) -> int:
    """The random end of an id: so much tells entries' owners apart."""
    return int.from_bytes(owner[-8:])


def name_code(name: str | None) -> int:
    """A name in any case, as a number to be compared; 0 is none."""
    return crc32(name_key(name).encode()) | 1 if name else 0


def genre_code(name: str | None) -> int:
    """A genre however it is spelled, as a number to be compared; 0 is none."""
    return name_code(genre_slug(name)) if name else 0


def title_code(spelling: str) -> int:
    """A folded spelling of a title, as a number to be compared."""
    return crc32(spelling.encode("utf-8", "surrogatepass")) | 1


FACTS = np.dtype(
    [
        ("id", f"V{BYTES}"), ("owner", np.uint64), ("popularity", np.float32), ("genre", np.uint32), ("label", np.uint32),
        ("whole", np.uint32), ("bare", np.uint32), ("year", np.int16), ("kind", np.int8), ("type", np.int8),
    ]
)  # fmt: skip
MOST_YEAR = 9999


class Columns:
    """Entries, those of one kind beside one another, in the order of the kinds."""

    def __init__(self, facts: Column, records: Sequence[bytes]) -> None:
        """The names of each entry are a record, in UTF-8."""
        self.facts = facts
        self._records = b"".join(records)
        self._ends = np.cumsum([len(record) for record in records], dtype=np.int64)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Self:
        rows = sorted(entries, key=lambda entry: KINDS.index(entry.kind))
        return cls(np.array([_facts(entry) for entry in rows], FACTS), [_record(entry) for entry in rows])

    @classmethod
    def joined(cls, parts: Sequence[Self], alive: Column) -> Self:
        """Those of all parts that are alive."""
        facts = np.concatenate([part.facts for part in parts])
        order = np.argsort(facts["kind"], kind="stable")
        order = order[alive[order]]
        records = [record for part in parts for record in part.records()]
        return cls(facts[order], [records[at] for at in order.tolist()])

    def records(self) -> Iterable[bytes]:
        ends = self._ends.tolist()
        return (self._records[start:end] for start, end in zip([0, *ends], ends, strict=False))

    def names(self, at: int) -> Names:
        start = self._ends[at - 1] if at else 0
        return _names(self._records[start : self._ends[at]])

    @cached_property
    def by_title(self) -> tuple[Column, Column]:
        """The codes of tracks' titles in order, and where each one's entry is."""
        tracks = np.flatnonzero(self.facts["kind"] == KINDS.index(SearchKind.TRACK))
        codes, places = np.concatenate([self.facts[name][tracks] for name in ("whole", "bare")]), np.concatenate([tracks, tracks])
        order = np.argsort(codes)
        return codes[order], places[order]

    def __len__(self) -> int:
        return self.facts.size


def _facts(entry: Entry) -> tuple[Any, ...]:
    year = UNKNOWN if entry.year is None else min(entry.year, MOST_YEAR)
    kind, of_type = KINDS.index(entry.kind), TYPES.index(ReleaseType(entry.type)) if entry.type else UNKNOWN
    whole, bare = (title_code(entry.names.own[at]) if len(entry.names.own) > at else 0 for at in range(2))
    names = genre_code(entry.genre), name_code(entry.label), whole, bare
    return entry.id, owner_key(entry.owner), entry.popularity, *names, year, kind, of_type


def _record(entry: Entry) -> bytes:
    return entry.names.record.encode("utf-8", "surrogatepass")


def _names(record: bytes) -> Names:
    return Names.read(record.decode("utf-8", "surrogatepass"))


class Segment:
    """Columns with their index. Of what is alive only the marks change, by a copy."""

    def __init__(self, columns: Columns, grams: Grams | None = None, alive: Column | None = None) -> None:
        self.columns = columns
        self._grams = grams or Grams([_names(record).text for record in columns.records()])
        self.alive = np.ones(len(columns), bool) if alive is None else alive
        self._bounds = np.searchsorted(columns.facts["kind"], range(len(KINDS) + 1)).tolist()

    def without(self, owners: Column) -> Segment:
        """The same without what belongs to these owners."""
        return Segment(self.columns, self._grams, self.alive & ~np.isin(self.columns.facts["owner"], owners))

    def highest(self, kind: SearchKind) -> float:
        """The greatest popularity of that kind."""
        start, end = self._range(kind)
        return float(self.columns.facts["popularity"][start:end].max(initial=0.0))

    def most_heard(self, genre: str, most: int) -> Iterable[tuple[float, bytes]]:
        """The tracks of this genre that are heard the most, with how much; of equals the newest."""
        start, end = self._range(SearchKind.TRACK)
        facts = self.columns.facts[start:end]
        of_it = np.flatnonzero((facts["genre"] == genre_code(genre)) & self.alive[start:end])
        for at in of_it[np.argsort(facts["popularity"][of_it], kind="stable")[-most:]].tolist():
            yield float(facts["popularity"][at]), facts["id"][at].tobytes()

    def nearest(self, asked: Asked, kinds: Sequence[SearchKind], filters: Filters, most: int) -> dict[SearchKind, list[Candidate]]:
        """Of each kind those whose names share most of their rarer trigrams with the query: some `most`, by each of two measures."""
        passing = self.alive & self._passing(filters) if any(value is not None for value in filters) else self.alive
        found: dict[SearchKind, set[int]] = {kind: set() for kind in kinds}
        for text in asked.variants:
            shared = self._grams.shared(self._grams.of_query(text), MOST_POSTINGS)
            for kind in kinds:
                found[kind].update(self._best(shared, kind, passing, most))
        return {kind: [self._candidate(at) for at in sorted(some)] for kind, some in found.items()}

    def titled(self, codes: Column) -> Iterable[Candidate]:
        """The tracks with one of these codes for a title, whole or bare, and some whose code is the same by chance."""
        known, places = self.columns.by_title
        starts, ends = np.searchsorted(known, codes, "left"), np.searchsorted(known, codes, "right")
        found = [places[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True) if start < end]
        if found:
            near = np.unique(np.concatenate(found))
            yield from map(self._candidate, near[self.alive[near]].tolist())

    def _best(self, shared: Column, kind: SearchKind, passing: Column, most: int) -> Iterable[int]:
        start, end = self._range(kind)
        of_kind = shared[start:end]
        best = of_kind.max(initial=0.0)
        if not best:
            return
        near = start + np.flatnonzero((of_kind >= LEAST_SHARE * best) & passing[start:end])
        weighed = shared[near] * (1 + OF_POPULARITY * np.log1p(self.columns.facts["popularity"][near]))
        lengths = self._grams.sizes[near]
        # A title is short beside a title with its artists, and what is typed may be either.
        for scores in (weighed / lengths, weighed / np.sqrt(lengths)):
            close = np.flatnonzero(scores >= LEAST_CLOSENESS * scores.max(initial=0.0))
            chosen = close[np.argpartition(-scores[close], most)[:most]] if close.size > most else close
            yield from near[chosen].tolist()

    def _candidate(self, at: int) -> Candidate:
        facts = self.columns.facts
        return Candidate(facts["id"][at].tobytes(), self.columns.names(at), float(facts["popularity"][at]))

    def _passing(self, filters: Filters) -> Column:
        facts, passing = self.columns.facts, np.ones(len(self.columns), bool)
        if filters.type is not None:
            passing &= facts["type"] == TYPES.index(filters.type)
        if filters.genre is not None:
            passing &= facts["genre"] == genre_code(filters.genre)
        if filters.label is not None:
            passing &= facts["label"] == name_code(filters.label)
        if filters.first_year is not None:
            passing &= facts["year"] >= filters.first_year
        if filters.last_year is not None:
            passing &= (facts["year"] != UNKNOWN) & (facts["year"] <= filters.last_year)
        return passing

    def _range(self, kind: SearchKind) -> tuple[int, int]:
        at = KINDS.index(kind)
        return self._bounds[at], self._bounds[at + 1]

    def __len__(self) -> int:
        """Those that are alive."""
        return int(np.count_nonzero(self.alive))


def merged(segments: Sequence[Segment]) -> Segment:
    """One segment of what is alive in these."""
    return Segment(Columns.joined([segment.columns for segment in segments], np.concatenate([segment.alive for segment in segments])))
