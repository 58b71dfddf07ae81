"""Tunes: a motif is stated, repeated and changed, and comes to rest where the phrase ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from apps.console.demo.composer.parts import Writer
from apps.console.demo.composer.score import ENDING, Note, Plan, Section
from apps.console.demo.composer.theory import Scale

STEPS = (-2, -1, -1, 0, 1, 1, 2, 3)
"""Most of a tune goes by step; a leap is answered by a step back."""
PHRASES = ("AABA", "ABAC", "AABC", "ABAB")


@dataclass(frozen=True)
class Motif:
    rhythm: tuple[float, ...]
    """Beats; negative ones are rests."""
    steps: tuple[int, ...]
    """From each note to the next, in degrees of the scale."""


@dataclass(frozen=True)
class Singer:
    rhythms: Sequence[Sequence[float]]
    """Each two bars long."""
    lowest: int
    highest: int
    force: float = 0.7
    held: float = 0.92
    """How much of its time a note sounds."""
    mode: tuple[int, ...] | None = None
    """The steps of the scale that the tune keeps to; the piece's own without."""


def tune(singer: Singer, higher_in: str = "chorus") -> Writer:
    """A tune for each name of section, which is the same tune whenever the section comes again, a little adorned."""

    def write(plan: Plan, chance: Random) -> list[Note]:
        seed = chance.random()
        scale = Scale(plan.scale.tonic, singer.mode or plan.scale.steps)
        notes: list[Note] = []
        for section in plan.sections:
            if section.name == ENDING:
                notes += _rest(section, scale, singer)
                continue
            # Of the section's name, so that what comes again is known again.
            memory = Random(f"{seed} {section.name}")  # noqa: S311 - music, no secret
            lift = 2 if section.name == higher_in else 0
            notes += _sing(section, scale, singer, memory, chance, lift)
        return notes

    return write


def _sing(section: Section, scale: Scale, singer: Singer, memory: Random, chance: Random, lift: int) -> list[Note]:
    motifs = {letter: _motif(singer, memory) for letter in "ABC"}
    phrases = memory.choice(PHRASES)
    middle = (singer.lowest + singer.highest) // 2
    start = scale.degree(middle) + lift + memory.choice((-1, 0, 1))
    notes: list[Note] = []
    for number in range(section.bars // 2):
        letter = phrases[number % len(phrases)]
        beat = section.beat + number * 2 * section.beats
        last = number % 4 == 3 or number == section.bars // 2 - 1
        phrase = _phrase(motifs[letter], start, beat, section, scale, singer, closing=last)
        notes += _adorned(phrase, scale, chance) if section.repeat else phrase
    return notes


def _motif(singer: Singer, memory: Random) -> Motif:
    rhythm = tuple(memory.choice(singer.rhythms))
    steps: list[int] = []
    for _ in rhythm:
        leapt = steps and abs(steps[-1]) > 1
        steps.append((-1 if steps[-1] > 0 else 1) if leapt else memory.choice(STEPS))
    return Motif(rhythm, tuple(steps))


def _phrase(motif: Motif, start: int, beat: float, section: Section, scale: Scale, singer: Singer, *, closing: bool) -> list[Note]:
    notes: list[Note] = []
    degree, at = start, beat
    sounding = [number for number, beats in enumerate(motif.rhythm) if beats > 0]
    for number, (beats, step) in enumerate(zip(motif.rhythm, motif.steps, strict=True)):
        if beats > 0:
            strong = (at - beat) % 2 == 0 or beats >= 1.5
            pitch = _within(scale.pitch(degree), singer)
            if strong:
                pitch = _consonant(pitch, section.chord_at(at).nearest(pitch), scale)
            if closing and number == sounding[-1]:
                pitch = _within(section.chord_at(at).nearest(pitch), singer)
                beats_held = max(beats, section.beats / 2)
            else:
                beats_held = beats * singer.held
            force = singer.force * (1.0 if strong else 0.86)
            notes.append(Note(at, min(beats_held, section.end - at), pitch, force))
            degree = scale.degree(pitch) + step
        at += abs(beats)
    return notes


def _consonant(pitch: int, chord_pitch: int, scale: Scale) -> int:
    """A strong beat has a note of the chord, if one is near; of a pentatonic tune the scale's own note is never wrong."""
    near = abs(pitch - chord_pitch) <= 2
    return chord_pitch if near or len(scale.steps) > 5 else pitch


def _within(pitch: int, singer: Singer) -> int:
    while pitch > singer.highest:
        pitch -= 12
    while pitch < singer.lowest:
        pitch += 12
    return pitch


def _adorned(phrase: list[Note], scale: Scale, chance: Random) -> list[Note]:
    """Here and there a long note is approached from its neighbour."""
    notes: list[Note] = []
    for note in phrase:
        if note.beats >= 0.9 and chance.random() < 0.25:
            neighbour = scale.pitch(scale.degree(note.pitch) + chance.choice((-1, 1)))
            half = note.beats / 4
            notes += [
                Note(note.beat, half, neighbour, note.force * 0.85),
                Note(note.beat + half, note.beats - half, note.pitch, note.force),
            ]
        else:
            notes.append(note)
    return notes


def _rest(section: Section, scale: Scale, singer: Singer) -> list[Note]:
    middle = (singer.lowest + singer.highest) // 2
    pitch = middle + (scale.tonic - middle) % 12
    return [Note(section.beat, section.bars * section.beats, _within(pitch, singer), singer.force)]
