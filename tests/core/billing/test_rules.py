"""The table of states: who may hear, until when, and what follows where nothing is heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from apps.core.billing.rules import MEANINGS, Known, access_ends_at, look_again_at, state_at
from ports.purchases import State

END = datetime(2026, 4, 2, 12, tzinfo=UTC)
GRACE = END + timedelta(days=7)
INSTANT = timedelta(microseconds=1)


def known(state: State) -> Known:
    return Known(state, END, GRACE if state is State.GRACE else None)


class TestEachState:
    def test_has_a_meaning(self):
        assert set(MEANINGS) == set(State)

    @pytest.mark.parametrize(
        ("state", "boundary", "then"),
        [
            (State.TRIAL, END + timedelta(days=1), State.ON_HOLD),
            (State.ACTIVE, END + timedelta(days=1), State.ON_HOLD),
            (State.CANCELLING, END, State.EXPIRED),
            (State.GRACE, GRACE, State.ON_HOLD),
        ],
    )
    def test_that_gives_access_gives_it_to_the_instant(self, state, boundary, then):
        assert access_ends_at(known(state), boundary - INSTANT) == boundary
        assert access_ends_at(known(state), boundary) is None
        assert state_at(known(state), boundary - INSTANT) is state
        assert state_at(known(state), boundary) is then
        assert MEANINGS[then].access is not MEANINGS[state].access

    @pytest.mark.parametrize("state", [State.PENDING, State.ON_HOLD, State.PAUSED, State.EXPIRED, State.REVOKED])
    def test_of_all_others_gives_none(self, state):
        assert access_ends_at(known(state), END - timedelta(days=10)) is None
        assert state_at(known(state), END + timedelta(days=999)) is state

    def test_of_grace_without_an_end_ends_with_the_period(self):
        assert access_ends_at(Known(State.GRACE, END, None), END - INSTANT) == END

    @pytest.mark.parametrize(
        ("state", "before_end", "look"),
        [
            (State.ACTIVE, timedelta(days=20), END - timedelta(days=13)),
            (State.ACTIVE, timedelta(hours=3), END + timedelta(hours=1)),
            (State.CANCELLING, timedelta(minutes=10), END),
            (State.GRACE, timedelta(0), END + timedelta(hours=1)),
            (State.PENDING, timedelta(days=5), END - timedelta(days=5) + timedelta(hours=1)),
            (State.ACTIVE, timedelta(hours=-2), END + timedelta(hours=3)),
            (State.EXPIRED, timedelta(days=5), END + timedelta(days=25)),
            (State.REVOKED, timedelta(days=-179), END + timedelta(days=209)),
            (State.REVOKED, timedelta(days=-180), None),
        ],
    )
    def test_is_looked_at_again_in_time(self, state, before_end, look):
        assert look_again_at(known(state), END - before_end) == look

    def test_that_is_over_expects_nothing_of_the_listener(self):
        for state in (State.EXPIRED, State.REVOKED):
            meaning = MEANINGS[state]
            assert not (meaning.may_cancel or meaning.may_resume or meaning.must_pay)
