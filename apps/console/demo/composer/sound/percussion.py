"""Drums, and other things that have no pitch."""

from __future__ import annotations

import numpy as np

from apps.console.demo.composer.sound.waves import RATE, Samples, fade_ends, moments, noise, partials


def _struck(sound: Samples, decay: float, last: float = 0.02) -> Samples:
    time = moments(len(sound) / RATE)
    return fade_ends(sound * np.exp(time * np.float32(-1 / decay)), 0.0006, last)


def _falling(seconds: float, high: float, low: float, speed: float) -> Samples:
    """A tone whose pitch falls from high to low hertz."""
    time = moments(seconds).astype(np.float64)
    cycles = low * time + (high - low) / speed * (1 - np.exp(-speed * time))
    return np.sin(2 * np.pi * cycles).astype(np.float32)


def kick(pitch: int, seconds: float, force: float) -> Samples:
    sound = _struck(_falling(0.36, 185, 47, 38), 0.13)
    click = noise("kick", 0.008, 1500, 6000) * np.float32(0.25)
    sound[: len(click)] += click * np.linspace(1, 0, len(click), dtype=np.float32)
    return sound * np.float32(1.1 * force)


def soft_kick(pitch: int, seconds: float, force: float) -> Samples:
    return _struck(_falling(0.3, 110, 50, 26), 0.10) * np.float32(0.9 * force)


def chip_kick(pitch: int, seconds: float, force: float) -> Samples:
    return np.round(_struck(_falling(0.12, 420, 55, 48), 0.07) * 7) / np.float32(7 / 0.8)


def snare(pitch: int, seconds: float, force: float) -> Samples:
    wires = _struck(noise("snare", 0.26, 900, 9500), 0.075) * np.float32(0.75)
    return (wires + _struck(_falling(0.26, 260, 178, 30), 0.05) * np.float32(0.6)) * np.float32(1.0 * force)


def tight_snare(pitch: int, seconds: float, force: float) -> Samples:
    wires = _struck(noise("tight", 0.18, 1400, 12_000), 0.05) * np.float32(0.8)
    return (wires + _struck(_falling(0.18, 330, 215, 40), 0.035) * np.float32(0.7)) * np.float32(0.85 * force)


def chip_snare(pitch: int, seconds: float, force: float) -> Samples:
    return _struck(np.sign(noise("chip", 0.14, 800, 9000)), 0.04) * np.float32(0.34 * force)


def dusty_snare(pitch: int, seconds: float, force: float) -> Samples:
    return (_struck(noise("dusty", 0.2, 500, 4200), 0.06) + _struck(_falling(0.2, 230, 170, 24), 0.05) * 0.5) * np.float32(0.95 * force)


def clap(pitch: int, seconds: float, force: float) -> Samples:
    sound = _struck(noise("clap", 0.3, 800, 5200), 0.07)
    for number, at in enumerate((0.0, 0.011, 0.022)):
        hand = _struck(noise(f"hand {number}", 0.03, 900, 5600), 0.006) * np.float32(0.7)
        start = int(at * RATE)
        sound[start : start + len(hand)] += hand
    return sound * np.float32(0.8 * force)


def closed_hat(pitch: int, seconds: float, force: float) -> Samples:
    return _struck(noise("hat", 0.09, 6500, 14_500), 0.022) * np.float32(0.85 * force)


def open_hat(pitch: int, seconds: float, force: float) -> Samples:
    return _struck(noise("open", 0.34, 5800, 14_500), 0.12) * np.float32(0.55 * force)


def chip_hat(pitch: int, seconds: float, force: float) -> Samples:
    return _struck(np.sign(noise("chip hat", 0.05, 5000, 14_000)), 0.014) * np.float32(0.3 * force)


def ride(pitch: int, seconds: float, force: float) -> Samples:
    bell = partials(1.0, 0.9, (587, 843, 1270, 2140, 3380, 5240), (0.2, 0.2, 0.2, 0.25, 0.25, 0.2), (0.35,) * 6)
    return (bell * np.float32(0.18) + _struck(noise("ride", 0.9, 5000, 13_000), 0.22) * np.float32(0.25)) * np.float32(0.95 * force)


def shaker(pitch: int, seconds: float, force: float) -> Samples:
    sound = noise("shaker", 0.09, 4200, 12_000)
    return fade_ends(sound * np.hanning(len(sound)).astype(np.float32), 0.01, 0.03) * np.float32(0.62 * force)


def rim(pitch: int, seconds: float, force: float) -> Samples:
    wood = partials(1.0, 0.09, (1710, 2480, 870), (0.6, 0.3, 0.5), (0.012, 0.01, 0.018))
    return fade_ends(wood, 0.0004, 0.02) * np.float32(0.95 * force)


def brush(pitch: int, seconds: float, force: float) -> Samples:
    sound = noise("brush", 0.2, 1800, 8500)
    return fade_ends(sound * np.hanning(len(sound)).astype(np.float32), 0.02, 0.06) * np.float32(0.7 * force)


def surdo(pitch: int, seconds: float, force: float) -> Samples:
    return _struck(_falling(0.5, 96, 68, 20), 0.16) * np.float32(0.7 * force)


def woodblock(pitch: int, seconds: float, force: float) -> Samples:
    return fade_ends(partials(1.0, 0.12, (1050, 1570, 2630), (0.7, 0.3, 0.15), (0.03, 0.02, 0.01)), 0.0004, 0.02) * np.float32(0.9 * force)


def crackle(pitch: int, seconds: float, force: float) -> Samples:
    """The groove of an old record: hiss, and a tick now and then."""
    sound = noise("hiss", seconds, 300, 5000) * np.float32(0.022)
    chance = np.random.Generator(np.random.PCG64(7))
    ticks = chance.integers(0, max(len(sound) - 40, 1), size=int(seconds * 7))
    tick = noise("tick", 0.0009, 900, 9000)
    for at, strength in zip(ticks, chance.uniform(0.03, 0.2, size=len(ticks)), strict=True):
        sound[at : at + len(tick)] += tick[: len(sound) - at] * np.float32(strength)
    return fade_ends(sound, 0.5, 1.0)


def wind(pitch: int, seconds: float, force: float) -> Samples:
    """Air, or the sea, that comes and goes."""
    sound = noise("wind", seconds, 180, 900)
    swell = 0.5 + 0.5 * np.sin(np.float32(2 * np.pi / 11) * moments(seconds))
    return fade_ends(sound * swell, 2.0, 2.0) * np.float32(0.4)


def riser(pitch: int, seconds: float, force: float) -> Samples:
    """Noise that swells into the next section."""
    sound = noise("riser", seconds, 900, 9000)
    return fade_ends(sound * np.linspace(0, 1, len(sound), dtype=np.float32) ** 3, 0.01, 0.02) * np.float32(0.2)
