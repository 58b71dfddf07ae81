"""Colours, and how well one is read on another (WCAG 2.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

READABLE = 4.5
"""The least contrast of text, success criterion 1.4.3."""
VISIBLE = 3.0
"""That of what is no text, success criterion 1.4.11."""
BLACK, WHITE = "#000000", "#ffffff"
STEP = 0.04


def channels(colour: str) -> list[float]:
    """Of `#rrggbb`, each from 0 to 1."""
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def written(parts: Sequence[float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def luminance(parts: Sequence[float]) -> float:
    """Relative luminance."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    darker, lighter = sorted(luminance(channels(colour)) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(colour: str, grounds: Iterable[str]) -> float:
    return min(contrast(colour, ground) for ground in grounds)


def mixed(colour: str, other: str, share: float) -> str:
    """The colour with a share of the other in it."""
    return written([part + (toward - part) * share for part, toward in zip(channels(colour), channels(other), strict=True)])


def moved(colour: str, toward: str, fits: Callable[[str], bool]) -> str:
    """The colour, moved toward another no further than it takes to fit."""
    share = 0.0
    while share < 1 and not fits(mixed(colour, toward, share)):
        share += STEP
    return mixed(colour, toward, min(share, 1))
