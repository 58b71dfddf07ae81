"""What a listener heard lately: theirs to see, and theirs to erase."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import msgspec
import pytest
from sqlalchemy import func, select, update

from apps.core.catalogue.models import TrackRow
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.errors import Invalid, Unauthenticated
from apps.core.contract.listening import ClearHistory, HistoryEntry, ListRecentlyPlayed, Play, PlaysRecorded, RecordPlays
from apps.core.contract.paging import encode_cursor
from apps.core.database import db, reader
from apps.core.listening.models import PlayRow
from apps.core.meter import Meter
from tests.conftest import START
from tests.factories.shelf import Shelf


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

    def number() -> int:
        with core_app.app_context(), reader() as connection:
            return connection.scalar(select(func.count()).select_from(PlayRow)) or 0

    return number


def minutes(page) -> list[int]:
    """How long ago each entry of a page was."""
    return [int((START - one.played_at).total_seconds() / 60) for one in page.items]


MOMENTS = ["2026-03-01T01:30", "2026-02-28T15:00", "2026-02-28T05:00", "2026-02-28T00:10"]
"""Three of one day in UTC, two of it in Tokyo, and others in New York; the latest first."""
NEVER = [
    ("2026-02-30", "UTC"), ("0001-01-01", "Asia/Tokyo"), ("9999-12-31", "UTC"), ("2026-03-01", "Nowhere/Land"), ("2026-03-01", "Europe"),
]  # fmt: skip


@pytest.fixture
def play_at(release):
    def make(moment: str) -> Play:
        return Play(moment.replace(":", "-"), release.tracks[0].id, datetime.fromisoformat(f"{moment}+00:00"), 40_000)

    return make


def moments(page) -> list[str]:
    return [one.played_at.strftime("%Y-%m-%dT%H:%M") for one in page.items]


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


class TestASoughtHistory:
    @pytest.mark.parametrize(
        ("first", "last", "zone", "expected"),
        [
            (None, None, "UTC", [0, 1, 2, 3]),
            ("2026-02-28", "2026-02-28", "UTC", [1, 2, 3]),
            ("2026-02-28", "2026-02-28", "Asia/Tokyo", [2, 3]),
            ("2026-02-28", "2026-02-28", "America/New_York", [0, 1, 2]),
            ("2026-03-01", None, "UTC", [0]),
            (None, "2026-02-27", "America/New_York", [3]),
            ("2027-01-01", None, "UTC", []),
        ],
    )
    def test_has_what_was_heard_on_these_days_there(self, ana, play_at, first, last, zone, expected):
        ana.send(RecordPlays(tuple(map(play_at, MOMENTS))))
        found = ana.send(ListRecentlyPlayed(first=first, last=last, zone=zone))
        assert moments(found) == [MOMENTS[number] for number in expected]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("blue", {"Blue 100%"}), ("ADA", {"Ada 1"}), ("ada evening", {"Ada 1"}), ("blue ada", set()), ("100%", {"Blue 100%"}),
            ("%", {"Blue 100%"}), ("_", set()), (" ", {"Blue 100%", "Ada 1"}), ("evenings 1", {"Ada 1"}),
        ],
    )  # fmt: skip
    def test_has_what_has_all_the_words_somewhere(self, ana, core_app, visitor, text, found):
        shelf = Shelf(core_app, count())
        for number, (title, artist) in enumerate((("Mornings", "Blue"), ("Evenings", "Ada"))):
            track = visitor.send(GetRelease(shelf.release(title, artist, tracks=1))).tracks[0]
            if not number:
                with core_app.app_context():
                    db.session.execute(update(TrackRow).where(TrackRow.id == track.id).values(title="Blue 100%"))
                    db.session.commit()
            ana.send(RecordPlays((Play(f"event-{number:04}", track.id, START, 40_000),)))
        assert {entry.title for entry in ana.send(ListRecentlyPlayed(text=text)).items} == found

    def test_goes_on_page_by_page(self, ana, play_at):
        ana.send(RecordPlays(tuple(map(play_at, MOMENTS))))
        sought = ListRecentlyPlayed(first="2026-02-28", last="2026-02-28", size=2)
        first = ana.send(sought)
        second = ana.send(msgspec.structs.replace(sought, cursor=first.next))
        assert (moments(first), moments(second), second.next) == (MOMENTS[1:3], MOMENTS[3:], None)

    def test_takes_one_statement(self, ana, core_app, heard):
        ana.send(RecordPlays(tuple(heard(number) for number in range(30))))
        meter = core_app.extensions["container"].get(Meter)
        before = meter.costs["ListRecentlyPlayed"].statements
        ana.send(ListRecentlyPlayed(first="2026-01-01", last="2027-01-01", zone="Europe/London", text="a b c"))
        assert meter.costs["ListRecentlyPlayed"].statements - before == 1

    @pytest.mark.parametrize(("day", "zone"), NEVER)
    def test_of_a_day_or_zone_that_there_is_not_is_refused(self, ana, day, zone):
        with pytest.raises(Invalid):
            ana.send(ListRecentlyPlayed(first=day, last=day, zone=zone))

    def test_that_ends_before_it_begins_is_refused(self, ana):
        with pytest.raises(Invalid, match="comes after the last"):
            ana.send(ListRecentlyPlayed(first="2026-03-02", last="2026-03-01"))


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

    def test_of_one_day_leaves_the_others(self, ana, play_at):
        ana.send(RecordPlays(tuple(map(play_at, MOMENTS))))
        ana.send(ClearHistory("2026-02-28", "Asia/Tokyo"))
        assert moments(ana.send(ListRecentlyPlayed())) == MOMENTS[:2]
        ana.send(ClearHistory("2026-02-28"))
        assert moments(ana.send(ListRecentlyPlayed())) == MOMENTS[:1]

    @pytest.mark.parametrize(("day", "zone"), NEVER)
    def test_of_a_day_or_zone_that_there_is_not_is_refused(self, ana, heard, day, zone):
        ana.send(RecordPlays((heard(1),)))
        with pytest.raises(Invalid):
            ana.send(ClearHistory(day, zone))
        assert minutes(ana.send(ListRecentlyPlayed())) == [1]
