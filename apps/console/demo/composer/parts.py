"""Who plays what: each function gives a writer, which turns a plan into one player's notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from random import Random

from apps.console.demo.composer.score import ENDING, Note, Plan, Span
from apps.console.demo.composer.theory import OCTAVE, voiced

Writer = Callable[[Plan, Random], list[Note]]

FORCES = {"x": 0.72, "X": 1.0, "o": 0.42}
"""How hard the signs of a pattern are played; every other sign is a rest, `-` holds what sounds."""


def chords(lowest: int, highest: int, voices: int = 4, force: float = 0.6, held: float = 1.0) -> Writer:
    """Every chord for as long as it lasts, or that part of it."""

    def write(plan: Plan, _: Random) -> list[Note]:
        spans = plan.spans
        stacks = voiced((span.chord for span in spans), lowest, highest, voices)
        return [Note(span.beat, span.beats * held, pitch, force) for span, stack in zip(spans, stacks, strict=True) for pitch in stack]

    return write


def strummed(pattern: str, lowest: int, highest: int, voices: int = 4, spread: float = 0.0) -> Writer:
    """The chords in a rhythm; each string `spread` beats after the one below it. A chord that ends the piece is held."""

    def write(plan: Plan, chance: Random) -> list[Note]:
        spans = plan.spans
        stacks = voiced((span.chord for span in spans), lowest, highest, voices)
        notes: list[Note] = []
        for span, stack in zip(spans, stacks, strict=True):
            strokes = [(0.0, span.beats, 0.72)] if span.section == ENDING else _strokes(pattern, span, plan.beats)
            for at, beats, force in strokes:
                for number, pitch in enumerate(stack):
                    notes.append(Note(span.beat + at + number * spread, beats, pitch, force * chance.uniform(0.88, 1.0)))
        return notes

    return write


def bass(pattern: str, lowest: int = 33, leading: bool = False) -> Writer:
    """The root and its neighbours in a rhythm: `1` is the root, `5` the fifth, `8` the octave, `3` the chord's third, `-` holds.

    `leading`: the last note before another chord goes to it by a semitone.
    """

    def write(plan: Plan, chance: Random) -> list[Note]:
        notes: list[Note] = []
        spans = plan.spans
        for span, following in zip(spans, [*spans[1:], None], strict=False):
            root = span.chord.root_above(lowest)
            steps = {"1": 0, "3": span.chord.intervals[1], "5": 7, "8": OCTAVE}
            signs = "1-------" if span.section == ENDING else pattern
            played = list(_strokes(signs, span, plan.beats, dict.fromkeys(steps, 0.8)))
            for number, (at, beats, force) in enumerate(played):
                sign = _sign(signs, span, plan.beats, at)
                pitch = root + steps[sign]
                if leading and following and number == len(played) - 1 and number and following.chord != span.chord:
                    pitch = following.chord.root_above(lowest) + chance.choice((-1, 1))
                notes.append(Note(span.beat + at, beats, pitch, force * chance.uniform(0.9, 1.0)))
        return notes

    return write


def arpeggio(order: Sequence[int], step: float, lowest: int, held: float = 1.0, force: float = 0.6) -> Writer:
    """The chord's pitches one by one, a note every `step` beats; the last chord only once through."""

    def write(plan: Plan, chance: Random) -> list[Note]:
        notes: list[Note] = []
        for span in plan.spans:
            ladder = span.chord.above(lowest, max(order) + 1)
            count = round(span.beats / step)
            if span.section == ENDING:
                count = min(count, len(order))
            for number, rung in zip(range(count), cycle(order), strict=False):
                weight = force * (1.15 if number % 4 == 0 else 1.0) * chance.uniform(0.85, 1.0)
                notes.append(Note(span.beat + number * step, step * held, ladder[rung], min(weight, 1.0)))
        return notes

    return write


def drums(pattern: str, *variations: str, fill: str = "") -> Writer:
    """A bar of strokes over and over, now and then a variation of it, and a fill in the last bar of every section."""

    def write(plan: Plan, chance: Random) -> list[Note]:
        notes: list[Note] = []
        for section in plan.sections:
            for bar in range(section.bars):
                signs = pattern
                if variations and bar % 4 == 3:
                    signs = chance.choice(variations)
                if fill and bar == section.bars - 1 and section.bars > 1:
                    signs = fill
                notes += _bar(signs, section.beat + bar * section.beats, section.beats, chance)
        return notes

    return write


def once(at: str = "start") -> Writer:
    """One stroke where a section begins."""

    def write(plan: Plan, _: Random) -> list[Note]:
        return [Note(section.beat if at == "start" else section.end, section.beats * 2, 60, 0.8) for section in plan.sections]

    return write


def drone(pitch_above: int, fifth: bool = False) -> Writer:
    """The tonic through every section, with its fifth or without."""

    def write(plan: Plan, _: Random) -> list[Note]:
        root = pitch_above + (plan.scale.tonic - pitch_above) % OCTAVE
        pitches = (root, root + 7) if fifth else (root,)
        return [Note(section.beat, section.bars * section.beats, pitch, 0.6) for section in plan.sections for pitch in pitches]

    return write


def _bar(signs: str, beat: float, beats: int, chance: Random) -> Iterator[Note]:
    step = beats / len(signs)
    for number, sign in enumerate(signs):
        if sign in FORCES:
            yield Note(beat + number * step, step, 60, FORCES[sign] * chance.uniform(0.9, 1.0))


def _strokes(signs: str, span: Span, beats: int, forces: dict[str, float] = FORCES) -> Iterator[tuple[float, float, float]]:
    """When after the span's begin, for how long and how hard: the pattern is a bar, of which the span may be a part."""
    step = beats / len(signs)
    count = round(span.beats / step)
    offset = round((span.beat - span.first) / step)
    window = [signs[(offset + number) % len(signs)] for number in range(count)]
    for number, sign in enumerate(window):
        if sign in forces:
            held = 1
            while number + held < count and window[number + held] == "-":
                held += 1
            yield number * step, held * step, forces[sign]


def _sign(signs: str, span: Span, beats: int, at: float) -> str:
    step = beats / len(signs)
    return signs[round((span.beat - span.first + at) / step) % len(signs)]
