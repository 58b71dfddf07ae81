"""The last hand: as loud as everything else on a music service, and never beyond full scale."""

from __future__ import annotations

import numpy as np

from apps.console.demo.composer.sound.waves import RATE, Samples

LOUDNESS = -14.0
"""LUFS, integrated: what services play at."""
CEILING = 10 ** (-2.0 / 20)
"""Also of the wave half-way between two samples, so that dBTP stays below -1."""
GATE, RELATIVE_GATE = -70.0, -10.0
BLOCK = RATE // 10
STEP = 64


def loudness(sides: Samples) -> float:
    """Integrated, in LUFS, by ITU-R BS.1770-4: blocks of 400 ms that overlap by three quarters, weighted as the ear does, gated twice."""
    count = sides.shape[1] // BLOCK
    spectra = np.fft.rfft(sides[:, : count * BLOCK].reshape(2, count, BLOCK))
    power = (np.abs(spectra) ** 2 * _weights() ** 2).sum(axis=2) * 2 / BLOCK**2
    tenths = power.sum(axis=0)
    blocks = np.convolve(tenths, np.full(4, 0.25), "valid")
    levels = -0.691 + 10 * np.log10(np.maximum(blocks, 1e-12))
    heard = blocks[levels > GATE]
    if not len(heard):
        return GATE
    relative = -0.691 + 10 * np.log10(heard.mean()) + RELATIVE_GATE
    return float(-0.691 + 10 * np.log10(blocks[levels > max(relative, GATE)].mean()))


def _weights() -> Samples:
    """The K-weighting's two filters, from their coefficients at 48 kHz, by frequency."""
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(BLOCK, 1 / RATE) / 48_000)
    shelf = (1.53512485958697 - 2.69169618940638 * turn + 1.19839281085285 * turn**2) / (
        1 - 1.69065929318241 * turn + 0.73248077421585 * turn**2
    )
    high_pass = (1 - 2 * turn + turn**2) / (1 - 1.99004745483398 * turn + 0.99007225036621 * turn**2)
    return np.abs(shelf * high_pass).astype(np.float32)


def master(sides: Samples) -> Samples:
    """To the wanted loudness; what rises too high is held down for a moment, which costs a little loudness, given back twice."""
    sound = sides
    for _ in range(3):
        gain = 10 ** ((LOUDNESS - loudness(sound)) / 20)
        sound = limit(sound * np.float32(gain))
    return sound


def _peaks(sides: Samples) -> Samples:
    """The larger of both sides at each sample, or half-way to the next one."""
    place = np.arange(-4, 4) + 0.5
    between = (np.sinc(place) * np.cos(np.pi * place / 9) ** 2).astype(np.float32)
    half = [np.abs(np.convolve(side, between, "same")) for side in sides]
    return np.maximum(np.abs(sides).max(axis=0), np.maximum(*half))


def limit(sides: Samples) -> Samples:
    """Turn down, ahead of time and gently, where a peak would pass the ceiling."""
    length = sides.shape[1]
    count = -(-length // STEP)
    peaks = np.pad(_peaks(sides), (0, count * STEP - length)).reshape(count, STEP).max(axis=1)
    wanted = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-6))
    reach = 12
    held = np.lib.stride_tricks.sliding_window_view(np.pad(wanted, reach, constant_values=1.0), 2 * reach + 1).min(axis=1)
    # A mean over no more than was held never lies above what is wanted.
    smooth = np.convolve(np.pad(held, reach // 2, mode="edge"), np.full(reach + 1, 1 / (reach + 1)), "valid")
    ramp = np.linspace(0, 1, STEP, endpoint=False, dtype=np.float32)
    steps = np.diff(smooth, append=smooth[-1])
    gain = (smooth[:, None] + steps[:, None] * ramp).astype(np.float32).ravel()[:length]
    return np.clip(sides * gain, -np.float32(CEILING), np.float32(CEILING))
