"""Covers in the sizes there are of them, those of releases without one, drawn from their ids, and what is written on their colours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from apps.website.colours import channels, luminance, written
from ports.transcoder.interface import COVER_SIDES

TOLD = "640.jpg"
"""What the address of a cover ends in; its other sizes lie beside it."""
PALETTES = 6
BARS = 12
SIDE = 100
"""The drawing's width and height, in units of its own."""
SHORTEST, TALLEST = 8, 44
"""The upper half is left to the words."""

BRIGHTEST_GROUND = 0.15
"""Relative luminance (WCAG 2.2), against which the light words of `tokens.css` have a contrast of 4.5."""
DARKER = 0.9


def in_sizes(address: str) -> str:
    """As `srcset` wants it: each size's address and width."""
    return ", ".join(f"{in_size(address, side)} {side}w" for side in COVER_SIDES)


def in_size(address: str, side: int) -> str:
    """The address of the smallest size that is not smaller than `side`."""
    return f"{address.removesuffix(TOLD)}{next((one for one in COVER_SIDES if one >= side), COVER_SIDES[-1])}.jpg"


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


def under_light_words(colour: str) -> str:
    """The colour, `#rrggbb`, made darker as far as light words need it to be read on it."""
    parts = channels(colour)
    while luminance(parts) > BRIGHTEST_GROUND:
        parts = [part * DARKER for part in parts]
    return written(parts)
