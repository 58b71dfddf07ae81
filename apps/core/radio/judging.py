"""Scores for candidates, and for each the reason that a listener is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from operator import itemgetter

import msgspec

from apps.core.contract.ids import id_from_bytes, id_to_bytes
from apps.core.contract.words import Wording, marked
from apps.core.radio.candidates import OF_KIND, Feature, alike, blend, fashion, renown, unit
from apps.core.radio.model import Model
from apps.core.radio.rules import Candidate
from apps.core.radio.wishes import Heard, Liking, Wish, features_of

PLAYED_MUCH, NEW = Wording(marked("Played much at the moment")), Wording(marked("New here"))

STRANGER = 0.01
"""The score of what has nothing to do with the seed."""
OF_SKIPPED, BY_SKIPPED = 0.6, 0.4
"""What a skip takes from the skipped track's nearest neighbour, and what it leaves of all by its artists."""


class Judge:
    """Scores candidates, and says why each is there."""

    def __init__(self, facts: Mapping[str, Candidate], heard: Heard, liking: Liking, wish: Wish, model: Model | None) -> None:
        self._facts, self._heard, self._liking, self._wish = facts, heard, liking, wish
        self._heard_by = _heard_by(wish)
        self._because = [Wording(marked("Because you liked “%(title)s”"), values={"title": one.title}) for one in wish.liked]
        self._features = {recording_id: features_of(one) for recording_id, one in facts.items()}
        holders: dict[Feature, list[tuple[str, float]]] = defaultdict(list)
        for recording_id, features in self._features.items():
            known = renown(_plays(model, recording_id))
            for feature, strength in unit(features).items():
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
        self.scores = {one: blended.get(one, 0.0) + STRANGER for one in facts}
        if wish.skipped:
            self._take_from_skipped()

    def _take_from_skipped(self) -> None:
        """Less is left to what is near to what was skipped, and to its artists."""
        skipped = self._heard.skipped
        nearest = max(skipped.values(), default=1.0)
        artists = {artist_id for other in self._wish.skipped for artist_id in other.artist_ids}
        for key, one in self._facts.items():
            left = 1 - OF_SKIPPED * skipped.get(key, 0.0) / nearest
            self.scores[key] *= left * BY_SKIPPED if artists.intersection(one.artist_ids) else left

    def judged(self, recording_id: str) -> Candidate:
        one = self._facts[recording_id]
        why = self._why(one)
        return msgspec.structs.replace(one, score=round(self.scores[recording_id], 5), why=why.message, values=why.values)

    def _why(self, one: Candidate) -> Wording:
        """What speaks most for it."""
        key = one.recording_id
        reasons = [
            (self._heard.seeds.get(key, 0.0) / self._nearest, self._heard_by),
            (self._new.get(key, 0.0), PLAYED_MUCH),
        ]
        for words, near_it, like_it in zip(self._because, self._heard.liked, self._alike_liked, strict=True):
            reasons.append((near_it.get(key, 0.0) / self._nearest + OF_KIND * like_it.get(key, 0.0) / self._likest, words))
        weight, words = max(reasons, key=itemgetter(0))
        shared = OF_KIND * self._alike_seeds.get(key, 0.0) / self._likest
        if shared > weight:
            return self._shared(one)
        return words if weight > 0 else NEW

    def _shared(self, one: Candidate) -> Wording:
        wanted = self._liking.seeds
        (kind, value), _ = max(self._features[one.recording_id].items(), key=lambda item: item[1] * wanted.get(item[0], 0.0))
        told = {
            "artist": Wording(marked("More by %(artist)s"), values={"artist": one.artist}),
            "release": Wording(marked("From “%(release)s”"), values={"release": one.release_title}),
            "genre": Wording(marked("More %(genre)s"), values={"genre": str(value)}),
        }
        return told.get(kind, Wording(marked("From the %(decade)ss"), values={"decade": f"{value}0"}))


def _heard_by(wish: Wish) -> Wording:
    """By whom, in the terms that the station goes by."""
    if wish.kind == "mix":
        return Wording(marked("Heard by people who play what you play"))
    quoted = wish.kind in {"track", "release"}
    return Wording(
        marked("Heard by people who play “%(title)s”") if quoted else marked("Heard by people who play %(title)s"),
        values={"title": wish.title},
    )


def _plays(model: Model | None, recording_id: str) -> float:
    place = model.find(id_to_bytes(recording_id)) if model else None
    return model.plays(place) if model and place is not None else 0.0
