"""Where it is played: reverberation, echoes, and filters over everything."""

from __future__ import annotations

from functools import cache

import numpy as np

from apps.console.demo.composer.sound.waves import RATE, Samples, moments, noise

BLOCK = 1 << 15
HALF = RATE // 2


def convolve(signal: Samples, impulse: Samples) -> Samples:
    """As long as the signal; in blocks, which stay in the processor's cache."""
    size = max(BLOCK, 1 << (2 * len(impulse) - 1).bit_length())
    hop = size - len(impulse) + 1
    count = -(-len(signal) // hop)
    padded = np.pad(signal, (0, count * hop - len(signal))).reshape(count, hop)
    product = np.fft.irfft(np.fft.rfft(padded, size) * np.fft.rfft(impulse, size), size).astype(np.float32)
    sound = np.zeros(count * hop + size, dtype=np.float32)
    for number, block in enumerate(product):
        sound[number * hop : number * hop + size] += block
    return sound[: len(signal)]


@cache
def _room(seconds: float, brightness: float, side: str) -> Samples:
    """A room's answer to a handclap, at half the rate: first reflections, then a tail whose high tones are gone first."""
    count = int(seconds * HALF)
    time = np.arange(count, dtype=np.float32) / HALF
    tail = np.zeros(count, dtype=np.float32)
    for low, high, ring in ((100, 900, 1.0), (900, 3000, 0.75), (3000, 9000, 0.5 * brightness)):
        # Made for the whole rate and taken as samples of half of it: an octave lower.
        band = noise(f"room {side} {low}", count / RATE + 0.001, low * 2, min(high * 2, 15_000))[:count]
        tail += band * np.exp(time * np.float32(-6.9 / (seconds * ring)))
    tail *= np.minimum(time / 0.02, 1)
    chance = np.random.Generator(np.random.PCG64(len(side)))
    for at in chance.uniform(0.006, 0.06, size=7):
        tail[int(at * HALF)] += np.float32(chance.choice((-1, 1)) * 1.2 * np.exp(-at * 18))
    return tail / np.sqrt(np.sum(tail**2))


def reverberate(signal: Samples, seconds: float, brightness: float) -> Samples:
    """What comes back from the room, on both sides; at half the rate, as rooms swallow the highest tones."""
    half = _halved(signal)
    return np.stack([_doubled(convolve(half, _room(seconds, brightness, side)), len(signal)) for side in ("left", "right")])


def echo(signal: Samples, seconds: float, feedback: float, count: int = 6) -> Samples:
    """Repeats from one side to the other, each duller than the one before; at half the rate, too."""
    repeated = _halved(signal)
    sides = np.zeros((2, len(repeated)), dtype=np.float32)
    step = int(seconds * HALF)
    for number in range(count):
        repeated = np.pad(repeated, (step, 0))[: len(repeated)]
        # What tape does to high tones: each sample with its neighbours.
        repeated[1:-1] = (repeated[:-2] + 2 * repeated[1:-1] + repeated[2:]) * np.float32(feedback / 4)
        sides[number % 2] += repeated
        sides[1 - number % 2] += repeated * np.float32(0.25)
    return np.stack([_doubled(side, len(signal)) for side in sides])


def _halved(signal: Samples) -> Samples:
    even = len(signal) // 2 * 2
    return (signal[:even:2] + signal[1:even:2]) * np.float32(0.5)


def _doubled(half: Samples, count: int) -> Samples:
    """Back to the whole rate, with the mean between two samples."""
    sound = np.zeros(count, dtype=np.float32)
    sound[: 2 * len(half) : 2] = half
    sound[1 : 2 * len(half) - 1 : 2] = (half[:-1] + half[1:]) * np.float32(0.5)
    return sound


@cache
def _equaliser(low: float, high: float, tilt: float) -> Samples:
    """A linear filter: nothing below `low`, less above `high`, and so many decibels more or less from the bass to the top."""
    size = 4096
    frequency = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1.0)
    response = 1 / np.sqrt(1 + (low / frequency) ** 8) / np.sqrt(1 + (frequency / high) ** 6)
    response *= 10 ** (tilt / 20 * np.clip(np.log2(frequency / 700) / 5, -1, 1))
    impulse = np.roll(np.fft.irfft(response), size // 2) * np.hanning(size)
    return impulse.astype(np.float32)


def equalise(signal: Samples, low: float, high: float, tilt: float) -> Samples:
    impulse = _equaliser(low, high, tilt)
    delay = len(impulse) // 2
    return convolve(np.pad(signal, (0, delay)), impulse)[delay:]


def wobble(sides: Samples, depth: float) -> Samples:
    """A tape that does not run quite evenly; `depth` in seconds."""
    time = moments(sides.shape[1] / RATE)[: sides.shape[1]].astype(np.float64)
    drift = depth * (np.sin(2 * np.pi * 0.45 * time) + 0.35 * np.sin(2 * np.pi * 2.7 * time + 1))
    places = np.arange(sides.shape[1], dtype=np.float64) + drift * RATE
    index = np.arange(sides.shape[1], dtype=np.float64)
    return np.stack([np.interp(places, index, side) for side in sides]).astype(np.float32)
