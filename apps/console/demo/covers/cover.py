"""A cover: the artist's motif, the title set large below it, and the label's number in the corner."""

from __future__ import annotations

from random import Random

from PIL import Image

from apps.console.demo.covers.canvas import Canvas
from apps.console.demo.covers.motifs import Motif, Palette, windows

EDGE = 62


def draw_cover(title: str, artist: str, number: str, motif: Motif, palette: Palette) -> Image.Image:
    """`number` is the label's for the release, as on the spine of a record."""
    canvas = Canvas(palette.ground)
    motif(canvas, palette, Random(title))  # noqa: S311 - a picture, no secret
    canvas.title(title, EDGE, 890, 124, palette.ink)
    canvas.words(artist, EDGE, 948, 38, palette.ink)
    canvas.words(number, 1000 - EDGE, 948, 26, palette.ink, right=True)
    return canvas.picture()


def draw_volume(series: str, volume: int, number: str, palette: Palette) -> Image.Image:
    """Of a series: the numeral is the picture."""
    canvas = Canvas(palette.ground)
    windows(canvas, palette, Random(f"{series} {volume}"))  # noqa: S311 - as above
    canvas.numeral(str(volume), 500, 716, 830, palette.ink)
    canvas.title(series, EDGE, 890, 124, palette.ink)
    canvas.words(f"Volume {volume}", EDGE, 948, 38, palette.ink)
    canvas.words(number, 1000 - EDGE, 948, 26, palette.ink, right=True)
    return canvas.picture()
