"""What can be held: each instrument gives the sound of one note, for its pitch, its seconds and how hard it is played."""

from __future__ import annotations

import numpy as np

from apps.console.demo.composer.sound.waves import (
    RATE,
    Samples,
    envelope,
    fade_ends,
    hertz,
    moments,
    noise,
    oscillator,
    partials,
    swept,
)

WIDTHS = (-0.11, 0.0, 0.09)
"""Semitones that the voices of an ensemble are apart."""
VOWEL = ((700, 130, 1.0), (1150, 160, 0.55), (2600, 260, 0.22), (3300, 320, 0.10))
"""Frequency, width and strength of what makes an "ah"."""


def vibrato(seconds: float, rate: float, depth: float, after: float = 0.25) -> Samples:
    """In semitones, growing after the note has begun."""
    time = moments(seconds)
    return np.sin(np.float32(2 * np.pi * rate) * time) * np.float32(depth) * np.clip((time - np.float32(after)) * 3, 0, 1)


def stretched(sound: Samples, count: int) -> Samples:
    """Exactly so many samples."""
    return sound[:count] if len(sound) >= count else np.pad(sound, (0, count - len(sound)))


def warm_pad(pitch: int, seconds: float, force: float) -> Samples:
    shape = envelope(seconds, min(0.9, seconds / 3), 2.0, 0.8, 1.6)
    total = len(shape) / RATE
    time = moments(total)
    cutoffs = (700 + 900 * force) * (1 + 0.5 * np.sin(np.float32(2 * np.pi * 0.11) * time + pitch)).astype(np.float32)
    voices = sum(swept("saw", pitch + width, total, cutoffs) for width in WIDTHS)
    return np.asarray(voices, dtype=np.float32) * shape * np.float32(0.3)


def choir(pitch: int, seconds: float, force: float) -> Samples:
    """Voices on an "ah"."""
    shape = envelope(seconds, min(0.5, seconds / 3), 1.0, 0.9, 0.9)
    total, frequency = len(shape) / RATE, hertz(pitch)
    sound = np.zeros_like(shape)
    for number, width in enumerate((-0.08, 0.07)):
        phase = np.cumsum(2.0 ** ((vibrato(total, 5.1 + number * 0.4, 0.12) + width) / 12) * (2 * np.pi * frequency / RATE))
        for harmonic in range(1, min(int(4200 / frequency), 14) + 1):
            at = harmonic * frequency
            strength = sum(level / (1 + ((at - centre) / breadth) ** 2) for centre, breadth, level in VOWEL)
            sound += np.sin((phase * harmonic + harmonic * number).astype(np.float32)) * np.float32(strength / harmonic**0.3)
    return sound * shape * np.float32(0.35)


def glass(pitch: int, seconds: float, force: float) -> Samples:
    """Frequency modulation, soft and far away."""
    shape = envelope(seconds, 0.02, 1.4, 0.25, 2.2)
    time = moments(len(shape) / RATE)
    turn = np.float32(2 * np.pi * hertz(pitch)) * time
    colour = np.float32(1.6 * force) * np.exp(-time * np.float32(1.8))
    return np.sin(turn + colour * np.sin(turn * np.float32(3.01))) * shape * np.float32(0.5)


def soft_lead(pitch: int, seconds: float, force: float) -> Samples:
    shape = envelope(seconds, 0.03, 0.4, 0.75, 0.25)
    total = len(shape) / RATE
    bend = vibrato(total, 5.4, 0.18)
    sound = (
        oscillator("triangle", pitch, total, 3200, bend=bend) + oscillator("0.3", pitch + 0.05, total, 1500 + 1500 * force, bend=bend) * 0.4
    )
    return sound * shape * np.float32(0.55)


def saw_lead(pitch: int, seconds: float, force: float) -> Samples:
    shape = envelope(seconds, 0.008, 0.3, 0.7, 0.3)
    total = len(shape) / RATE
    time = moments(total)
    cutoffs = (1100 + 4200 * force * np.exp(-time * np.float32(3.5))).astype(np.float32)
    bend = vibrato(total, 5.8, 0.14)
    sound = sum(swept("saw", pitch + width, total, cutoffs, 1.1, bend) for width in (-0.07, 0.08))
    return np.asarray(sound, dtype=np.float32) * shape * np.float32(0.32)


