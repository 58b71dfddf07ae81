"""A square to draw on, a thousand units wide, in the type of the website."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from apps.console.checkout import ROOT

UNITS = 1000
PIXELS = 1400
FINE = 2
"""Drawn so many times larger, as shapes have smooth edges only once they are made smaller."""
SCALE = PIXELS * FINE / UNITS
FONTS = ROOT / "static" / "vendor"
DISPLAY = FONTS / "bricolage-grotesque-5.3.0" / "bricolage-grotesque-latin-opsz-normal.woff2"
TEXT = FONTS / "instrument-sans-5.3.0" / "instrument-sans-latin-wght-normal.woff2"

Point = tuple[float, float]
Colour = str


@cache
def _font(display: bool, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(DISPLAY if display else TEXT, size)
    font.set_variation_by_axes([96, 800] if display else [600])
    return font


class Canvas:
    def __init__(self, ground: Colour) -> None:
        self._image = Image.new("RGB", (PIXELS * FINE, PIXELS * FINE), ground)
        self._draw = ImageDraw.Draw(self._image)

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=colour)

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        self._draw.rectangle((left * SCALE, top * SCALE, right * SCALE, bottom * SCALE), fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self._draw.ellipse([place * SCALE for place in (x - radius, y - radius, x + radius, y + radius)], fill=colour)

    def ring(self, x: float, y: float, radius: float, width: float, colour: Colour) -> None:
        box = [place * SCALE for place in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.ellipse(box, outline=colour, width=round(width * SCALE))

    def sector(self, x: float, y: float, radius: float, first: float, last: float, colour: Colour) -> None:
        """A slice of a disc, in degrees clockwise from the right."""
        self._draw.pieslice([place * SCALE for place in (x - radius, y - radius, x + radius, y + radius)], first, last, fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        self._draw.line([(x * SCALE, y * SCALE) for x, y in points], fill=colour, width=round(width * SCALE), joint="curve")

    def title(self, text: str, x: float, baseline: float, size: float, colour: Colour, *, widest: float = 880) -> None:
        """In the display face, smaller where it would be wider."""
        self._write(text, x, baseline, size, colour, display=True, widest=widest, anchor="ls")

    def words(self, text: str, x: float, baseline: float, size: float, colour: Colour, *, right: bool = False) -> None:
        self._write(text, x, baseline, size, colour, display=False, widest=880, anchor="rs" if right else "ls")

    def numeral(self, text: str, x: float, baseline: float, size: float, colour: Colour) -> None:
        self._write(text, x, baseline, size, colour, display=True, widest=2000, anchor="ms")

    def _write(
        self, text: str, x: float, baseline: float, size: float, colour: Colour, *, display: bool, widest: float, anchor: str
    ) -> None:
        font = _font(display, round(size * SCALE))
        width = font.getlength(text) / SCALE
        if width > widest:
            font = _font(display, round(size * SCALE * widest / width))
        self._draw.text((x * SCALE, baseline * SCALE), text, fill=colour, font=font, anchor=anchor)

    def picture(self) -> Image.Image:
        return self._image.resize((PIXELS, PIXELS), Image.Resampling.LANCZOS)


def jpeg(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=88, optimize=True, subsampling=0)
    return file.getvalue()


def png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.quantize(128).save(file, "PNG", optimize=True)
    return file.getvalue()
