"""The history of an entry: table and property."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.charts.rules import History, Standing, histories, history
from apps.core.contract.charts import Movement

NEW, BACK, UP, DOWN, SAME = Movement.NEW, Movement.RE_ENTRY, Movement.UP, Movement.DOWN, Movement.SAME


class TestAnEntry:
    @pytest.mark.parametrize(
        ("position", "past", "before", "told"),
        [
            pytest.param(7, None, None, (None, 7, 1, NEW), id="in the first edition there is"),
            pytest.param(7, None, 5, (None, 7, 1, NEW), id="never there before"),
            pytest.param(7, Standing(5, 9, 8, 3), 5, (9, 7, 4, UP), id="up, to a new peak"),
            pytest.param(7, Standing(5, 9, 2, 3), 5, (9, 2, 4, UP), id="up, below its peak"),
            pytest.param(7, Standing(5, 6, 6, 1), 5, (6, 6, 2, DOWN), id="down"),
            pytest.param(7, Standing(5, 7, 7, 1), 5, (7, 7, 2, SAME), id="where it was"),
            pytest.param(7, Standing(4, 9, 8, 3), 5, (None, 7, 4, BACK), id="back after one edition, to a new peak"),
            pytest.param(7, Standing(1, 1, 1, 30), 5, (None, 1, 31, BACK), id="back after several"),
        ],
    )
    def test_has_the_history(self, position, past, before, told):
        assert history(position, past, before) == History(*told)

    def test_stands_beside_others_of_its_edition(self):
        standings = {"b": Standing(1, 1, 1, 1)}
        assert [one.movement for one in histories([("a", 1), ("b", 2), ("c", 3)], standings, 1)] == [NEW, DOWN, NEW]


EDITIONS = st.lists(st.permutations("abcde").flatmap(lambda keys: st.integers(0, 5).map(lambda size: keys[:size])), max_size=12)


class TestOverAnyEditions:
    @given(EDITIONS)
    @settings(max_examples=50)
    def test_says_what_all_editions_together_say(self, editions):
        standings: dict[str, Standing[int]] = {}
        for number, keys in enumerate(editions):
            ranked = [(key, position) for position, key in enumerate(keys, 1)]
            told = histories(ranked, standings, number - 1 if number else None)
            for (key, position), one in zip(ranked, told, strict=True):
                stood = [edition.index(key) + 1 for edition in editions[: number + 1] if key in edition]
                assert (one.weeks, one.peak) == (len(stood), min(stood))
                last = editions[number - 1].index(key) + 1 if number and key in editions[number - 1] else None
                assert one.last_position == last
                assert (one.movement in {NEW, BACK}) == (last is None)
                assert (one.movement == NEW) == (len(stood) == 1)
                standings[key] = Standing(number, position, one.peak, one.weeks)