def synth_pluck(pitch: int, seconds: float, force: float) -> Samples:
    shape = envelope(min(seconds, 0.35), 0.003, 0.16, 0.0, 0.2)
    total = len(shape) / RATE
    cutoffs = (500 + 5200 * force * np.exp(-moments(total) * np.float32(11))).astype(np.float32)
    sound = swept("saw", pitch, total, cutoffs, 1.3) + swept("0.5", pitch + 0.06, total, cutoffs) * 0.5
    return sound * shape * np.float32(0.55)


def pulse(pitch: int, seconds: float, force: float, width: str = "0.25") -> Samples:
    """As the sound chips of the eighties made it."""
    shape = envelope(max(seconds - 0.015, 0.02), 0.002, 0.25, 0.6, 0.02)
    total = len(shape) / RATE
    bend = vibrato(total, 6.0, 0.16, 0.3)
    return oscillator(width, pitch, total, 14_000, 1.0, bend) * shape * np.float32(0.3 + 0.1 * force)


def thin_pulse(pitch: int, seconds: float, force: float) -> Samples:
    return pulse(pitch, seconds, force, "0.125")


def square(pitch: int, seconds: float, force: float) -> Samples:
    return pulse(pitch, seconds, force, "0.5")


def chip_triangle(pitch: int, seconds: float, force: float) -> Samples:
    shape = envelope(max(seconds - 0.02, 0.02), 0.002, 1.0, 0.9, 0.02)
    wave = oscillator("triangle", pitch, len(shape) / RATE, 9000)
    return np.round(wave * 7) / 7 * shape * np.float32(0.6)


def steel_string(pitch: int, seconds: float, force: float) -> Samples:
    """Karplus and Strong's string: a burst of noise goes round, a little duller and softer each time."""
    return _string(pitch, seconds, force, brightness=0.55 + 0.4 * force, ring=4.5, place=0.17)


def nylon_string(pitch: int, seconds: float, force: float) -> Samples:
    return _string(pitch, seconds, force, brightness=0.24 + 0.22 * force, ring=2.4, place=0.29)


def upright_bass(pitch: int, seconds: float, force: float) -> Samples:
    sound = _string(pitch, min(seconds, 1.6), force, brightness=0.10 + 0.1 * force, ring=1.3, place=0.35)
    body = partials(hertz(pitch), len(sound) / RATE, (1, 2), (0.7, 0.25), (0.6, 0.35))
    return (sound * np.float32(0.7) + stretched(body, len(sound))) * np.float32(0.62)


def _string(pitch: int, seconds: float, force: float, brightness: float, ring: float, place: float) -> Samples:
    period = RATE / hertz(pitch)
    whole = int(period - 0.5)
    share = period - 0.5 - whole
    total = int(min(seconds + 0.35, ring) * RATE)
    burst = noise(f"string {pitch}", (whole + 2) / RATE, 20, 1200 + 11_000 * brightness)[: whole + 1]
    # Plucked at a part of its length, a string lacks the harmonics that have a node there.
    burst = burst - np.roll(burst, int(place * whole)) * np.float32(0.8)
    burst = burst - burst.mean()
    loss = 10 ** (-3 * period / RATE / ring)
    rows = total // whole + 2
    sound = np.zeros(rows * whole + 1, dtype=np.float32)
    sound[: whole + 1] = burst
    kept, passed = np.float32(loss * (1 - share) * 0.5), np.float32(loss * share * 0.5)
    middle = kept + passed
    for row in range(1, rows):
        start = row * whole
        # y[n] = loss * (1/2)(y[n-N] + y[n-N-1]), between two whole periods where the pitch lies between them.
        now, one, two = (sound[max(start - whole - back, 0) : start - back] for back in range(3))
        if row == 1:
            one, two = np.append(np.float32(0), sound[: whole - 1]), np.append(np.zeros(2, np.float32), sound[: whole - 2])
        sound[start : start + whole] = kept * now + middle * one + passed * two
    return _damped(sound[:total], seconds, force)


def _damped(sound: Samples, seconds: float, force: float) -> Samples:
    """The finger comes down where the note is over."""
    time = moments(len(sound) / RATE)
    hand = np.exp(-np.maximum(time - np.float32(seconds), 0) * np.float32(12))
    return fade_ends(sound * hand * np.float32(0.75 * (0.4 + 0.6 * force) / max(float(np.abs(sound).max()), 1e-6)), 0.0005, 0.03)
