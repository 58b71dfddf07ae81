"""Whether two recordings sound the same, by their fingerprints: careful rather than complete, as a wrong link plays the wrong music.

What was measured: another encoding of the same sound differs in less than one bit of a hundred. A remaster differs in eight, and in eleven
where it differs most; a version with half a second taken out in two, but in twenty-four where that is; a faster one in twelve, and another
song in more than forty.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint32]

KEPT_OF = 4
"""Of the one that is compared with, every fourth number counts: they overlap by far more."""
MARKS = 12
"""So many of its numbers a recording is found by: the same ones wherever it begins, for the lowest of their hashes are chosen."""
LEAST_KEPT = 25
"""About thirteen seconds: shorter ones have too little that is their own."""
LEAST_VARIETY = 0.3
"""The share of numbers that must differ from each other: silence and steady tones are all alike."""
MOST_SHIFTED = 16
"""By how many numbers one may be longer than the other."""
SHIFTS = range(-8, 9)
"""By how many numbers, an eighth of a second each, one may begin sooner than the other."""
MOST_DIFFERENT = 0.085
WINDOW = 4
"""Kept numbers, two seconds."""
VERSION = re.compile(
    r"\b(re-?master(ed)?|re-?mix|rmx|mix|edit|live|demo|acoustic|instrumental|karaoke|clean|explicit|radio|extended|mono|stereo|take|version"
    r"|dub|a ?cappella|unplugged|session|re-?recorded|[0-9]{4})\b",
    re.IGNORECASE,
)


def read(fingerprint: bytes) -> Frames:
    whole = len(fingerprint) - len(fingerprint) % 4
    return np.frombuffer(fingerprint[:whole], dtype="<u4").astype(np.uint32)


def kept(frames: Frames) -> Frames:
    return frames[::KEPT_OF]


def says_enough(frames: Frames) -> bool:
    stored = kept(frames)
    return len(stored) >= LEAST_KEPT and len(np.unique(stored)) >= LEAST_VARIETY * len(stored)


def marks(frames: Frames) -> list[int]:
    """Numbers that are the same for most encodings of one sound; what is held, as silence is, marks nothing."""
    changing = np.unique(frames[1:][frames[1:] != frames[:-1]])
    mixed = (changing ^ (changing >> np.uint32(16))) * np.uint32(2_654_435_761)
    chosen = changing[np.argsort(mixed, kind="stable")[:MARKS]]
    return [int(one) for one in chosen.view(np.int32)]


def is_same(frames: Frames, stored: Frames) -> bool:
    """Nowhere for two seconds do more than a few bits differ: a cut word, or another mix, makes another recording."""
    if not -MOST_SHIFTED <= len(frames) - len(stored) * KEPT_OF <= MOST_SHIFTED:
        return False
    places = np.arange(len(stored)) * KEPT_OF
    best = min((_difference(frames, places, stored, shift) for shift in SHIFTS), key=lambda one: one.mean())
    windows = np.convolve(best, np.ones(WINDOW) / WINDOW, mode="valid")
    return bool(windows.max() <= MOST_DIFFERENT)


def same_version(one: str, other: str) -> bool:
    """Whether two titles speak of the same version: a remaster of one year is not that of another."""
    first, second = ({word.group().lower() for word in VERSION.finditer(title)} for title in (one, other))
    return first == second


def _difference(frames: Frames, places: NDArray[np.intp], numbers: Frames, shift: int) -> NDArray[np.float64]:
    """The share of bits that differ at each place where both are."""
    shifted = places + shift
    both = (shifted >= 0) & (shifted < len(frames))
    there, numbers = frames[shifted[both]], numbers[both]
    return np.bitwise_count(there ^ numbers) / 32
