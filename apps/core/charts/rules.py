"""The history of a chart entry: where it stood, its peak, its weeks. Pure, and the same for our editions as for any published table."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from apps.core.contract.charts import Movement

E = TypeVar("E", bound=Hashable)
"""What tells one edition of a chart from another, such as its first day."""
K = TypeVar("K", bound=Hashable)
"""What makes an entry the same from one edition to the next."""


@dataclass(frozen=True, slots=True)
class Standing(Generic[E]):
    """How something stood in the edition it was last in."""

    edition: E
    position: int
    peak: int
    weeks: int


@dataclass(frozen=True, slots=True)
class History:
    """What a chart prints beside a position."""

    last_position: int | None
    """In the edition right before; None where it was not in it."""
    peak: int
    """The best position ever, this one included."""
    weeks: int
    """How many editions it has stood in, this one included, however often it was away in between."""
    movement: Movement


def history(position: int, past: Standing[E] | None, before: E | None) -> History:
    """The history of what stands there now; `before` is the edition before this one, None in a chart's first."""
    if past is None:
        return History(None, position, 1, Movement.NEW)
    last = past.position if past.edition == before else None
    return History(last, min(past.peak, position), past.weeks + 1, _movement(position, last))


def histories(ranked: Iterable[tuple[K, int]], standings: Mapping[K, Standing[E]], before: E | None) -> list[History]:
    """The history of each of an edition's entries, by key and position, in their order; `standings` are those before it."""
    return [history(position, standings.get(key), before) for key, position in ranked]


def _movement(position: int, last: int | None) -> Movement:
    if last is None:
        return Movement.RE_ENTRY
    if position == last:
        return Movement.SAME
    return Movement.UP if position < last else Movement.DOWN
