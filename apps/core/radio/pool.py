"""A station's pool: candidates with a score and a reason each, from the model and the catalogue, as the listener's feedback bends it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from apps.core.contract.catalogue import ReleaseType
from apps.core.contract.ids import id_from_bytes, id_to_bytes
from apps.core.contract.radio import BATCH
from apps.core.database import fetch
from apps.core.radio import statements
from apps.core.radio.candidates import OF_KIND, Feature, Features, alike, blend, fashion, near, profile, renown, seed_weights, unit
from apps.core.radio.model import Model
from apps.core.radio.rules import Candidate

SIZE = 80
NEAREST = 55
MOST_LIKED = 10
LIKED = 1.5
"""How much a liked track counts beside one that the station was started from."""
LEAST_CHOICE = 2 * BATCH
"""Where the station knows of fewer, the newest music here fills the rest."""
OF_GENRES_BESIDE = 15
"""Recordings of the seeds' genres that are looked at where enough is heard with the seeds: new music comes by them."""
STRANGER = 0.01
"""The score of what has nothing to do with the seed."""
RARITY = {"artist": 8.0, "release": 4.5, "genre": 3.0, "decade": 1.0}
"""How much it says that two tracks share such a thing: the logarithm of how few do, as a rule, halved for a release."""
SHARED = (("artist", 20), ("release", 5), ("genre", 5))
"""Of how many of each kind more is looked for."""
OF_SKIPPED, BY_SKIPPED = 0.6, 0.4
"""What a skip takes from the skipped track's nearest neighbour, and what it leaves of all by its artists."""


@dataclass(frozen=True)
class Wish:
    """What a station goes by."""

    kind: str
    subject: str
    title: str
    account_id: str
    page: int
    """Grows with the station, for it to come to more of a large genre; what has fewer pages begins again."""
    liked: Sequence[Candidate]
    skipped: Sequence[Candidate]
    without: Collection[str]
    """Recordings that cannot come now."""


def choose(connection: Connection, wish: Wish, model: Model | None, here: Mapping[str, Any]) -> list[Candidate]:
    """The best candidates that may be played whole at this moment; `here` has the parameters of `offered(on_plan=True)`."""
    subject = {"subject": wish.subject, "account_id": wish.account_id}
    seeds = [row.recording_id for row in fetch(connection, statements.SEEDS[wish.kind], subject)]
    heard = Heard.of(model, seeds, wish)
    facts = _facts(connection, {*seeds, *heard.all}, here)
    liking = Liking.of(wish, seeds, facts)
    facts |= _facts(connection, _related(connection, liking, wish, facts), here)
    return _scored(facts, heard, liking, wish, model)


@dataclass(frozen=True)
class Heard:
    """What is heard with the seeds, and with each liked track, by recording."""

    all: Mapping[str, float]
    seeds: Mapping[str, float]
    liked: Sequence[Mapping[str, float]]
    skipped: Mapping[str, float]

    @classmethod
    def of(cls, model: Model | None, seeds: Sequence[str], wish: Wish) -> Heard:
        if model is None:
            return cls({}, {}, [{} for _ in wish.liked], {})
        most = NEAREST + len(wish.without)
        # The latest of a listener's own history come first.
        weights = seed_weights(len(seeds))[::-1] if wish.kind == "mix" else [1.0] * len(seeds)
        of_seeds = _near(model, zip(seeds, weights, strict=True), most)
        of_liked = [_near(model, [(one.recording_id, LIKED)], most) for one in wish.liked]
        total: dict[str, float] = defaultdict(float)
        for some in (of_seeds, *of_liked):
            for recording_id, nearness in some.items():
                total[recording_id] += nearness
        open_to = {one: nearness for one, nearness in total.items() if one not in wish.without}
        nearest = {one: open_to[one] for one in nlargest(NEAREST, open_to, open_to.__getitem__)}
        return cls(nearest, of_seeds, of_liked, _near(model, [(one.recording_id, 1.0) for one in wish.skipped], most))


