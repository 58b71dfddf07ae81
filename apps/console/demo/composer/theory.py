"""Keys, scales and chords. Pitches are MIDI numbers: 60 is middle C, 12 an octave."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

OCTAVE = 12
MODES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
}
NUMERALS = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}
ACCIDENTALS = {"b": -1, "": 0, "#": 1}
QUALITIES = {
    "": (0, 4, 7), "6": (0, 4, 7, 9), "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11), "9": (0, 4, 7, 10, 14), "maj9": (0, 4, 7, 11, 14),
    "add9": (0, 4, 7, 14), "69": (0, 4, 7, 9, 14), "13": (0, 4, 10, 14, 21), "sus2": (0, 2, 7), "sus4": (0, 5, 7), "7b9": (0, 4, 7, 10, 13),
}  # fmt: skip
MINOR_QUALITIES = {
    "": (0, 3, 7), "6": (0, 3, 7, 9), "7": (0, 3, 7, 10), "maj7": (0, 3, 7, 11), "9": (0, 3, 7, 10, 14), "add9": (0, 3, 7, 14),
    "11": (0, 3, 7, 10, 17), "dim": (0, 3, 6), "7b5": (0, 3, 6, 10),
}  # fmt: skip
SYMBOL = re.compile(r"(b|#|)(III|II|IV|I|VII|VI|V|iii|ii|iv|i|vii|vi|v)(.*)")


@dataclass(frozen=True)
class Scale:
    tonic: int
    steps: tuple[int, ...]

    def pitch(self, degree: int) -> int:
        """Of the degree, where 0 is the tonic itself and the octaves go on above and below."""
        octave, step = divmod(degree, len(self.steps))
        return self.tonic + OCTAVE * octave + self.steps[step]

    def degree(self, pitch: int) -> int:
        """Of the nearest pitch of the scale, the lower one of two."""
        octave = (pitch - self.tonic) // OCTAVE
        around = range((octave - 1) * len(self.steps), (octave + 2) * len(self.steps))
        return min(around, key=lambda degree: abs(self.pitch(degree) - pitch))

    def __contains__(self, pitch: int) -> bool:
        return (pitch - self.tonic) % OCTAVE in self.steps


@dataclass(frozen=True)
class Chord:
    root: int
    """A pitch class, from 0 to 11."""
    intervals: tuple[int, ...]

    @property
    def classes(self) -> tuple[int, ...]:
        return tuple((self.root + interval) % OCTAVE for interval in self.intervals)

    def nearest(self, pitch: int) -> int:
        """The chord's pitch that is nearest, wherever it lies."""
        return min(range(pitch - 6, pitch + 7), key=lambda one: (one % OCTAVE not in self.classes, abs(one - pitch)))

    def above(self, lowest: int, count: int) -> list[int]:
        """The chord's pitches from `lowest` upwards."""
        pitches = (pitch for pitch in range(lowest, lowest + 8 * OCTAVE) if pitch % OCTAVE in self.classes)
        return [pitch for pitch, _ in zip(pitches, range(count), strict=False)]

    def root_above(self, lowest: int) -> int:
        return lowest + (self.root - lowest) % OCTAVE


def chord(symbol: str, tonic: int) -> Chord:
    """A chord by its Roman numeral against the major scale of the tonic: `ii7`, `bVIImaj7`, `V7b9`; small ones are minor."""
    found = SYMBOL.fullmatch(symbol)
    if found is None:
        raise ValueError(f"{symbol!r} is no chord: write a Roman numeral and a quality, as in ii7 or bVIImaj7.")
    accidental, numeral, quality = found.groups()
    intervals = (QUALITIES if numeral.isupper() else MINOR_QUALITIES)[quality]
    return Chord((tonic + ACCIDENTALS[accidental] + NUMERALS[numeral.upper()]) % OCTAVE, intervals)


def voiced(chords: Iterable[Chord], lowest: int, highest: int, voices: int) -> list[tuple[int, ...]]:
    """Each chord's pitches within the range, with as little movement from one chord to the next as there can be."""
    middle = (lowest + highest) / 2
    before: Sequence[float] = [middle + 3.5 * (number - (voices - 1) / 2) for number in range(voices)]
    found: list[tuple[int, ...]] = []
    for one in chords:
        choices = list(_voicings(one, lowest, highest, voices))
        before = min(choices, key=lambda pitches: _movement(before, pitches))
        found.append(tuple(int(pitch) for pitch in before))
    return found


def _voicings(one: Chord, lowest: int, highest: int, voices: int) -> Iterable[tuple[int, ...]]:
    # The third and what colours the chord come before its root and fifth, which the bass has.
    essential = sorted(one.classes, key=lambda pitch_class: (pitch_class in {one.root, (one.root + 7) % OCTAVE}, pitch_class))[:voices]
    places = [[pitch for pitch in range(lowest, highest + 1) if pitch % OCTAVE == pitch_class] for pitch_class in essential]
    return (tuple(sorted(pitches)) for pitches in product(*places))


def _movement(before: Sequence[float], after: Sequence[int]) -> float:
    moved = sum(abs(old - new) for old, new in zip(before, after, strict=False))
    crowded = sum(4 for low, high in pairwise(after) if high - low < 2)
    return moved + crowded
