"""Rules of search: how well what somebody typed fits the names of a thing. Pure functions.

The lower the cost the likelier it is that somebody who means the thing types that. Costs are comparable across artists,
releases and tracks. `docs/decisions/0018-an-index-of-letters-in-memory.md` tells where the numbers come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from apps.core.search.folding import ARTICLES, cut, fold
from apps.core.search.grams import FIRST_IDEOGRAPH
from apps.core.search.numbers import has_numbers, in_digits, in_words

EDIT = 3.6
SPACING = 0.5
OTHER_SPELLING = 0.1
BOTH = 0.3
MAKER_ALONE = 6.0
BEGUN = 1.6
BEGUN_WORD = 1.1
MISSING_LETTER = 0.04
NO_MATCH = 60.0
OUT_OF_ORDER = 0.3
LEFT_OUT = 0.9
LEFT_OUT_ARTICLE = 0.2
LEFT_OUT_OF_MAKER = 0.3
FOREIGN_WORD, FOREIGN_LETTER = 3.0, 1.0
PRIOR = 5.0
WELL_KNOWN = 1_000.0
"""Of a small catalogue's few plays none says much."""
MOST_NAMES, MOST_MAKERS = 4, 6
MOST_WORDS = 24
"""Of a name, and of a query, that are compared one by one: each is looked for among all of the other's."""
IDEOGRAPHS = chr(FIRST_IDEOGRAPH)


class Names(NamedTuple):
    """What a thing goes by: the folded spellings of its own name, and of whoever made it."""

    own: Sequence[str]
    makers: Sequence[str] = ()

    @classmethod
    def read(cls, record: str) -> Self:
        own, _, makers = record.partition("\n\n")
        return cls(tuple(own.split("\n")), tuple(makers.split("\n")) if makers else ())

    @property
    def text(self) -> str:
        """All of it, a spelling on each line."""
        return "\n".join((*self.own, *self.makers))

    @property
    def record(self) -> str:
        """What `read` reads."""
        return "\n".join(self.own) + ("\n\n" + "\n".join(self.makers) if self.makers else "")


@dataclass(frozen=True)
class Asked:
    """A query as it is compared."""

    text: str

    @classmethod
    def of(cls, text: str) -> Self:
        return cls(cut(fold(text)))

    @cached_property
    def words(self) -> Sequence[str]:
        return self.text.split()

    @cached_property
    def joined(self) -> str:
        return self.text.replace(" ", "")

    @cached_property
    def in_digits(self) -> Asked | None:
        """The same with numbers in digits, where it has numbers."""
        return Asked(digits(self.text)) if has_numbers(self.words) else None

    @cached_property
    def variants(self) -> Sequence[str]:
        """The ways to write it that may be in the index."""
        if self.in_digits is None:
            return (self.text,)
        return tuple(dict.fromkeys((self.text, self.in_digits.text, " ".join(in_words(self.words)))))

    @cached_property
    def most_edits(self) -> int:
        """Of ideographs and syllables two that are right say much."""
        letters = len(self.joined)
        return max(most_edits(letters), letters - 2) if self.joined > IDEOGRAPHS else most_edits(letters)


def digits(text: str) -> str:
    return " ".join(in_digits(text.split()))


def most_edits(letters: int) -> int:
    """How many letters may be wrong in so many."""
    return 0 if letters < 3 else 1 if letters < 6 else 2 if letters < 9 else 3 if letters < 14 else 4


def costs(asked: Asked, candidates: Sequence[Names]) -> NDArray[Any]:
    """For each candidate what it costs to have typed this and meant that."""
    found = _costs(asked, candidates)
    if asked.in_digits is not None:
        counted = [Names([digits(one) for one in names.own], [digits(one) for one in names.makers]) for names in candidates]
        found = np.minimum(found, _costs(asked.in_digits, counted) + OTHER_SPELLING)
    return found


def _costs(asked: Asked, candidates: Sequence[Names]) -> NDArray[Any]:
    words = asked.words[:MOST_WORDS]
    matching = _matching(words, candidates)
    return np.minimum(_of_whole(asked, candidates), [_of_words(words, names, matching) for names in candidates])


def _of_whole(asked: Asked, candidates: Sequence[Names]) -> NDArray[Any]:
    texts: list[str] = []
    owners: list[int] = []
    base: list[float] = []
    for at, names in enumerate(candidates):
        for text, cost in _ways(names):
            texts.append(text)
            owners.append(at)
            base.append(cost)
    solid = [text.replace(" ", "") for text in texts]
    most, length = asked.most_edits, len(asked.joined)
    wrong = _distances(asked.joined, solid, most)
    spaced = _distances(asked.text, texts, 2 * most + 2)
    whole = EDIT * wrong + SPACING * np.maximum(spaced - wrong, 0)
    whole[wrong > most] = NO_MATCH
    begun = _of_beginning(asked, solid, texts, most, length)
    each = np.asarray(base) + np.minimum(whole, begun)
    found = np.full(len(candidates), NO_MATCH)
    np.minimum.at(found, np.asarray(owners), each)
    return found