def _near(model: Model, seeds: Iterable[tuple[str, float]], most: int) -> dict[str, float]:
    found = near(model, [(id_to_bytes(recording_id), weight) for recording_id, weight in seeds], most)
    return {id_from_bytes(recording_id): nearness for recording_id, nearness in found.items()}


@dataclass(frozen=True)
class Liking:
    """What the seeds, and each liked track, are."""

    seeds: Features
    liked: Sequence[Features]

    @classmethod
    def of(cls, wish: Wish, seeds: Sequence[str], facts: Mapping[str, Candidate]) -> Liking:
        known = [(unit(_features(facts[one])), 1.0) for one in seeds if one in facts]
        if wish.kind in RARITY:
            known.append(({(wish.kind, wish.subject): 1.0}, 1.0 + len(known)))
        return cls(unit(profile(known)), [unit(_features(one)) for one in wish.liked])


def _features(one: Candidate) -> Features:
    features: dict[Feature, float] = {("release", one.release_id): RARITY["release"]}
    for number, artist_id in enumerate(one.artist_ids, 1):
        features["artist", artist_id] = RARITY["artist"] / number
    if one.genre:
        features["genre", one.genre] = RARITY["genre"]
    if one.year:
        features["decade", str(one.year // 10)] = RARITY["decade"]
    return features


def _related(connection: Connection, liking: Liking, wish: Wish, facts: Mapping[str, Candidate]) -> set[str]:
    """Recordings that share something with the seeds or with what is liked; where they are few, the newest as well."""
    wanted: dict[str, dict[str, float]] = {kind: defaultdict(float) for kind in RARITY}
    for features in (liking.seeds, *liking.liked):
        for (kind, value), strength in features.items():
            wanted[kind][value] += strength
    asked = {f"{kind}s": nlargest(most, wanted[kind], wanted[kind].__getitem__) for kind, most in SHARED}
    most = statements.OF_GENRES if len(facts) < LEAST_CHOICE else OF_GENRES_BESIDE
    size = fetch(connection, statements.SIZE_OF_GENRES, {"genres": asked["genres"]})[0].number
    page = {"most_of_genre": most, "page_of_genre": _start_of_page(wish.page, most, size)}
    found = {row.recording_id for row in fetch(connection, statements.RELATED, {**asked, **page})}
    if len((found | set(facts)) - set(wish.without)) < LEAST_CHOICE:
        found |= {row.recording_id for row in fetch(connection, statements.NEWEST)}
    return found - set(facts) - set(wish.without)


def _start_of_page(page: int, most: int, size: int) -> int:
    """Pages of so many follow one another through the whole, the last one as full as the others, and then from the first again."""
    pages = -(-size // most) or 1
    return min(page % pages * most, max(size - most, 0))


def _facts(connection: Connection, recordings: Collection[str], here: Mapping[str, Any]) -> dict[str, Candidate]:
    """Those that may be played whole, by recording; each from a release of its own rather than from a compilation."""
    if not recordings:
        return {}
    rows: Sequence[Any] = fetch(connection, statements.FACTS, {**here, "recordings": sorted(recordings)})
    found: dict[str, Candidate] = {}
    for _, some in groupby(rows, attrgetter("id")):
        same = list(some)
        one = _candidate(same[0], tuple(row.artist_id for row in same if row.artist_id))
        if one.recording_id not in found or (found[one.recording_id].compilation and not one.compilation):
            found[one.recording_id] = one
    return found


def _candidate(row: Any, artist_ids: tuple[str, ...]) -> Candidate:
    return Candidate(
        row.id, row.recording_id, row.title, row.artist, artist_ids, row.release_id, row.release_title, row.cover,
        row.type == ReleaseType.COMPILATION, row.duration_ms, row.genre, row.year, score=0.0, why="",
    )  # fmt: skip


def _scored(facts: Mapping[str, Candidate], heard: Heard, liking: Liking, wish: Wish, model: Model | None) -> list[Candidate]:
    away = {*wish.without, *(one.recording_id for one in wish.skipped)}
    open_to = {recording_id: one for recording_id, one in facts.items() if recording_id not in away}
    judge = Judge(open_to, heard, liking, wish, model)
    best = nlargest(SIZE, open_to, key=lambda recording_id: (judge.scores[recording_id], recording_id))
    return [judge.judged(recording_id) for recording_id in best]


class Judge:
    """Scores candidates, and says why each is there."""

    def __init__(self, facts: Mapping[str, Candidate], heard: Heard, liking: Liking, wish: Wish, model: Model | None) -> None:
        self._facts, self._heard, self._liking, self._wish = facts, heard, liking, wish
        holders: dict[Feature, list[tuple[str, float]]] = defaultdict(list)
        for recording_id, one in facts.items():
            known = renown(_plays(model, recording_id))
            for feature, strength in unit(_features(one)).items():
                holders[feature].append((recording_id, strength * known))
        self._alike_seeds = alike(liking.seeds, holders)
        self._alike_liked = [alike(features, holders) for features in liking.liked]
        total: dict[str, float] = defaultdict(float)
        for some in (self._alike_seeds, *self._alike_liked):
            for recording_id, likeness in some.items():
                total[recording_id] += likeness
        self._likest = max(total.values(), default=1.0) or 1.0
        self._nearest = max(heard.all.values(), default=1.0) or 1.0
        self._new = {id_from_bytes(one): score for one, score in fashion(model).items()} if model else {}
        blended = blend(heard.all, total, self._new)
        self.scores = {one: (blended.get(one, 0.0) + STRANGER) * self._left_by_skips(facts[one]) for one in facts}

    def _left_by_skips(self, one: Candidate) -> float:
        """What skips leave of a score: less of what is near to what was skipped, and of its artists."""
        skipped = self._heard.skipped
        left = 1 - OF_SKIPPED * skipped.get(one.recording_id, 0.0) / max(skipped.values(), default=1.0)
        artists = {artist_id for other in self._wish.skipped for artist_id in other.artist_ids}
        return left * BY_SKIPPED if artists.intersection(one.artist_ids) else left

    def judged(self, recording_id: str) -> Candidate:
        one = self._facts[recording_id]
        return msgspec.structs.replace(one, score=round(self.scores[recording_id], 5), why=self._why(one))

    def _why(self, one: Candidate) -> str:
        """What speaks most for it."""
        key = one.recording_id
        reasons = [(self._heard.seeds.get(key, 0.0) / self._nearest, self._heard_by())]
        reasons.append((self._new.get(key, 0.0), "Played much at the moment"))
        for other, near_it, like_it in zip(self._wish.liked, self._heard.liked, self._alike_liked, strict=True):
            weight = near_it.get(key, 0.0) / self._nearest + OF_KIND * like_it.get(key, 0.0) / self._likest
            reasons.append((weight, f"Because you liked “{other.title}”"))
        reasons.append((OF_KIND * self._alike_seeds.get(key, 0.0) / self._likest, self._shared(one)))
        weight, words = max(reasons, key=lambda reason: reason[0])
        return words if weight > 0 else "New here"

    def _heard_by(self) -> str:
        title = {"mix": "what you play", "track": f"“{self._wish.title}”", "release": f"“{self._wish.title}”"}
        return f"Heard by people who play {title.get(self._wish.kind, self._wish.title)}"

    def _shared(self, one: Candidate) -> str:
        wanted = self._liking.seeds
        (kind, value), _ = max(_features(one).items(), key=lambda item: item[1] * wanted.get(item[0], 0.0))
        told = {"artist": f"More by {one.artist}", "release": f"From “{one.release_title}”", "genre": f"More {value}"}
        return told.get(kind, f"From the {value}0s")


def _plays(model: Model | None, recording_id: str) -> float:
    place = model.find(id_to_bytes(recording_id)) if model else None
    return model.plays(place) if model and place is not None else 0.0
