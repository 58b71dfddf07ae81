"""The index: whatever it has is found, through any number of changes."""

from __future__ import annotations

import gc
import tracemalloc
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.contract.search import SearchKind
from apps.core.search import index as indexing
from apps.core.search.folding import maker_spellings, name_spellings, title_spellings
from apps.core.search.index import Index
from apps.core.search.rules import Names
from apps.core.search.segment import Columns, Entry, Filters, Segment

EVERYTHING = tuple(SearchKind)
MOST = 40


def key(number: int) -> bytes:
    return number.to_bytes(16)


def artist(number: int, name: str, **facts: object) -> Entry:
    return Entry(SearchKind.ARTIST, key(number), key(number), Names(name_spellings(name)), **facts)


def track(number: int, title: str, by: str = "The Lanterns", release: int = 0, **facts: object) -> Entry:
    names = Names(title_spellings(title), maker_spellings(by))
    return Entry(SearchKind.TRACK, key(number), key(release or number), names, **facts)


def index_of(*entries: Entry) -> Index:
    return Index([Segment(Columns.of(entries))])


def found(index: Index, text: str, kind: SearchKind = SearchKind.TRACK, **filters: object) -> list[int]:
    return [int.from_bytes(hit.id) for hit in index.find(text, EVERYTHING, Filters(**filters), MOST)[kind]]


NAMES = st.text(min_size=1, max_size=40).filter(title_spellings)


class TestFinding:
    @settings(deadline=None)
    @given(st.lists(NAMES, min_size=1, max_size=8, unique_by=lambda name: tuple(title_spellings(name)[:1])))
    def test_everything_is_found_by_its_own_name(self, names):
        index = index_of(*(track(number, name) for number, name in enumerate(names, start=1)))
        for number, name in enumerate(names, start=1):
            assert number in found(index, name)

    @settings(deadline=None)
    @given(st.text())
    def test_nothing_that_is_typed_fails(self, text):
        index = index_of(artist(1, "The Lanterns"), track(2, "Blue Garden"), track(3, "!!!"), track(4, "21"))
        assert set(index.find(text, EVERYTHING, Filters(), MOST)) == set(SearchKind)

    @pytest.mark.parametrize("text", ["", "   ", "?!?", "🎉", "\u200f؟", "\x00", "xyzzy", "q" * 10_000, "q " * 5_000, "\ud800"])
    def test_what_says_nothing_finds_nothing(self, text):
        index = index_of(artist(1, "The Lanterns"), track(2, "Blue Garden"))
        assert not any(index.find(text, EVERYTHING, Filters(), MOST).values())

    def test_an_empty_index_finds_nothing(self):
        assert found(Index([]), "blue") == []
        assert found(index_of(), "blue") == []

    def test_better_known_things_come_first_among_equals(self):
        index = index_of(track(1, "Blue", "Ada", popularity=3), track(2, "Blue", "Cem", popularity=900), track(3, "Blue", "Dusk"))
        assert found(index, "blue") == [2, 1, 3]

    def test_an_exact_name_comes_before_a_well_known_beginning(self):
        index = index_of(track(1, "Blue", "Ada"), track(2, "Bluebird", "Cem", popularity=5))
        assert found(index, "blue")[0] == 1

    @pytest.mark.parametrize(
        ("filters", "left"),
        [
            ({"type": "album"}, [1]), ({"genre": "JAZZ"}, [1, 2]), ({"label": "harbour"}, [2]), ({"first_year": 2000}, [2]),
            ({"last_year": 1999}, [1]), ({"first_year": 1990, "last_year": 2020}, [1, 2]), ({"genre": "Pop"}, []),
        ],
    )  # fmt: skip
    def test_filters_leave_out_what_does_not_have_it(self, filters, left):
        index = index_of(
            track(1, "Blue", type="album", genre="Jazz", label="Quay", year=1994),
            track(2, "Blue", type="single", genre="Jazz", label="Harbour", year=2012),
            track(3, "Blue"),
            artist(4, "Blue"),
        )
        assert sorted(found(index, "blue", **filters)) == left
        assert found(index, "blue", SearchKind.ARTIST, **filters) == []

    def test_a_year_nobody_has_lived_in_is_held(self):
        assert found(index_of(track(1, "Blue", year=10**9)), "blue", first_year=2000) == [1]


class TestRemembering:
    def test_what_was_asked_before_is_answered_the_same(self):
        index = index_of(*(track(number, f"Blue {number}", popularity=number) for number in range(1, 9)), artist(9, "Blue"))
        first = index.find("blue", EVERYTHING, Filters(), MOST)
        assert index.find("blue", EVERYTHING, Filters(), MOST) == first
        assert index.find("blue", EVERYTHING, Filters(), 1) != first

    def test_takes_little_memory_however_much_is_asked(self, monkeypatch):
        monkeypatch.setattr(indexing, "REMEMBERED", 20)
        index = index_of(*(track(number, "Blue") for number in range(1, 1_001)))
        found(index, "blue")
        tracemalloc.start()
        try:
            for number in range(24):
                assert len(index.find("blue" + " " * number, EVERYTHING, Filters(first_year=None), 1_000)[SearchKind.TRACK]) == 1_000
            assert tracemalloc.get_traced_memory()[0] < 20 * 1_000 * 40
        finally:
            tracemalloc.stop()

    def test_ends_with_the_index(self):
        index = index_of(track(1, "Blue"))
        found(index, "blue")
        left = weakref.ref(index)
        gc.disable()
        try:
            del index
            assert left() is None
        finally:
            gc.enable()


class TestChanges:
    def test_what_is_changed_is_found_by_its_new_name_alone(self):
        index = index_of(track(1, "Blue", release=7), track(2, "Green", release=7), track(3, "Red", release=8))
        changed = index.changed([key(7)], [track(1, "Violet", release=7)])
        assert (found(changed, "violet"), found(changed, "blue"), found(changed, "green"), found(changed, "red")) == ([1], [], [], [3])
        assert found(index, "blue") == [1]  # whoever asked before goes on with what there was

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["red", "green", "blue", ""])), max_size=40))
    def test_any_row_of_changes_leaves_what_was_last(self, changes):
        index, last = Index([]), {}
        for number, title in changes:
            index = index.changed([key(number)], [track(number, title)] if title else [])
            last[number] = title
        for title in ("red", "green", "blue"):
            assert sorted(found(index, title)) == sorted(number for number, name in last.items() if name == title)
        assert len(index) == sum(map(bool, last.values()))

    def test_segments_stay_few(self):
        index = Index([])
        for number in range(1, 200):
            index = index.changed([key(number)], [track(number, f"Song {number}")])
        assert len(index.segments) < 9

    def test_large_segments_are_merged_beside(self, monkeypatch):
        monkeypatch.setattr(indexing, "MOST_MERGED", 2)
        index = Index([])
        for number in range(1, 5):
            index = index.changed([key(number)], [track(number, f"Song {number}")])
        assert index.crowded
        compact = index.compact()
        assert not compact.crowded
        assert found(compact, "song 3") == found(index, "song 3")
        assert len(compact) == len(index)
