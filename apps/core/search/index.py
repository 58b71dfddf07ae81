"""The index: a few segments, the newest the smallest, asked together."""

from __future__ import annotations

import threading
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

import numpy as np

from apps.core.contract.ids import BYTES
from apps.core.contract.search import SearchKind
from apps.core.search.folding import LONGEST
from apps.core.search.rules import Asked, costs, most_cost, prior
from apps.core.search.segment import KINDS, Candidate, Columns, Entry, Filters, Segment, merged, owner_key, title_code

REMEMBERED = 500
"""Answers that are kept for as long as nothing changes: people type the same beginnings."""
MOST_MERGED = 5_000
"""Entries that are merged while somebody waits."""


class Hit(NamedTuple):
    id: bytes
    score: float
    """Comparable across kinds; the higher the better."""


class Kept(NamedTuple):
    """Hits in few bytes: hundreds of answers with hundreds of hits are remembered."""

    ids: bytes
    scores: array[float]

    @classmethod
    def of(cls, hits: Sequence[Hit]) -> Kept:
        return cls(b"".join(hit.id for hit in hits), array("d", [hit.score for hit in hits]))

    @property
    def hits(self) -> Sequence[Hit]:
        return [Hit(self.ids[at * BYTES : (at + 1) * BYTES], score) for at, score in enumerate(self.scores)]


Question = tuple[str, tuple[SearchKind, ...], Filters, int]


class Index:
    """Immutable: a change makes another index, which shares most with the one before. Safe to use from any number of threads."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = tuple(segments)
        self._kept: dict[Question, Mapping[SearchKind, Kept]] = {}
        self._keeping = threading.Lock()
        self._highest = {kind: max((segment.highest(kind) for segment in segments), default=0.0) for kind in KINDS}

    def changed(self, owners: Iterable[bytes], entries: Iterable[Entry]) -> Index:
        """With these entries for all that belonged to these owners."""
        gone = np.array([owner_key(owner) for owner in owners], np.uint64)
        segments = [segment for segment in (segment.without(gone) for segment in self.segments) if len(segment)]
        new = Segment(Columns.of(entries))
        if len(new):
            segments.append(new)
        while len(segments) > 1 and _are_alike(segments) and len(segments[-2]) + len(segments[-1]) <= MOST_MERGED:
            segments[-2:] = [merged(segments[-2:])]
        return Index(segments)

    @property
    def crowded(self) -> bool:
        """Whether it has segments to be merged that are too large to do it while somebody waits."""
        return len(self.segments) > 1 and _are_alike(self.segments)

    def compact(self) -> Index:
        """The same with as few segments as it should have."""
        segments = list(self.segments)
        while len(segments) > 1 and _are_alike(segments):
            segments[-2:] = [merged(segments[-2:])]
        return Index(segments)

    def find(self, text: str, kinds: Sequence[SearchKind], filters: Filters, most: int) -> Mapping[SearchKind, Sequence[Hit]]:
        """What fits, the best first: of each kind and segment at least so many, where there are."""
        question = text[:LONGEST], tuple(kinds), filters, most
        kept = self._kept.get(question) or self._keep(question)
        return {kind: some.hits for kind, some in kept.items()}

    def titled(self, titles: Set[str]) -> Mapping[str, Sequence[Candidate]]:
        """The tracks that go by each of these folded titles, exactly."""
        codes = np.array(sorted(map(title_code, titles)), np.uint32)
        found: defaultdict[str, list[Candidate]] = defaultdict(list)
        for segment in self.segments:
            for candidate in segment.titled(codes):
                for title in titles & frozenset(candidate.names.own):
                    found[title].append(candidate)
        return found

    def most_heard(self, genre: str, most: int) -> Sequence[bytes]:
        """The tracks of this genre that are heard the most, by their ids; of equals the newest."""
        found = [one for segment in self.segments for one in segment.most_heard(genre, most)]
        return [track_id for _, track_id in sorted(found, reverse=True)[:most]]

    def _keep(self, question: Question) -> Mapping[SearchKind, Kept]:
        kept = {kind: Kept.of(hits) for kind, hits in self._find_anew(*question).items()}
        with self._keeping:
            while len(self._kept) >= REMEMBERED:
                del self._kept[next(iter(self._kept))]
            self._kept[question] = kept
        return kept

    def _find_anew(self, text: str, kinds: Sequence[SearchKind], filters: Filters, most: int) -> Mapping[SearchKind, Sequence[Hit]]:
        asked = Asked.of(text)
        if not asked.text:
            return dict.fromkeys(kinds, ())
        near = [segment.nearest(asked, kinds, filters, most) for segment in self.segments]
        return {kind: self._judged(asked, kind, [candidate for some in near for candidate in some[kind]]) for kind in kinds}

    def _judged(self, asked: Asked, kind: SearchKind, candidates: list[Candidate]) -> Sequence[Hit]:
        if not candidates:
            return ()
        found = costs(asked, [candidate.names for candidate in candidates])
        scores = prior(np.array([candidate.popularity for candidate in candidates]), self._highest[kind]) - found
        fitting = np.flatnonzero(found <= most_cost(asked)).tolist()
        # Equals always in the same order, whichever process is asked.
        return sorted((Hit(candidates[at].id, float(scores[at])) for at in fitting), key=lambda hit: (-hit.score, hit.id))

    def __len__(self) -> int:
        return sum(map(len, self.segments))


def _are_alike(segments: Sequence[Segment]) -> bool:
    """The last two are nearly as large: where each is at least twice as large as the next there are few, and no entry is moved often."""
    return len(segments[-2]) < 2 * len(segments[-1])
