"""What a station goes by: what it was started from, what its listener likes and skips, and what is heard with that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from apps.core.contract.ids import id_from_bytes, id_to_bytes
from apps.core.radio.candidates import Feature, Features, near, profile, seed_weights, unit
from apps.core.radio.model import Model
from apps.core.radio.rules import Candidate

NEAREST = 55
MOST_LIKED = 10
LIKED = 1.5
"""How much a liked track counts beside one that the station was started from."""
RARITY = {"artist": 8.0, "release": 4.5, "genre": 3.0, "decade": 1.0}
"""How much it says that two tracks share such a thing: the logarithm of how few do, as a rule, halved for a release."""


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
        known = [(unit(features_of(facts[one])), 1.0) for one in seeds if one in facts]
        if wish.kind in RARITY:
            known.append(({(wish.kind, wish.subject): 1.0}, 1.0 + len(known)))
        return cls(unit(profile(known)), [unit(features_of(one)) for one in wish.liked])


def features_of(one: Candidate) -> Features:
    features: dict[Feature, float] = {("release", one.release_id): RARITY["release"]}
    for number, artist_id in enumerate(one.artist_ids, 1):
        features["artist", artist_id] = RARITY["artist"] / number
    if one.genre:
        features["genre", one.genre] = RARITY["genre"]
    if one.year:
        features["decade", str(one.year // 10)] = RARITY["decade"]
    return features
