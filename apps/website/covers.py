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
PITCH, WIDTH = SIDE / BARS, 5.2
"""Of its bars: from one to the next, and each."""
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
class Motif:
    palette: int
    heights: tuple[int, ...]
    """Of its bars, from left to right."""

    @property
    def path(self) -> str:
        """All bars as one path: a rectangle each would be most of a page of covers."""
        return "".join(f"M{round(number * PITCH, 1)} {SIDE}v-{height}h{WIDTH}v{height}" for number, height in enumerate(self.heights))


def motif(release_id: str) -> Motif:
    """Always the same for the same release."""
    digest = hashlib.sha256(release_id.encode()).digest()
    return Motif(digest[0] % PALETTES, tuple(SHORTEST + digest[number + 1] % (TALLEST - SHORTEST) for number in range(BARS)))


def under_light_words(colour: str) -> str:
    """The colour, `#rrggbb`, made darker as far as light words need it to be read on it."""
    parts = channels(colour)
    while luminance(parts) > BRIGHTEST_GROUND:
        parts = [part * DARKER for part in parts]
    return written(parts)
