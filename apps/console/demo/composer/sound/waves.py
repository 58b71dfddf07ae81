"""Where sounds come from: band-limited waves, partials, noise, and the envelopes that shape them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
TABLE = 2048
SETTINGS, LOWEST_SETTING = 25, 3
"""Of a filter: how many, and which of them lies at the fundamental itself."""
LONGEST_NOISE = 1 << 18
BRIGHTEST = 15_000.0
"""Hertz; above it nothing is made, so that nothing folds back."""
Samples = NDArray[np.floating[Any]]


def hertz(pitch: float) -> float:
    return 440.0 * 2 ** ((pitch - 69) / 12)


def moments(seconds: float) -> Samples:
    """The time of each sample, in seconds."""
    return np.arange(max(round(seconds * RATE), 1), dtype=np.float32) / np.float32(RATE)


@cache
def _tables(shape: str, harmonics: int, resonance: float) -> Samples:
    """One cycle of a wave for each of its filter's settings, from wide shut to open, half an octave apart.

    Above the filter's frequency harmonics fall off by twelve decibels an octave.
    """
    number = np.arange(1, harmonics + 1, dtype=np.float32)
    if shape == "saw":
        strength = 1 / number
    elif shape == "triangle":
        strength = np.where(number % 2 == 1, 1 / number**2, 0.0)
    else:
        strength = np.sin(np.pi * number * float(shape)) / number  # a pulse of that width
    ratio = number / 2 ** ((np.arange(SETTINGS, dtype=np.float32)[:, None] - LOWEST_SETTING) / 2)
    spectrum = np.zeros((SETTINGS, TABLE // 2 + 1), dtype=np.complex64)
    spectrum[:, 1 : harmonics + 1] = strength / np.sqrt((1 - ratio**2) ** 2 + (ratio / resonance) ** 2) * (-1j if shape == "saw" else 1.0)
    waves = np.fft.irfft(spectrum).astype(np.float32)
    waves /= np.abs(waves).max(axis=1, keepdims=True)
    return np.append(waves, waves[:, :1], axis=1)


def _waves(shape: str, frequency: float, resonance: float) -> Samples:
    # Not for each pitch, but for each third of an octave: within it the highest harmonics differ, which nobody hears.
    highest = BRIGHTEST / frequency
    harmonics = min(int(2 ** (int(np.log2(max(highest, 1.0)) * 3) / 3)), TABLE // 2 - 1)
    return _tables(shape, max(harmonics, 1), resonance)


def oscillator(shape: str, pitch: float, seconds: float, cutoff: float, resonance: float = 0.8, bend: Samples | None = None) -> Samples:
    """A steady wave: `saw`, `triangle` or a pulse by its width (`0.25`), filtered at `cutoff` hertz. `bend` is in semitones."""
    frequency = hertz(pitch)
    setting = round(2 * float(np.log2(cutoff / frequency))) + LOWEST_SETTING
    table = _waves(shape, frequency, resonance)[min(max(setting, 0), SETTINGS - 1)]
    places = _places(frequency, seconds, bend)
    index = places.astype(np.int32)
    share = (places - index).astype(np.float32)
    return table[index] * (1 - share) + table[index + 1] * share


def swept(shape: str, pitch: float, seconds: float, cutoffs: Samples, resonance: float = 0.8, bend: Samples | None = None) -> Samples:
    """A wave whose filter moves: `cutoffs` has one in hertz for each sample."""
    frequency = hertz(pitch)
    setting = np.log2(cutoffs * np.float32(1 / frequency)) * np.float32(2) + np.float32(LOWEST_SETTING)
    setting = np.clip(setting, 0, SETTINGS - 1.01)
    row = setting.astype(np.int32)
    share = setting - row
    tables = _waves(shape, frequency, resonance)
    width = tables.shape[1]
    place = row * width + _places(frequency, seconds, bend).astype(np.int32)
    flat = tables.ravel()
    return flat[place] * (1 - share) + flat[place + width] * share


def _places(frequency: float, seconds: float, bend: Samples | None) -> NDArray[np.float64]:
    """Where in a table each sample is; counted in double precision, as single loses its place within a minute."""
    if bend is None:
        cycles = np.arange(max(round(seconds * RATE), 1), dtype=np.float64) * (frequency / RATE)
    else:
        cycles = np.cumsum(2.0 ** (bend.astype(np.float64) / 12) * (frequency / RATE))
    return (cycles % 1.0) * TABLE


def partials(frequency: float, seconds: float, ratios: Sequence[float], strengths: Sequence[float], decays: Sequence[float]) -> Samples:
    """What is struck or plucked: each partial rings for so many seconds until a third of it is left."""
    time = moments(seconds)
    sound = np.zeros_like(time)
    for ratio, strength, decay in zip(ratios, strengths, decays, strict=False):
        if frequency * ratio < BRIGHTEST and abs(strength) > 1e-4:
            # After seven times its decay a partial is below a thousandth.
            audible = time[: int(7 * decay * RATE) + 1]
            wave = np.sin(np.float32(2 * np.pi * frequency * ratio) * audible) * np.exp(audible * np.float32(-1 / decay))
            sound[: len(audible)] += np.float32(strength) * wave
    return sound


def noise(name: str, seconds: float, low: float = 20.0, high: float = BRIGHTEST) -> Samples:
    """Noise between two frequencies; the same under the same name. What is longer than some seconds repeats itself, without a seam."""
    count = max(round(seconds * RATE), 2)
    size = min(1 << (count - 1).bit_length(), LONGEST_NOISE)
    chance = np.random.Generator(np.random.PCG64(crc32(name.encode())))
    spectrum = np.fft.rfft(chance.standard_normal(size, dtype=np.float32))
    frequency = np.fft.rfftfreq(size, 1 / RATE).astype(np.float32)
    shape = 1 / np.sqrt((1 + (np.float32(low) / np.maximum(frequency, 1)) ** 6) * (1 + (frequency / np.float32(high)) ** 6))
    sound = np.fft.irfft(spectrum * shape).astype(np.float32)
    sound = np.resize(sound, count)
    return sound / np.abs(sound).max()


def envelope(seconds: float, attack: float, decay: float, sustain: float, release: float) -> Samples:
    """A note held for so many seconds, and its release after them: rises, falls towards the level it is held at, ends at nothing."""
    time = moments(seconds + release)
    rise = np.minimum(time / np.float32(max(attack, 1e-4)), 1)
    after = np.maximum(time - np.float32(attack), 0)
    fall = sustain + (1 - sustain) * np.exp(after * np.float32(-1 / max(decay, 1e-3)))
    gone = np.maximum(time - np.float32(seconds), 0)
    last = np.exp(gone * np.float32(-5 / max(release, 1e-3))) * np.clip((seconds + release - time) / 0.01, 0, 1)
    return (rise * fall * last).astype(np.float32)


def fade_ends(sound: Samples, first: float = 0.001, last: float = 0.01) -> Samples:
    """Begin and end without a click."""
    begin, end = max(int(first * RATE), 1), min(max(int(last * RATE), 1), len(sound))
    sound[:begin] *= np.linspace(0, 1, begin, dtype=np.float32)[: len(sound)]
    sound[-end:] *= np.linspace(1, 0, end, dtype=np.float32)
    return sound
