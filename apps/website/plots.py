"""A run through a chart as a plot: where its lines, points and ticks are, in per cent of the picture, number one at the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LEFT, RIGHT, TOP, BOTTOM = 7.0, 98.0, 6.0, 88.0
DEPTHS = (10, 20, 40, 100, 200, 500)
"""How deep the axis goes: as far as the run does."""


@dataclass(frozen=True)
class Point:
    number: int
    """Which of the editions it is."""
    x: float
    y: float


@dataclass(frozen=True)
class Tick:
    at: float
    position: int


@dataclass(frozen=True)
class Plot:
    points: tuple[Point, ...]
    lines: tuple[tuple[Point, Point], ...]
    """Between editions that follow one another; where it was out there is a gap."""
    ticks: tuple[Tick, ...]


def plot_of(positions: Sequence[int | None]) -> Plot:
    """`positions` are those of editions in order, None where it was not in one; at least one is not."""
    stood = {number: position for number, position in enumerate(positions) if position is not None}
    depth = next(depth for depth in DEPTHS if depth >= max(stood.values()))
    points = {number: Point(number, _across(number, len(positions)), _down(position, depth)) for number, position in stood.items()}
    lines = tuple((points[one], points[other]) for one, other in pairwise(points) if other == one + 1)
    step = depth // (2 if depth % 4 else 4)
    marks = [1, *range(step, depth + 1, step)]
    return Plot(tuple(points.values()), lines, tuple(Tick(_down(mark, depth), mark) for mark in marks))


def _across(number: int, editions: int) -> float:
    return round(LEFT + (RIGHT - LEFT) * (number / (editions - 1) if editions > 1 else 0.5), 2)


def _down(position: int, depth: int) -> float:
    return round(TOP + (BOTTOM - TOP) * (position - 1) / (depth - 1), 2)
