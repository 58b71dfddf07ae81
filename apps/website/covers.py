"""The cover of a release that came without one: the bars of a celesta, drawn from its id."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

PALETTES = 6
BARS = 12
SIDE = 100
"""The drawing's width and height, in units of its own."""
SHORTEST, TALLEST = 8, 44
"""The upper half is left to the words."""


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Motif:
    palette: int
    bars: tuple[Bar, ...]


def motif(release_id: str) -> Motif:
    """Always the same for the same release."""
    digest = hashlib.sha256(release_id.encode()).digest()
    pitch = SIDE / BARS
    heights = [SHORTEST + digest[index + 1] % (TALLEST - SHORTEST) for index in range(BARS)]
    bars = (Bar(round(index * pitch, 2), SIDE - height, round(pitch * 0.62, 2), height) for index, height in enumerate(heights))
    return Motif(digest[0] % PALETTES, tuple(bars))
