"""From a piece to its sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np

from apps.console.demo.composer.score import Note, Plan
from apps.console.demo.composer.sound.mastering import master
from apps.console.demo.composer.sound.rooms import echo, equalise, reverberate, wobble
from apps.console.demo.composer.sound.waves import RATE, Samples

Instrument = Callable[[int, float, float], Samples]
TAIL = 3.0
"""Seconds after the last note, in which it dies away."""
QUIET = 10 ** (-60 / 20)


@dataclass(frozen=True)
class Track:
    """One player in the mix."""

    instrument: Instrument
    notes: Sequence[Note]
    level: float
    """Decibels."""
    pan: float = 0.0
    """-1 is left, 1 right."""
    width: float = 0.0
    """How far its notes are spread around that place, the low ones to the left."""
    room: float = 0.2
    """How much of it is sent into the room."""
    echo: float = 0.0
    pumped: bool = False
    """Whether the kick pushes it down."""
    loose: float = 0.0
    """Seconds by which its notes may be early or late."""


@dataclass(frozen=True)
class Hall:
    """What a style does with everything that is played."""

    seconds: float = 1.6
    brightness: float = 0.8
    echo_beats: float = 0.75
    feedback: float = 0.5
    low: float = 28.0
    high: float = 16_000.0
    tilt: float = 0.0
    wobble: float = 0.0


@dataclass
class Mixer:
    """Notes become sound in three places: what is heard, what goes into the room, and what is echoed."""

    tempo: float
    swing: float
    length: int
    chance: Random
    dry: Samples = field(init=False)
    room: Samples = field(init=False)
    echoed: Samples = field(init=False)

    def __post_init__(self) -> None:
        self.dry = np.zeros((2, self.length), dtype=np.float32)
        self.room = np.zeros(self.length, dtype=np.float32)
        self.echoed = np.zeros(self.length, dtype=np.float32)

    def seconds(self, beat: float) -> float:
        """Swung: the second of two eighths comes late, and with it what lies between."""
        whole, part = divmod(beat, 1.0)
        late = self.swing * (part * 2 if part <= 0.5 else (1 - part) * 2) * 0.5
        return (whole + part + late) * 60 / self.tempo

    def play(self, track: Track, pump: Samples | None) -> None:
        sides = np.zeros((2, self.length), dtype=np.float32)
        sounds: dict[tuple[int, float, float], Samples] = {}
        pitches = [note.pitch for note in track.notes]
        lowest, span = min(pitches, default=0), max(max(pitches, default=0) - min(pitches, default=0), 1)
        for note in track.notes:
            start = max(int((self.seconds(note.beat) + self.chance.uniform(-track.loose, track.loose)) * RATE), 0)
            if start >= self.length:
                continue
            seconds = round(self.seconds(note.beat + note.beats) - self.seconds(note.beat), 2)
            # A few degrees of force, so that most notes have been made before.
            force = round(note.force * 6) / 6
            key = (note.pitch, seconds, force)
            if key not in sounds:
                sounds[key] = track.instrument(note.pitch, seconds, force)
            place = track.pan + track.width * ((note.pitch - lowest) / span * 2 - 1)
            self._add(sides, sounds[key], start, place)
        sides *= np.float32(10 ** (track.level / 20))
        if track.pumped and pump is not None:
            sides *= pump
        self.dry += sides
        if track.room or track.echo:
            middle = (sides[0] + sides[1]) * np.float32(0.5)
            self.room += middle * np.float32(track.room)
            self.echoed += middle * np.float32(track.echo)

    def _add(self, sides: Samples, sound: Samples, start: int, place: float) -> None:
        angle = (min(max(place, -1.0), 1.0) + 1) * np.pi / 4
        end = min(start + len(sound), self.length)
        for side, share in zip(sides, (np.cos(angle), np.sin(angle)), strict=True):
            side[start:end] += sound[: end - start] * np.float32(share * 1.4142)


def render(
    plan: Plan,
    tracks: Sequence[Track],
    tempo: float,
    swing: float,
    hall: Hall,
    seed: str,
    kick: Sequence[Note] = (),
    longest: float | None = None,
) -> Samples:
    """Both sides of a piece, mastered: the whole of it, or its first seconds. `kick` pushes down whoever is pumped."""
    seconds = plan.end * 60 / tempo + TAIL
    length = int(min(seconds, longest or seconds) * RATE)
    mixer = Mixer(tempo, swing, length, Random(seed))  # noqa: S311 - music, no secret
    pump = _pump(mixer, kick) if kick else None
    for track in tracks:
        mixer.play(track, pump)
    sides = mixer.dry
    if mixer.echoed.any():
        repeats = echo(mixer.echoed, hall.echo_beats * 60 / tempo, hall.feedback)
        sides = sides + repeats
        mixer.room += repeats.mean(axis=0) * np.float32(0.4)
    sides = sides + reverberate(mixer.room, hall.seconds, hall.brightness)
    sides = np.stack([equalise(side, hall.low, hall.high, hall.tilt) for side in sides])
    if hall.wobble:
        sides = wobble(sides, hall.wobble)
    return _ended(master(sides))


def _pump(mixer: Mixer, kick: Sequence[Note]) -> Samples:
    gain = np.ones(mixer.length, dtype=np.float32)
    dip = 1 - np.float32(0.62) * np.exp(-np.arange(int(0.3 * RATE), dtype=np.float32) / np.float32(0.1 * RATE))
    for note in kick:
        start = int(mixer.seconds(note.beat) * RATE)
        part = gain[start : start + len(dip)]
        np.minimum(part, dip[: len(part)], out=part)
    return gain


def _ended(sides: Samples) -> Samples:
    """Without the silence after the last sound, and out by a short fade."""
    heard = np.flatnonzero(np.abs(sides).max(axis=0) > QUIET)
    end = min(int(heard[-1]) + RATE // 5, sides.shape[1]) if len(heard) else sides.shape[1]
    sides = sides[:, :end].copy()
    fade = min(RATE, end)
    sides[:, -fade:] *= np.linspace(1, 0, fade, dtype=np.float32) ** 2
    return sides
