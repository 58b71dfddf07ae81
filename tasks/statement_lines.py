"""A statement as its files tell it, and how its money is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple, Self
from uuid import UUID

from apps.core.contract.days import WeekName
from apps.core.contract.reporting import Due, Sender, StatementOrder
from ports.currencies import digits
from tasks.uuids import as_id

EXACT_PLACES = 10
"""Of prices and shares that are no whole minor units."""


class Line(NamedTuple):
    """How often a track was played in a territory, on a plan, in a week, and what that brought in."""

    territory: str
    currency: str | None
    """None where nothing was earned there."""
    sale: WeekName
    """The week it was played in."""
    plan: str
    release_id: str
    recording_id: str
    track_id: str
    isrc: str | None
    title: str
    artist: str
    duration_ms: int
    release: str
    release_artist: str
    upc: str | None
    release_type: str
    p_line: str | None
    plays: int
    eligible: int
    amount: int | None
    """Minor units."""

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> Self:
        """Of a row of `LINES_OF`."""
        told: list[Any] = [as_id(value) if isinstance(value, UUID) else value for value in row]
        return cls(*told)


@dataclass(frozen=True)
class Report:
    """What a statement's files are made from: the same makes the same bytes."""

    week: WeekName
    sender: Sender
    order: StatementOrder
    lines: list[Line]

    @property
    def period(self) -> tuple[str, str]:
        return period_of(self.week)

    def due_of(self, line: Line) -> Due | None:
        return next((due for due in self.order.dues if (due.territory, due.currency) == (line.territory, line.currency)), None)


def period_of(week: WeekName) -> tuple[str, str]:
    """Its first and its last day."""
    first = date.fromisoformat(week)
    return first.isoformat(), (first + timedelta(days=6)).isoformat()


def money(amount: int, currency: str) -> str:
    """Minor units as a decimal number: `12.34`, `600` in yen, `1.234` in Kuwaiti dinars."""
    return decimal(in_units(amount, currency), digits(currency))


def in_units(amount: int | Fraction, currency: str) -> Fraction:
    """Minor units in the currency's own unit, exactly: 50 pence are 1/2."""
    return Fraction(amount) / 10 ** digits(currency)


def decimal(value: Fraction, places: int) -> str:
    """Rounded to so many places, a half away from zero."""
    sign, scaled = "-" if value < 0 else "", abs(value) * 10**places
    whole, rest = divmod((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**places)
    return f"{sign}{whole}.{rest:0{places}}" if places else f"{sign}{whole}"