def _of_beginning(asked: Asked, solid: Sequence[str], texts: Sequence[str], most: int, length: int) -> NDArray[Any]:
    missing = np.asarray([len(text) for text in solid]) - length
    wrong = np.full(len(solid), most + 1)
    for shift in (0, -1, 1) if most else (0,):
        wrong = np.minimum(wrong, _distances(asked.joined, [text[: max(length + shift, 0)] for text in solid], most))
    ends_word = np.asarray([text.startswith(asked.text + " ") for text in texts])
    cost = np.where(ends_word, BEGUN_WORD, BEGUN) + MISSING_LETTER * np.maximum(missing, 0) + EDIT * wrong
    return np.where((wrong > most) | (missing < 1), NO_MATCH, cost)


def _ways(names: Names) -> Iterable[tuple[str, float]]:
    """The ways to write the thing down, and what each costs."""
    for number, own in enumerate(names.own[:MOST_NAMES]):
        extra = OTHER_SPELLING * (number > 0)
        yield own, extra
        for maker in names.makers[:MOST_MAKERS]:
            yield f"{own} {maker}", BOTH + extra
            yield f"{maker} {own}", BOTH + extra
    for maker in names.makers[:MOST_MAKERS]:
        yield maker, MAKER_ALONE


def _distances(asked: str, texts: Sequence[str], most: int) -> NDArray[Any]:
    """Letters left out, put in, taken for another or swapped; `most` + 1 where there are more."""
    return cdist([asked], texts, scorer=OSA.distance, score_cutoff=most, dtype=np.int32)[0]


def _matching(words: Sequence[str], candidates: Sequence[Names]) -> Mapping[tuple[str, str], float]:
    """What it costs to take a word typed for a word of the candidates, for those that are near enough."""
    theirs = list({word for names in candidates for text in (*names.own, *names.makers) for word in _words(text)})
    found: dict[tuple[str, str], float] = {}
    for number, word in enumerate(words):
        allowed = most_edits(len(word))
        wrong = _distances(word, theirs, allowed)
        for at in np.flatnonzero(wrong <= allowed).tolist():
            found[word, theirs[at]] = EDIT * float(wrong[at])
        last = number == len(words) - 1
        for other in theirs:
            if other.startswith(word) and other != word:
                cost = (BEGUN if last else 2 * BEGUN) + MISSING_LETTER * (len(other) - len(word))
                found[word, other] = min(cost, found.get((word, other), NO_MATCH))
    return found


def _of_words(words: Sequence[str], names: Names, matching: Mapping[tuple[str, str], float]) -> float:
    """Word by word, in whatever order, the name's own words and those of its makers."""
    makers = _words(names.makers[0]) if names.makers else []
    return min(_aligned(words, _words(own), makers, matching) for own in names.own[:MOST_NAMES])


def _words(text: str) -> Sequence[str]:
    return text.split(maxsplit=MOST_WORDS)[:MOST_WORDS]


def _aligned(words: Sequence[str], own: Sequence[str], makers: Sequence[str], matching: Mapping[tuple[str, str], float]) -> float:
    theirs = [*own, *makers]
    free = dict.fromkeys(range(len(theirs)))
    cost, before = 0.0, None
    for word in words:
        price, place = _taken(word, theirs, free, before, matching)
        cost += price
        if place is not None:
            del free[place]
            if before is not None and place != before + 1:
                cost += OUT_OF_ORDER
            before = place
    return cost + _unsaid([theirs[at] for at in free if at < len(own)], own, [theirs[at] for at in free if at >= len(own)], makers)


def _taken(
    word: str, theirs: Sequence[str], free: Iterable[int], before: int | None, matching: Mapping[tuple[str, str], float]
) -> tuple[float, int | None]:
    """For which word it is taken, and what that costs; of words that cost the same for the one that comes next."""
    places = [(matching[word, theirs[at]], before is None or at != before + 1, at) for at in free if (word, theirs[at]) in matching]
    foreign = FOREIGN_WORD + FOREIGN_LETTER * len(word)
    price, _, place = min(places, default=(foreign, True, 0))
    return (price, place) if price < foreign else (foreign, None)


def _unsaid(own_left: Sequence[str], own: Sequence[str], makers_left: Sequence[str], makers: Sequence[str]) -> float:
    """What it costs to leave these words out; that makers are not mentioned costs nothing."""
    cost = sum(LEFT_OUT_ARTICLE if word in ARTICLES else LEFT_OUT for word in own_left)
    if len(own_left) == len(own):
        cost += MAKER_ALONE
    if len(makers_left) < len(makers):
        cost += sum(LEFT_OUT_OF_MAKER for word in makers_left if word not in ARTICLES)
    return cost


def prior(popularity: NDArray[Any], highest: float) -> NDArray[Any]:
    """How much better known things are preferred: by the order of magnitude, and never by more than an obvious mistake."""
    return PRIOR * np.log1p(popularity) / np.log1p(max(highest, WELL_KNOWN))


def most_cost(asked: Asked) -> float:
    """What costs more has nothing to do with what was typed."""
    return MAKER_ALONE + EDIT * asked.most_edits + 1
