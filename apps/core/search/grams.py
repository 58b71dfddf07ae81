"""Trigrams of letters as numbers, and for each the entries that have it: built and asked without a loop over letters.

What is typed without a space has the letters on both sides of it in a row, so those are indexed as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]

SPACE, END = ord(" "), ord("\n")
FIRST_IDEOGRAPH = 0x2E80
"""From here on two letters say as much as three of an alphabet."""
FACTORS = np.array((0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9), dtype=np.uint64)
FEWEST_BITS, MOST_BITS = 12, 20
AT_ONCE = 50_000
"""Entries that are taken apart at once: it bounds the memory it takes."""


def buckets_for(letters: int) -> int:
    """Into how many buckets (as bits) the trigrams of so many letters fall."""
    return max(FEWEST_BITS, min(MOST_BITS, int(letters).bit_length()))


class Grams:
    """Immutable; safe to use from any number of threads."""

    def __init__(self, texts: Sequence[str]) -> None:
        """A text is the spellings of one entry, each on a line."""
        self._bits = buckets_for(sum(map(len, texts)))
        parts = [(at, *self._apart(texts[at : at + AT_ONCE])) for at in range(0, len(texts), AT_ONCE)]
        counts = np.zeros(1 << self._bits, dtype=np.int64)
        for _, buckets, _ in parts:
            counts += np.bincount(buckets, minlength=counts.size)
        self.starts = np.concatenate(([0], np.cumsum(counts)))
        self.entries = np.empty(self.starts[-1], dtype=np.int32)
        self.sizes = np.zeros(len(texts), dtype=np.float32)
        cursor = self.starts[:-1].copy()
        for at, buckets, entries in parts:
            here = np.bincount(buckets, minlength=counts.size)
            within = np.arange(buckets.size) - np.repeat(np.cumsum(here) - here, here)
            self.entries[cursor[buckets] + within] = entries + at
            cursor += here
            self.sizes[at : at + AT_ONCE] = np.bincount(entries, minlength=min(AT_ONCE, len(texts) - at))
        self.rarity = np.log1p(max(len(texts), 1) / np.maximum(counts, 1)).astype(np.float32)
        np.sqrt(np.maximum(self.sizes, 1), out=self.sizes)

    def _apart(self, texts: Sequence[str]) -> tuple[Numbers, Numbers]:
        """Bucket and entry of each trigram, once for each entry; sorted by both."""
        padded = ["  " + text.replace("\n", " \n  ") + " \n" for text in texts]
        letters = _letters("".join(padded))
        owners = np.repeat(np.arange(len(texts), dtype=np.uint64), [len(text) for text in padded])
        buckets, at = _buckets(letters, self._bits)
        pairs = np.unique(buckets << np.uint64(32) | owners[at])
        return (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32)

    def of_query(self, text: str) -> Numbers:
        """The buckets of a query's trigrams."""
        return np.unique(_buckets(_letters(f"  {text} \n"), self._bits)[0]).astype(np.int64)

    def shared(self, buckets: Numbers, most: int) -> Numbers:
        """For each entry how much it shares of the query's trigrams, the rarer ones counting more.

        Of the commonest only so many as keep the number of entries looked at below `most`.
        """
        lengths = self.starts[buckets + 1] - self.starts[buckets]
        order = np.argsort(lengths)
        order = order[: max(1, int(np.searchsorted(np.cumsum(lengths[order]), most, side="right")))]
        chosen, lengths = buckets[order], lengths[order]
        weights = self.rarity[chosen]
        starts = self.starts[chosen]
        found = np.concatenate([self.entries[start:end] for start, end in zip(starts.tolist(), (starts + lengths).tolist(), strict=True)])
        return np.bincount(found, np.repeat(weights, lengths), minlength=self.sizes.size)


def _letters(text: str) -> Numbers:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)


def _buckets(letters: Numbers, bits: int) -> tuple[Numbers, Numbers]:
    """The bucket of each trigram, with the place of its first letter."""
    spaced, at_spaced = _windows(letters, np.arange(letters.size))
    solid = np.flatnonzero(letters != SPACE)
    joined, at_joined = _windows(letters[solid], solid)
    across = solid[np.searchsorted(solid, at_joined) + 2] - at_joined > 2
    pairs = np.flatnonzero((letters[:-1] >= FIRST_IDEOGRAPH) & (letters[1:] >= FIRST_IDEOGRAPH))
    paired = letters[pairs] * FACTORS[1] ^ letters[pairs + 1] * FACTORS[2]
    hashed = np.concatenate((spaced, joined[across], paired))
    return (hashed * FACTORS[0]) >> np.uint64(64 - bits), np.concatenate((at_spaced, at_joined[across], pairs))


def _windows(letters: Numbers, places: Numbers) -> tuple[Numbers, Numbers]:
    """Three letters in a row that belong to one spelling."""
    first, second, third = letters[:-2], letters[1:-1], letters[2:]
    whole = (first != END) & (second != END) & (third != END)
    hashed = first * FACTORS[0] ^ second * FACTORS[1] ^ third * FACTORS[2]
    return hashed[whole], places[:-2][whole]
