"""The sequencer: from candidates with a score each to what is played, in order, by a territory's licence and by our own taste.

Pure, and deterministic by its seed. The licence's limits hold always: a station would rather end than break one. Our own rules give way, in
the order of `RELAXING`, where what is left would otherwise not fill a batch. Nothing comes twice within `REPEAT`, whatever gives way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from random import Random

import msgspec

from apps.core.contract.radio import BATCH
from apps.core.contract.words import marked
from apps.core.radio.licences import Licence

REPEAT = timedelta(minutes=180)
"""Within it neither a recording comes again nor, as long as there is anything else, another recording of the same title."""
CHANCE = 0.2
"""By how much luck may raise a score: so that two stations from the same seed are not the same."""


class Played(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A track that was played, as far as what comes after it has to do with it: the beginning of a candidate."""

    track_id: str
    recording_id: str
    title: str
    artist: str
    """As credited."""
    artist_ids: tuple[str, ...]
    """Every featured artist: main ones and guests."""
    release_id: str

    @property
    def title_key(self) -> str:
        return self.title.casefold()


class Candidate(Played, frozen=True, array_like=True, gc=False):
    """A track that might be played, with what the rules go by."""

    release_title: str
    cover: str | None
    compilation: bool
    """Whether the release is a set in the licence's sense: a compilation, each of its volumes by itself."""
    duration_ms: int
    genre: str | None
    year: int | None
    score: float
    why: str
    """With `%(name)s` where `values` has something of that name."""
    values: dict[str, str] = {}


class Heard(msgspec.Struct, frozen=True):
    """What the station has played, in order."""

    tracks: Sequence[Played]
    at: datetime
    """The latest moment at which any of it can have been heard."""


@dataclass(frozen=True)
class Separation:
    """How far apart the same artist comes, and whether the same title may come from another recording."""

    tracks: int = 4
    """Others between two by one artist."""
    seconds: int | None = 60 * 60
    """From the beginning of one to the next: after so many, fewer others are enough. None where no time is."""
    titles: bool = True


RELAXING: Sequence[Separation] = (
    Separation(),
    Separation(tracks=2, seconds=20 * 60),
    Separation(tracks=1, seconds=None),
    Separation(tracks=0),
    Separation(tracks=0, titles=False),
)
"""From what we want to what we put up with: artists come closer together, then titles come again."""


class Sequenced(msgspec.Struct, frozen=True):
    """What is played, and why it is fewer than were asked for where it is."""

    tracks: tuple[Candidate, ...]
    fewer: str | None = None


@dataclass
class Past:
    """What the next track is judged by. Tracks of this batch count as if heard now: by skipping they may be."""

    licence: Licence
    artists: Counter[str] = field(default_factory=Counter[str])
    releases: Counter[str] = field(default_factory=Counter[str])
    recordings: set[str] = field(default_factory=set[str])
    titles: set[str] = field(default_factory=set[str])
    order: list[Played] = field(default_factory=list[Played])
    times: list[float] = field(default_factory=list[float])
    """When they are heard at the latest: seconds from now."""

    def __post_init__(self) -> None:
        self.limited = self.licence.limits

    def remember(self, heard: Sequence[Heard], now: datetime) -> None:
        """What may not come again yet, and what the licence's window still holds, of all that was heard."""
        repeat, window = now - REPEAT, now - self.licence.window
        for some in heard:
            if some.at > repeat:
                self.recordings.update([one.recording_id for one in some.tracks])
                self.titles.update([one.title.casefold() for one in some.tracks])
            if self.limited and some.at > window:
                for one in some.tracks:
                    self._count(one)
            self.order += some.tracks
            self.times += [(some.at - now).total_seconds()] * len(some.tracks)

    def add(self, one: Candidate, at: float) -> None:
        self.recordings.add(one.recording_id)
        self.titles.add(one.title_key)
        if self.limited:
            self._count(one)
        self.order.append(one)
        self.times.append(at)

    def _count(self, one: Played) -> None:
        self.artists.update(set(one.artist_ids))
        self.releases[one.release_id] += 1

    def permits(self, one: Candidate) -> bool:
        """Whether the licence lets it come next."""
        licence, order = self.licence, self.order
        if not self.limited:
            return True
        most, in_row = (licence.set, licence.set_in_row) if one.compilation else (licence.album, licence.album_in_row)
        if most is not None and self.releases[one.release_id] >= most:
            return False
        if in_row is not None and len(order) >= in_row and all(last.release_id == one.release_id for last in order[-in_row:]):
            return False
        return not any(self._exhausted(artist_id) for artist_id in one.artist_ids)

    def _exhausted(self, artist_id: str) -> bool:
        most, in_row = self.licence.artist, self.licence.artist_in_row
        if most is not None and self.artists[artist_id] >= most:
            return True
        last = self.order[-in_row:] if in_row is not None else []
        return in_row is not None and len(last) == in_row and all(artist_id in one.artist_ids for one in last)

    def too_close(self, at: float, separation: Separation) -> set[str]:
        """The artists who may not come at that moment, as far as our own rules hold."""
        tracks, least = separation.tracks, separation.seconds
        away: set[str] = set()
        if tracks:
            for one, time in zip(self.order[-tracks:], self.times[-tracks:], strict=True):
                if least is None or at - time < least:
                    away.update(one.artist_ids)
        return away


def sequence(candidates: Iterable[Candidate], heard: Sequence[Heard], licence: Licence, now: datetime, seed: str) -> Sequenced:
    """A batch at most, at each place the best that the rules allow. `heard` comes in its order."""
    past = Past(licence)
    past.remember(heard, now)
    there = list(_each_once(candidates))
    left = _in_order([one for one in there if one.recording_id not in past.recordings], seed)
    chosen: list[Candidate] = []
    at = 0.0
    while len(chosen) < BATCH and (place := _next(left, past, at)) is not None:
        one = left.pop(place)
        chosen.append(one)
        past.add(one, at)
        at += one.duration_ms / 1000
    return Sequenced(tuple(chosen), _why_fewer(there or past.recordings, left) if len(chosen) < BATCH else None)


def _each_once(candidates: Iterable[Candidate]) -> Iterable[Candidate]:
    """A recording that is on several releases: from the one that comes first."""
    return {one.recording_id: one for one in reversed(list(candidates))}.values()


def _in_order(candidates: Iterable[Candidate], seed: str) -> list[Candidate]:
    """The best first, but for luck."""
    luck = Random(seed).random  # noqa: S311 - the same seed has to give the same order
    # In an order of their own before luck is dealt out, so that the same candidates have the same.
    drawn = [(-one.score * (1 + CHANCE * luck()), one.recording_id, one) for one in sorted(candidates, key=attrgetter("recording_id"))]
    drawn.sort()
    return [one for _, _, one in drawn]


def _next(left: Sequence[Candidate], past: Past, at: float) -> int | None:
    """The place of the best that may come next; None where the licence lets nothing come."""
    for separation in RELAXING:
        away, titles = past.too_close(at, separation), past.titles if separation.titles else ()
        for place, one in enumerate(left):
            if away.isdisjoint(one.artist_ids) and one.title_key not in titles and past.permits(one):
                return place
    return None


def _why_fewer(known: Collection[object], left: Sequence[Candidate]) -> str:
    if not known:
        return marked("Nothing that this station could play is offered to you at the moment.")
    if not left:
        return marked("All that this station could play has been played within the last three hours.")
    return marked(
        "The licence for radio where you are lets no more by these artists, and from these releases, be played within three hours."
    )
