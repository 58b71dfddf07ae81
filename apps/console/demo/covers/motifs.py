"""What is on a cover: one motif an artist, whose proportions are another on each release."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin
from random import Random

from apps.console.demo.covers.canvas import UNITS, Canvas, Colour


@dataclass(frozen=True)
class Palette:
    ground: Colour
    ink: Colour
    """Of the type."""
    first: Colour
    second: Colour
    third: Colour


Motif = Callable[[Canvas, Palette, Random], None]


def horizon(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """A sun that sinks behind the lines of a calm sea."""
    level, x = chance.uniform(520, 600), chance.choice((330, 500, 660))
    canvas.disc(x, level - 20, 250, palette.first)
    canvas.rectangle(0, level, UNITS, UNITS, palette.second)
    for number in range(5):
        height = 5 + number * 3.2
        top = level + 14 + number * 34
        half = 250 - number * chance.uniform(10, 30)
        canvas.rectangle(x - half, top, x + half, top + height, palette.first if number % 3 else palette.third)


def herons(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """Nine of them, on long legs."""
    odd = chance.randrange(9)
    for number in range(9):
        left = 70 + number * 97
        top = chance.uniform(150, 420)
        colour = palette.third if number == odd else (palette.first if number % 2 else palette.second)
        canvas.polygon(((left, top), (left + 84, top + 120), (left + 84, 700), (left, 700)), colour)
        canvas.disc(left + 20, top + 56, 9, palette.ground)


def kites(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """Four triangles each, and a line to whoever holds them."""
    for across, down, size in ((330, 320, 210), (700, 250, 120), (640, 560, 90)):
        x, y, turn = across + chance.uniform(-50, 50), down + chance.uniform(-30, 30), chance.uniform(-0.5, 0.5)
        corners = [(x + reach * size * cos(turn + quarter * pi / 2), y + reach * size * sin(turn + quarter * pi / 2))
                   for quarter, reach in ((0, 0.72), (1, 1.25), (2, 0.72), (3, 0.9))]  # fmt: skip
        canvas.line((corners[1], (x - 40, 700), (x - 90, 780)), 3, palette.ink)
        for number, colour in enumerate((palette.first, palette.second, palette.third, palette.second)):
            canvas.polygon((corners[number], corners[(number + 1) % 4], (x, y)), colour)


def promenade(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """The waves of a pavement by the sea, and the sun above them."""
    canvas.disc(chance.choice((280, 720)), 250, 130, palette.third)
    phase = chance.uniform(0, 2 * pi)
    for number in range(7):
        top = 340 + number * 58

        def edge(x: float, top: float = top, number: int = number) -> float:
            return top + 44 * sin(x / UNITS * 2 * pi * 1.5 + phase + number * 0.5)

        upper = [(x, edge(x)) for x in range(0, UNITS + 1, 10)]
        lower = [(x, edge(x) + 30 + number) for x in range(UNITS, -1, -10)]
        canvas.polygon((*upper, *lower), palette.first if number % 2 else palette.second)


def tiles(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """Quarters of discs, laid as chance has it."""
    side = 172
    for row in range(4):
        for column in range(5):
            left, top = 70 + column * side, 70 + row * side
            ground, disc = chance.choice(((palette.second, palette.first), (palette.first, palette.second), (palette.ground, palette.third),
                                          (palette.third, palette.ground), (palette.second, palette.third)))  # fmt: skip
            canvas.rectangle(left, top, left + side + 0.5, top + side + 0.5, ground)
            corner = chance.randrange(4)
            x, y = left + side * (corner in (1, 2)), top + side * (corner in (2, 3))
            canvas.sector(x, y, side, corner * 90, corner * 90 + 90, disc)


def sprite(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """A small being of squares, the same on both sides, and the stars it flies by."""
    side, left, top = 62, 500 - 5.5 * 62, 110
    for _ in range(26):
        x, y = chance.randrange(2, 30) * 31, chance.randrange(2, 23) * 31
        canvas.rectangle(x, y, x + 12, y + 12, palette.second)
    for row in range(9):
        for column in range(6):
            lively = 0.75 if 1 < row < 7 and column > 2 else 0.45
            if chance.random() < lively:
                colour = palette.third if chance.random() < 0.16 else palette.first
                for place in {column, 10 - column}:
                    canvas.rectangle(
                        left + place * side, top + row * side, left + (place + 1) * side - 4, top + (row + 1) * side - 4, colour
                    )


def night(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """A moon behind the keys of a piano, which might be trees."""
    x, y = chance.uniform(300, 700), chance.uniform(260, 340)
    canvas.disc(x, y, 185, palette.first)
    canvas.disc(x + 70, y - 36, 172, palette.ground)
    for number in range(22):
        left = 70 + number * 40
        height = 90 + 120 * (1 + sin(number * 0.7 + x)) + (60 if number % 7 in (1, 3, 6) else 0)
        canvas.rectangle(
            left, 730 - height, left + (22 if number % 7 in (1, 3, 6) else 5), 730, palette.second if number % 3 else palette.third
        )


def speed(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """Wings, and what flies past them."""
    for number in range(14):
        y = 90 + number * 48
        start, length = chance.uniform(-100, 500), chance.uniform(250, 750)
        canvas.polygon(((start, y), (start + length, y - 40), (start + length - 30, y - 26), (start - 10, y + 20)),
                       chance.choice((palette.second, palette.second, palette.third)))  # fmt: skip
    lean = chance.uniform(-60, 60)
    canvas.polygon(((120, 620), (880, 140 + lean), (560, 470)), palette.first)
    canvas.polygon(((560, 470), (880, 140 + lean), (690, 660)), palette.ink)


def echoes(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """A sound and its repeats, each a little further off."""
    x, y = chance.uniform(280, 380), chance.uniform(340, 420)
    for number in range(8, 0, -1):
        canvas.ring(x + number * 46, y, 70 + number * 26, 21 - number * 1.6, (palette.second, palette.third, palette.first)[number % 3])
    canvas.disc(x, y, 92, palette.first)
    canvas.disc(x, y, 30, palette.ground)


def phases(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """Twelve against ten: two grids that meet here and there."""
    turn = chance.uniform(0.2, 0.5)
    for count, colour, radius in ((12, palette.first, 17.0), (10, palette.second, 21.0)):
        step = 640 / count
        for row in range(count):
            for column in range(count):
                x, y = (column - count / 2 + 0.5) * step, (row - count / 2 + 0.5) * step
                if count == 10:
                    x, y = x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)
                canvas.disc(500 + x, 410 + y, radius, colour)
    canvas.disc(500, 410, 58, palette.third)


def strata(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """Hills behind hills, in the haze."""
    canvas.disc(chance.uniform(600, 760), 250, 88, palette.third)
    shades = (palette.second, palette.first, palette.second, palette.first, palette.ink)
    for number, colour in enumerate(shades):
        phase, wide = chance.uniform(0, 2 * pi), chance.uniform(0.8, 1.7)
        base, high = 330 + number * 92, 64 - number * 6
        ridge = [
            (x, base + high * sin(x / UNITS * 2 * pi * wide + phase) + high * 0.3 * sin(x / 90 + phase)) for x in range(0, UNITS + 1, 10)
        ]
        canvas.polygon((*ridge, (UNITS, UNITS), (0, UNITS)), colour)
    canvas.rectangle(0, 770, UNITS, UNITS, palette.ground)


def boats(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """Folded from paper, on the pins of a music box."""
    for row in range(5):
        for column in range(16):
            if chance.random() < 0.5:
                canvas.disc(90 + column * 55, 560 + row * 45, 9, palette.second)
    for across, down, size in ((300, 430, 190), (680, 330, 120)):
        x, y = across + chance.uniform(-40, 40), down + chance.uniform(-20, 40)
        canvas.polygon(((x - size, y), (x + size, y), (x + size * 0.6, y + size * 0.5), (x - size * 0.6, y + size * 0.5)), palette.first)
        canvas.polygon(((x, y - size * 0.95), (x + size * 0.5, y), (x, y)), palette.third)
        canvas.polygon(((x, y - size * 0.95), (x - size * 0.5, y), (x, y)), palette.second)


def windows(canvas: Canvas, palette: Palette, chance: Random) -> None:
    """A house in the evening."""
    for row in range(8):
        for column in range(9):
            left, top = 70 + column * 97, 70 + row * 82
            lit = chance.random()
            colour = palette.third if lit < 0.22 else (palette.first if lit < 0.4 else palette.second)
            canvas.rectangle(left, top, left + 84, top + 66, colour)
