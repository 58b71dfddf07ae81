"""How a week's money becomes the labels': pure functions, in whole minor units and exact fractions. docs/reports.md has the sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Self

FRIDAY = 4
DAYS = 7
INSTANT = timedelta(microseconds=1)
LEDGER_CLOSES_AFTER = timedelta(hours=2)
"""The end of a week. What is recorded later falls into the next one, as the play log's days do."""
HOUSE, HELD = "house", "held"
"""Payees that are no label: the service itself, and nobody, whose music has no owner or no contract."""
DEFAULT_SHARE = Fraction(65, 100)
"""Of plays that nobody has a contract for: what contracts for sound recordings usually give at least."""
NOWHERE = "ZZ"
"""The territory of what was sold where nobody knows: ISO 3166-1 leaves this code to its users."""


@dataclass(frozen=True, order=True)
class Week:
    """From Friday 00:00 to Thursday 24:00 UTC, so that exported days fit into it exactly."""

    first: date

    @classmethod
    def of(cls, day: date) -> Self:
        """The week that a day lies in. Raises `OverflowError` before the first Friday there is."""
        return cls(day - timedelta(days=(day.weekday() - FRIDAY) % DAYS))

    @classmethod
    def named(cls, name: str) -> Self:
        """Raises `ValueError` where the name is no Friday's date."""
        first = date.fromisoformat(name)
        if first.weekday() != FRIDAY:
            raise ValueError(f"{name} is no Friday")
        return cls(first)

    @property
    def name(self) -> str:
        return self.first.isoformat()

    @property
    def days(self) -> tuple[str, ...]:
        return tuple((self.first + timedelta(days=number)).isoformat() for number in range(DAYS))

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def ends(self) -> datetime:
        """The first moment of the next one."""
        return self.begins + timedelta(days=DAYS)

    @property
    def closes(self) -> datetime:
        """The first moment at which nothing is recorded for it any more."""
        return self.ends + LEDGER_CLOSES_AFTER

    @property
    def preceding(self) -> Week:
        return Week(self.first - timedelta(days=DAYS))

    @property
    def following(self) -> Week:
        return Week(self.first + timedelta(days=DAYS))


def earned(kept: int, begins: datetime, ends: datetime, at: datetime) -> int:
    """What of a payment is earned by then: by the second, over the period that it pays for, rounded down.

    `kept` is what is left of it after refunds. What is not earned yet is the rest, so both together are always `kept`.
    """
    whole = ends - begins
    if at >= ends or whole <= timedelta():
        return kept if at >= begins else 0
    return kept * max((at - begins) // INSTANT, 0) // (whole // INSTANT)


@dataclass(frozen=True)
class Claim:
    """What a payee has a right to, of one pool."""

    payee: str
    eligible: int
    """Its plays that its contract lets count."""
    share: Fraction
    """What it gets of what its plays brought in, from 0 to 1."""


@dataclass(frozen=True)
class Allocation:
    """A pool, all of it: what each payee gets and what is carried into the next week add up to it."""

    payees: Mapping[str, int]
    carried: int


def allocate(available: int, claims: Iterable[Claim]) -> Allocation:
    """Pro rata: each payee has its share of its part of the eligible plays, the house has what is left.

    A pool that is empty, overdrawn or that no eligible play lays claim to is carried into the next week as it is.
    """
    standing = [claim for claim in claims if claim.eligible]
    plays = sum(claim.eligible for claim in standing)
    if available <= 0 or not plays:
        return Allocation({}, available)
    parts = {claim.payee: claim.share * Fraction(claim.eligible, plays) for claim in standing}
    parts[HOUSE] = 1 - sum(parts.values(), Fraction())
    return Allocation(apportion(available, parts), 0)


def apportion(amount: int, parts: Mapping[str, Fraction]) -> dict[str, int]:
    """Whole minor units by largest remainder, ties in the order of the names; the parts add up to 1, and so the results to `amount`."""
    exact = {name: amount * part for name, part in parts.items()}
    whole = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (whole[name] - exact[name], name))
    for name in by_remainder[: amount - sum(whole.values())]:
        whole[name] += 1
    return whole
