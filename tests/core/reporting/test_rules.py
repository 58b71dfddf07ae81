"""The arithmetic of statements, for any plays, contracts and amounts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.reporting.rules import HOUSE, Claim, Week, allocate, apportion, earned

PROPERTY = settings(max_examples=40, derandomize=True, deadline=None, database=None)
START = datetime(2026, 3, 6, tzinfo=UTC)
SHARES = st.fractions(0, 1, max_denominator=10_000)
CLAIMS = st.lists(st.tuples(st.integers(0, 10**9), SHARES), max_size=12).map(
    lambda told: [Claim(f"label {number}", eligible, share) for number, (eligible, share) in enumerate(told)]
)
AMOUNTS = st.integers(-(10**6), 10**15)
"""Of minor units: yen, pence or fils."""


class TestAPool:
    @PROPERTY
    @given(AMOUNTS, CLAIMS)
    def test_is_given_out_or_carried_to_the_last_unit(self, available, claims):
        allocated = allocate(available, claims)
        assert sum(allocated.payees.values()) + allocated.carried == available
        assert all(amount >= 0 for amount in allocated.payees.values())
        assert not (allocated.payees and allocated.carried)

    @PROPERTY
    @given(AMOUNTS, CLAIMS)
    def test_gives_nobody_a_whole_unit_more_or_less_than_exactly_theirs(self, available, claims):
        allocated, plays = allocate(available, claims).payees, sum(claim.eligible for claim in claims)
        for claim in claims if allocated else ():
            exactly = available * claim.share * Fraction(claim.eligible, plays)
            assert abs(allocated.get(claim.payee, 0) - exactly) < 1

    @PROPERTY
    @given(AMOUNTS, CLAIMS, st.randoms())
    def test_does_not_depend_on_the_order_of_the_claims(self, available, claims, random):
        before = allocate(available, claims)
        random.shuffle(claims)
        assert allocate(available, claims) == before

    @pytest.mark.parametrize("available", [0, -1, -500])
    def test_that_is_empty_or_overdrawn_is_carried(self, available):
        assert allocate(available, [Claim("label", 10, Fraction(1))]).carried == available

    @pytest.mark.parametrize("claims", [[], [Claim("label", 0, Fraction(1))]])
    def test_that_nothing_eligible_was_played_for_is_carried(self, claims):
        assert allocate(700, claims) == allocate(700, [])
        assert allocate(700, claims).carried == 700

    def test_of_one_listener_and_one_label_is_shared_with_the_house(self):
        assert allocate(416, [Claim("label", 1, Fraction(65, 100))]).payees == {"label": 270, HOUSE: 146}

    def test_breaks_ties_by_name(self):
        assert allocate(10, [Claim(name, 1, Fraction(1)) for name in "cab"]).payees == {"a": 4, "b": 3, "c": 3, HOUSE: 0}


class TestApportioning:
    @PROPERTY
    @given(st.integers(0, 10**15), st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
    def test_loses_nothing_however_many_share(self, amount, weights):
        parts = {str(number): Fraction(weight, sum(weights)) for number, weight in enumerate(weights)}
        assert sum(apportion(amount, parts).values()) == amount


class TestEarning:
    @PROPERTY
    @given(st.integers(0, 10**9), st.integers(0, 400 * 86400), st.lists(st.integers(-86400, 500 * 86400), min_size=1, max_size=8))
    def test_is_gradual_and_in_the_end_complete(self, kept, seconds, moments):
        ends = START + timedelta(seconds=seconds)
        told = [earned(kept, START, ends, START + timedelta(seconds=moment)) for moment in sorted(moments)]
        assert told == sorted(told)
        assert all(0 <= one <= kept for one in told)
        assert earned(kept, START, ends, ends) == kept
        assert earned(kept, START, ends, START - timedelta(seconds=1)) == 0

    def test_of_a_month_is_a_quarter_after_a_week_of_february(self):
        assert earned(416, START, START + timedelta(days=28), START + timedelta(days=7)) == 104

    def test_of_any_amount_is_told(self):
        assert earned(10**15, START, START + timedelta(days=365), START + timedelta(days=73)) == 2 * 10**14

    def test_is_rounded_down_until_the_end(self):
        ends = START + timedelta(days=31)
        assert [earned(100, START, ends, START + timedelta(days=days)) for days in (1, 30, 31)] == [3, 96, 100]


class TestWeeks:
    @pytest.mark.parametrize(("day", "name"), [("2026-03-05", "2026-02-27"), ("2026-03-06", "2026-03-06"), ("2026-03-12", "2026-03-06")])
    def test_run_from_friday_to_thursday(self, day, name):
        week = Week.of(date.fromisoformat(day))
        assert week.name == name
        assert day in week.days

    def test_close_two_hours_after_their_end(self):
        week = Week.named("2026-03-06")
        assert (week.begins, week.ends) == (START, START + timedelta(days=7))
        assert week.closes == datetime(2026, 3, 13, 2, tzinfo=UTC)
        assert week.following == Week.named("2026-03-13")
        assert (week.days[0], week.days[-1], len(week.days)) == ("2026-03-06", "2026-03-12", 7)

    @pytest.mark.parametrize("name", ["2026-03-05", "2026-02-30", "next week"])
    def test_are_named_by_their_friday(self, name):
        with pytest.raises(ValueError, match=r".+"):
            Week.named(name)
