"""What a listener heard lately: theirs to see, and theirs to erase."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.errors import Invalid, Unauthenticated
from apps.core.contract.listening import ClearHistory, HistoryEntry, ListRecentlyPlayed, Play, PlaysRecorded, RecordPlays
from apps.core.contract.paging import encode_cursor
from apps.core.database import reader
from apps.core.listening.models import PlayRow
from tests.conftest import START


@pytest.fixture
def release(ana, catalogue):
    return ana.send(GetRelease(catalogue.release()))


@pytest.fixture
def heard(release):
    """A play that began so many minutes ago."""

    def make(minutes: int, track: int = 0) -> Play:
        return Play(f"event-{minutes:03}-{track}", release.tracks[track].id, START - timedelta(minutes=minutes), 40_000)

    return make


@pytest.fixture
def logged(core_app):
    """How many plays are in the log."""

    def count() -> int:
        with core_app.app_context(), reader() as connection:
            return connection.scalar(select(func.count()).select_from(PlayRow)) or 0

    return count


def minutes(page) -> list[int]:
    """How long ago each entry of a page was."""
    return [int((START - one.played_at).total_seconds() / 60) for one in page.items]


class TestListRecentlyPlayed:
    def test_says_what_was_heard(self, ana, release, heard):
        ana.send(RecordPlays((heard(5, track=1),)))
        track = release.tracks[1]
        (entry,) = ana.send(ListRecentlyPlayed()).items
        assert entry == HistoryEntry(
            track.id, release.id, track.title, track.artist, release.title, release.cover, START - timedelta(minutes=5)
        )

    def test_shows_the_latest_first_in_whatever_order_they_arrive(self, ana, heard):
        ana.send(RecordPlays((heard(20), heard(10))))
        ana.send(RecordPlays((heard(30), heard(5), heard(15))))
        assert minutes(ana.send(ListRecentlyPlayed())) == [5, 10, 15, 20, 30]

    def test_goes_on_page_by_page(self, ana, heard):
        ana.send(RecordPlays(tuple(heard(number) for number in range(6))))
        pages, cursor = [], None
        while not pages or cursor:
            page = ana.send(ListRecentlyPlayed(cursor=cursor, size=2))
            pages.append(minutes(page))
            cursor = page.next
        assert pages == [[0, 1], [2, 3], [4, 5]]

    def test_loses_nothing_that_began_at_the_same_moment(self, ana, heard, release):
        ana.send(RecordPlays((heard(1, 0), heard(1, 1), heard(1, 2))))
        first = ana.send(ListRecentlyPlayed(size=2))
        second = ana.send(ListRecentlyPlayed(size=2, cursor=first.next))
        assert {one.track_id for one in (*first.items, *second.items)} == {track.id for track in release.tracks}
        assert (len(second.items), second.next) == (1, None)

    def test_goes_on_where_it_was_when_more_is_heard_meanwhile(self, ana, heard):
        ana.send(RecordPlays((heard(10), heard(20), heard(30))))
        first = ana.send(ListRecentlyPlayed(size=2))
        ana.send(RecordPlays((heard(1), heard(2))))
        assert minutes(ana.send(ListRecentlyPlayed(size=2, cursor=first.next))) == [30]

    def test_is_the_listener_s_own(self, ana, ben, heard):
        ana.send(RecordPlays((heard(1),)))
        assert ben.send(ListRecentlyPlayed()).items == ()

    @pytest.mark.parametrize("cursor", ["x", "!!!", encode_cursor(1), encode_cursor("2026-03-02T12:00:00", "0" * 22)])
    def test_refuses_a_foreign_cursor(self, ana, cursor):
        with pytest.raises(Invalid):
            ana.send(ListRecentlyPlayed(cursor=cursor))

    @pytest.mark.parametrize("action", [ListRecentlyPlayed(), ClearHistory()])
    def test_and_erasing_need_an_account(self, visitor, action):
        with pytest.raises(Unauthenticated):
            visitor.send(action)


class TestClearHistory:
    def test_erases_it_and_leaves_the_log(self, ana, heard, logged):
        ana.send(RecordPlays((heard(1), heard(2))))
        ana.send(ClearHistory())
        assert ana.send(ListRecentlyPlayed()).items == ()
        assert logged() == 2

    def test_is_not_undone_by_plays_that_are_sent_again(self, ana, heard):
        ana.send(RecordPlays((heard(1),)))
        ana.send(ClearHistory())
        assert ana.send(RecordPlays((heard(1), heard(2)))) == PlaysRecorded(1, 1)
        assert minutes(ana.send(ListRecentlyPlayed())) == [2]

    def test_leaves_other_listeners_theirs(self, ana, ben, heard):
        for who in (ana, ben):
            who.send(RecordPlays((heard(1),)))
        ana.send(ClearHistory())
        assert minutes(ben.send(ListRecentlyPlayed())) == [1]

    def test_of_nothing_changes_nothing(self, ana):
        for _ in range(2):
            ana.send(ClearHistory())
        assert ana.send(ListRecentlyPlayed()).items == ()
