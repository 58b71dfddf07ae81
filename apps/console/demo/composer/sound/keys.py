"""What is struck: pianos, bars and bells, and the basses."""

from __future__ import annotations

import numpy as np

from apps.console.demo.composer.sound.instruments import stretched
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


def piano(pitch: int, seconds: float, force: float) -> Samples:
    """Partials a little sharp, as stiff strings have them, the high ones gone first; two strings a key, not quite in tune."""
    frequency, stiffness = hertz(pitch), 0.00028 * 2 ** ((pitch - 48) / 14)
    count = min(int(9000 / frequency) + 1, 22)
    numbers = range(1, count + 1)
    ratios = [number * (1 + stiffness * number**2) ** 0.5 for number in numbers]
    strengths = [np.sin(np.pi * number / 7.3) / number ** (1.55 - 0.75 * force) for number in numbers]
    ring = 3.4 * 2 ** ((48 - pitch) / 18)
    decays = [ring / (1 + 0.34 * (number - 1)) for number in numbers]
    total = min(seconds + 0.5, 6.0)
    sound = partials(frequency, total, ratios, strengths, decays) + partials(frequency * 1.0007, total, ratios, strengths, decays)
    hammer = noise(f"hammer {pitch % 5}", 0.03, 200, 2500) * np.float32(0.10 * force)
    sound[: len(hammer)] += hammer * np.linspace(1, 0, len(hammer), dtype=np.float32)
    return _released(sound, seconds, 0.22) * np.float32(0.34 * (0.35 + 0.65 * force))


def felt_piano(pitch: int, seconds: float, force: float) -> Samples:
    return piano(pitch, seconds, force * 0.35) * np.float32(1.6)


def electric_piano(pitch: int, seconds: float, force: float) -> Samples:
    """A tine and its tone bar, by frequency modulation."""
    total = min(seconds + 0.4, 4.0)
    time = moments(total)
    turn = np.float32(2 * np.pi * hertz(pitch)) * time
    bark = np.float32(0.4 + 1.5 * force) * np.exp(-time * np.float32(2.6))
    tine = np.float32(0.25 * force) * np.exp(-time * np.float32(9))
    sound = np.sin(turn + bark * np.sin(turn)) + tine * np.sin(turn * 7)
    tremolo = 1 - np.float32(0.16) * (1 + np.sin(np.float32(2 * np.pi * 4.6) * time)) / 2
    return _released(sound * tremolo * np.exp(-time * np.float32(0.9)), seconds, 0.15) * np.float32(0.4 * (0.5 + 0.5 * force))


def celesta(pitch: int, seconds: float, force: float) -> Samples:
    """Steel bars over wooden boxes."""
    sound = partials(hertz(pitch), 2.4, (1, 2.01, 4.02, 6.7), (1, 0.18, 0.32 * (0.5 + force), 0.10), (0.75, 0.5, 0.22, 0.07))
    return fade_ends(sound, 0.001, 0.2) * np.float32(0.5 * (0.4 + 0.6 * force))


def music_box(pitch: int, seconds: float, force: float) -> Samples:
    """Combs of steel, plucked by pins."""
    sound = partials(hertz(pitch), 1.9, (1, 3.0, 6.27, 9.1), (1, 0.22, 0.34, 0.16), (0.62, 0.30, 0.12, 0.05))
    pin = noise(f"pin {pitch % 3}", 0.012, 3000, 12_000)
    sound[: len(pin)] += pin * np.linspace(0.12, 0, len(pin), dtype=np.float32)
    return fade_ends(sound, 0.0005, 0.2) * np.float32(0.45 * (0.4 + 0.6 * force))


def marimba(pitch: int, seconds: float, force: float) -> Samples:
    low = 2 ** ((60 - pitch) / 22)
    sound = partials(hertz(pitch), 1.3, (1, 3.93, 9.24), (1, 0.28 * (0.4 + force), 0.10 * force), (0.34 * low, 0.11 * low, 0.035))
    mallet = noise(f"mallet {pitch % 4}", 0.015, 100, 1600)
    sound[: len(mallet)] += mallet * np.linspace(0.16 * force, 0, len(mallet), dtype=np.float32)
    return fade_ends(sound, 0.0008, 0.1) * np.float32(0.62 * (0.4 + 0.6 * force))


def vibraphone(pitch: int, seconds: float, force: float) -> Samples:
    total = min(seconds + 0.9, 4.0)
    sound = partials(hertz(pitch), total, (1, 4.0, 10.1), (1, 0.22 * (0.5 + force), 0.05), (1.3, 0.4, 0.08))
    turning = 1 - np.float32(0.3) * (1 + np.sin(np.float32(2 * np.pi * 5.2) * moments(total))) / 2
    return _released(sound * turning, seconds, 0.5) * np.float32(0.5 * (0.4 + 0.6 * force))


def organ_stab(pitch: int, seconds: float, force: float) -> Samples:
    """The short chord on the off-beat."""
    shape = envelope(min(seconds, 0.16), 0.004, 0.2, 0.5, 0.09)
    total = len(shape) / RATE
    sound = oscillator("0.5", pitch, total, 1700) + oscillator("saw", pitch + 12.03, total, 1500) * 0.35
    return sound * shape * np.float32(0.42)


def house_piano(pitch: int, seconds: float, force: float) -> Samples:
    """Bright and short, as it was sampled on every dance floor."""
    return piano(pitch, min(seconds, 0.5), 1.0) * np.float32(0.55)


def sub_bass(pitch: int, seconds: float, force: float) -> Samples:
    shape = envelope(seconds, 0.008, 0.5, 0.85, 0.07)
    time = moments(len(shape) / RATE)
    turn = np.float32(2 * np.pi * hertz(pitch)) * time
    return (np.sin(turn) + np.float32(0.22) * np.sin(turn * 2) + np.float32(0.08) * np.sin(turn * 3)) * shape * np.float32(0.62)


def saw_bass(pitch: int, seconds: float, force: float) -> Samples:
    shape = envelope(seconds, 0.004, 0.25, 0.7, 0.05)
    total = len(shape) / RATE
    cutoffs = (220 + 1500 * force * np.exp(-moments(total) * np.float32(9))).astype(np.float32)
    sound = swept("saw", pitch, total, cutoffs, 1.5)
    return (sound * np.float32(0.7) + stretched(sub_bass(pitch, seconds, force), len(shape)) * np.float32(0.4)) * shape * np.float32(0.8)


def reese(pitch: int, seconds: float, force: float) -> Samples:
    """Two saws beating against each other, over their own fundamental."""
    shape = envelope(seconds, 0.012, 1.0, 0.9, 0.06)
    total = len(shape) / RATE
    cutoffs = (420 + 380 * np.sin(np.float32(2 * np.pi * 0.9) * moments(total))).astype(np.float32)
    sound = swept("saw", pitch + 12 - 0.16, total, cutoffs, 1.2) + swept("saw", pitch + 12 + 0.16, total, cutoffs, 1.2)
    return (sound * np.float32(0.3) + stretched(sub_bass(pitch, seconds, force), len(shape)) * np.float32(0.6)) * shape


def _released(sound: Samples, seconds: float, release: float) -> Samples:
    """The damper falls where the note is over."""
    time = moments(len(sound) / RATE)
    return fade_ends(sound * np.exp(-np.maximum(time - np.float32(seconds), 0) / np.float32(release / 3)), 0.001, 0.04)
