"""What is played: notes by the beat, and the sections of a piece with their chords."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.console.demo.composer.theory import Chord, Scale, chord

ENDING = "ending"
"""The section of the last chord: the whole piece comes to rest in it."""


@dataclass(frozen=True)
class Note:
    beat: float
    beats: float
    pitch: int
    """A MIDI number; of drums, which of them it is does not depend on it."""
    force: float
    """From 0 to 1."""


@dataclass(frozen=True)
class Span:
    """One chord's time."""

    beat: float
    beats: float
    chord: Chord
    section: str
    first: float
    """The beat on which its section begins."""


@dataclass(frozen=True)
class Section:
    name: str
    beat: float
    bars: int
    beats: int
    """Of a bar."""
    repeat: int
    """How many of its name came before."""
    spans: tuple[Span, ...]

    @property
    def end(self) -> float:
        return self.beat + self.bars * self.beats

    def chord_at(self, beat: float) -> Chord:
        return next(span.chord for span in reversed(self.spans) if span.beat <= beat + 1e-6 or span is self.spans[0])


@dataclass(frozen=True)
class Plan:
    scale: Scale
    beats: int
    sections: tuple[Section, ...]

    @property
    def spans(self) -> list[Span]:
        return [span for section in self.sections for span in section.spans]

    @property
    def end(self) -> float:
        return self.sections[-1].end

    def only(self, names: Iterable[str]) -> Plan:
        """The plan of who plays in these sections alone."""
        wanted = set(names)
        return Plan(self.scale, self.beats, tuple(section for section in self.sections if section.name in wanted))


def lay_out(form: str, progressions: dict[str, str], scale: Scale, beats: int) -> Plan:
    """A plan from a form (`intro:4 verse:8 ending:1`) and the chords of each section, one bar after another (`I | vi IV | V7`)."""
    sections: list[Section] = []
    beat = 0.0
    for word in form.split():
        name, _, bars = word.partition(":")
        repeat = sum(section.name == name for section in sections)
        spans = tuple(_spans(name, beat, int(bars), progressions[name].split("|"), scale, beats))
        sections.append(Section(name, beat, int(bars), beats, repeat, spans))
        beat += int(bars) * beats
    return Plan(scale, beats, tuple(sections))


def _spans(name: str, first: float, bars: int, progression: Sequence[str], scale: Scale, beats: int) -> Iterable[Span]:
    if name == ENDING:
        yield Span(first, bars * beats, chord(progression[-1].strip(), scale.tonic), name, first)
        return
    for bar in range(bars):
        symbols = progression[bar % len(progression)].split()
        length = beats / len(symbols)
        for number, symbol in enumerate(symbols):
            yield Span(first + bar * beats + number * length, length, chord(symbol, scale.tonic), name, first)
