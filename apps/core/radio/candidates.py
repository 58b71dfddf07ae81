"""From what somebody hears to what they may like next, with a score each: by what others heard with it, by what it is, and by what is new.

Pure functions of the radio model and of facts, the same for a station and for the benchmark that compares them with other recommenders.
`docs/radio.md` tells where the numbers come from.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from heapq import nlargest
from math import exp, log1p, sqrt
from typing import TypeVar

from apps.core.radio.model import Model

Key = TypeVar("Key", bound=Hashable)
Feature = tuple[str, str]
"""A kind, such as `artist`, and which one."""
Features = Mapping[Feature, float]

FADING = 0.1
LEAST_OF_SEED = 0.5
"""The older something was heard the less it says, but never less than so much."""
OF_KIND = 0.5
"""How much what a track is counts beside who hears it."""
OF_FASHION = 5.0
"""How much what is played most just now counts, for the part that it has in all listening beyond what it would have by chance."""
MOST_OF_FASHION = 2.0


def seed_weights(count: int) -> Sequence[float]:
    """Of so many tracks in the order that they were heard: the last one counts most."""
    return [max(LEAST_OF_SEED, exp(-FADING * (count - 1 - number))) for number in range(count)]


def near(model: Model, seeds: Iterable[tuple[bytes, float]], most: int) -> dict[bytes, float]:
    """What is heard with the seeds (ids and weights), the nearest so many of it."""
    scores: dict[int, float] = {}
    seen = scores.get
    for recording_id, weight in seeds:
        place = model.find(recording_id)
        if place is not None:
            for other, nearness in zip(*model.neighbours(place), strict=True):
                scores[other] = seen(other, 0.0) + weight * nearness
    return {model.id_of(place): scores[place] for place in nlargest(most, scores, scores.__getitem__)}


def unit(features: Features) -> Features:
    """The same, at length 1."""
    length = sqrt(sum(strength * strength for strength in features.values()))
    return {feature: strength / length for feature, strength in features.items()} if length else features


def profile(seeds: Iterable[tuple[Features, float]]) -> Features:
    """What the seeds are, by their weights."""
    total: dict[Feature, float] = {}
    for features, weight in seeds:
        for feature, strength in features.items():
            total[feature] = total.get(feature, 0.0) + weight * strength
    return total


def alike(wanted: Features, holders: Mapping[Feature, Iterable[tuple[Key, float]]]) -> dict[Key, float]:
    """How like what is wanted everything is that has one of its features; `holders` says what has each, and how much of it."""
    scores: dict[Key, float] = {}
    seen = scores.get
    for feature, weight in wanted.items():
        for key, strength in holders.get(feature, ()):
            scores[key] = seen(key, 0.0) + weight * strength
    return scores


def renown(plays: float, mentions: float = 0, most_mentions: float = 0) -> float:
    """How much more likely what is well known is liked: by how much it is heard; before that, by how often people have described it."""
    return sqrt(1 + log1p(plays)) if plays > 0 else ((1 + log1p(mentions)) / (1 + log1p(most_mentions))) ** 1.5


def fashion(model: Model) -> dict[bytes, float]:
    """What is played most just now, scored by how much that matters: the more listening falls on the same few, the more."""
    hottest = model.hottest
    beyond_chance = sum(share for _, share in hottest) - len(hottest) / (model.size or 1)
    if beyond_chance <= 0:
        return {}
    weight = min(OF_FASHION * beyond_chance, MOST_OF_FASHION)
    return {model.id_of(place): weight * share / hottest[0][1] for place, share in hottest if share > 0}


def blend(heard: Mapping[Key, float], alike: Mapping[Key, float], new: Mapping[Key, float]) -> dict[Key, float]:
    """One score for each: of what is heard with the seeds, what is like them, and what is in fashion (from `fashion`).

    The first two count by their share of the best there is; where nobody has heard the seeds, likeness is all there is.
    """
    best, likest = max(heard.values(), default=0.0), max(alike.values(), default=0.0)
    scores = {key: score / best for key, score in heard.items()} if best > 0 else {}
    if likest > 0:
        for key, score in alike.items():
            scores[key] = scores.get(key, 0.0) + OF_KIND * score / likest
    for key, score in new.items():
        scores[key] = scores.get(key, 0.0) + score
    return scores
