"""What plays were started from: told by the player, kept in the listener's own history, and asked for there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.corrections import MergeArtists
from apps.core.contract.ids import new_id
from apps.core.contract.library import Unplayable
from apps.core.contract.listening import (
    LOOKED_THROUGH,
    AppSource,
    ArtistSource,
    ChartSource,
    FavouritesSource,
    HistorySource,
    ListRecentlyPlayed,
    Play,
    PlayedFrom,
    PlaylistSource,
    RecordPlays,
    ReleaseSource,
    SearchSource,
    Source,
    SourceKind,
    StationSource,
    TrackSource,
)
from apps.core.contract.playlists import CreatePlaylist, DeletePlaylist, EditPlaylist, Visibility
from apps.core.contract.radio import StartStation, TrackSeed
from apps.core.contract.sharing import AcceptPlaylistInvitation, InviteToPlaylist, SharedRole
from apps.core.database import db
from apps.core.listening.models import HistoryRow
from tests.conftest import START

BEYOND = "7" + "z" * 21
"""Written like an id, and no database can hold it."""


@pytest.fixture
def hear(release):
    """Somebody hears the first track so many minutes ago, from something."""

    def hear(who, source: Source | None, minutes: int = 0) -> None:
        play = Play(f"event-{minutes:03}", release.tracks[0].id, START - timedelta(minutes=minutes), 40_000, source=source)
        assert who.send(RecordPlays((play,))).recorded == 1

    return hear


@pytest.fixture
def told(hear):
    """What somebody's history says of the play that they have just heard from something."""

    def told(who, source: Source | None) -> PlayedFrom | None:
        hear(who, source)
        return who.send(ListRecentlyPlayed()).items[0].played_from

    return told


class TestWhatAPlayWasStartedFrom:
    @pytest.mark.parametrize("source", [TrackSource(), FavouritesSource(), SearchSource(), HistorySource(), AppSource("Morning run")])
    def test_is_told_as_it_was(self, ana, told, source):
        assert told(ana, source) == PlayedFrom(source, None)

    def test_need_not_be_said(self, ana, told):
        assert told(ana, None) is None

    def test_is_each_play_s_own(self, ana, release):
        sources = [PlaylistSource(new_id()), None, AppSource("Morning run"), ChartSource("uk-singles"), SearchSource()]
        plays = [
            Play(f"event-{number:03}", release.tracks[0].id, START - timedelta(minutes=number), 1, source=source)
            for number, source in enumerate(sources)
        ]
        ana.send(RecordPlays(tuple(plays)))
        entries = ana.send(ListRecentlyPlayed()).items
        assert [entry.played_from and entry.played_from.source for entry in entries] == sources

    def test_stays_what_was_told_first(self, ana, release):
        for source in (SearchSource(), FavouritesSource()):
            ana.send(RecordPlays((Play("event-001", release.tracks[0].id, START, 1, source=source),)))
        (entry,) = ana.send(ListRecentlyPlayed()).items
        assert entry.played_from == PlayedFrom(SearchSource(), None)

    def test_is_a_release_by_its_title_where_it_is_offered(self, ana, told, release, shelf, deals):
        other = shelf.release("Mornings", "Ada")
        assert told(ana, ReleaseSource(other)) == PlayedFrom(ReleaseSource(other), "Mornings")
        deals.only(other, "JP")
        assert ana.send(ListRecentlyPlayed()).items[0].played_from == PlayedFrom(ReleaseSource(other), None)

    def test_is_an_artist_by_the_name_that_stands_for_them_now(self, ana, told, staff, visitor, release, shelf):
        one, other = (visitor.send(GetRelease(shelf.release("Mornings", name))).credits[0].artist_id for name in ("Ada", "Ada L."))
        assert told(ana, ArtistSource(one)) == PlayedFrom(ArtistSource(one), "Ada")
        staff.send(MergeArtists(one, other))
        assert ana.send(ListRecentlyPlayed()).items[0].played_from == PlayedFrom(ArtistSource(one), "Ada L.")

    def test_is_a_chart_by_its_title(self, ana, ben, told):
        assert told(ana, ChartSource("uk-singles")) == PlayedFrom(ChartSource("uk-singles"), "UK singles")
        assert told(ben, ChartSource("moon-singles")) == PlayedFrom(ChartSource("moon-singles"), None)

    def test_is_a_station_of_one_s_own_by_its_title(self, ana, ben, told, release):
        source = StationSource(ana.send(StartStation(TrackSeed(release.tracks[0].id))).id)
        assert told(ana, source) == PlayedFrom(source, release.tracks[0].title)
        assert told(ben, source) == PlayedFrom(source, None)

    @pytest.mark.parametrize("kind", [ReleaseSource, ArtistSource, PlaylistSource, StationSource])
    def test_may_be_gone(self, ana, told, kind):
        source = kind(new_id())
        assert told(ana, source) == PlayedFrom(source, None)

    def test_under_an_id_that_no_database_can_hold_is_not_known(self, ana, told):
        assert told(ana, PlaylistSource(BEYOND)) is None


class TestAPlaylist:
    def test_is_told_by_its_title_until_it_is_deleted(self, ana, told):
        made = ana.send(CreatePlaylist("Late"))
        assert told(ana, PlaylistSource(made.id)) == PlayedFrom(PlaylistSource(made.id), "Late")
        ana.send(DeletePlaylist(made.id))
        assert ana.send(ListRecentlyPlayed()).items[0].played_from == PlayedFrom(PlaylistSource(made.id), None)

    def test_of_somebody_else_is_told_to_whom_it_is_open(self, ana, ben, told):
        made = ana.send(CreatePlaylist("Late", visibility=Visibility.UNLISTED))
        assert told(ben, PlaylistSource(made.id)) == PlayedFrom(PlaylistSource(made.id), "Late")
        ana.send(EditPlaylist(made.id, "Late", "", Visibility.PRIVATE))
        assert ben.send(ListRecentlyPlayed()).items[0].played_from == PlayedFrom(PlaylistSource(made.id), None)
        ben.send(AcceptPlaylistInvitation(ana.send(InviteToPlaylist(made.id, SharedRole.VIEWER)).token))
        assert ben.send(ListRecentlyPlayed()).items[0].played_from == PlayedFrom(PlaylistSource(made.id), "Late")


class TestAHistoryByWhatItWasPlayedFrom:
    SOURCES = (FavouritesSource(), SearchSource(), None, SearchSource(), AppSource("Morning run"), SearchSource())

    @pytest.fixture(autouse=True)
    def heard(self, ana, hear):
        for number, source in enumerate(self.SOURCES):
            hear(ana, source, number)

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [(SourceKind.SEARCH, [1, 3, 5]), (SourceKind.APP, [4]), (SourceKind.STATION, []), (None, [0, 1, 2, 3, 4, 5])],
    )
    def test_has_what_was_started_from_that(self, ana, kind, expected):
        assert minutes(ana.send(ListRecentlyPlayed(source=kind))) == expected

    def test_goes_on_page_by_page(self, ana):
        first = ana.send(ListRecentlyPlayed(source=SourceKind.SEARCH, size=2))
        second = ana.send(ListRecentlyPlayed(source=SourceKind.SEARCH, size=2, cursor=first.next))
        assert (minutes(first), minutes(second), second.next, first.looked_back_to) == ([1, 3], [5], None, None)

    def test_is_of_these_days_and_words_too(self, ana, release):
        sought = {"source": SourceKind.SEARCH, "first": START.date().isoformat()}
        assert minutes(ana.send(ListRecentlyPlayed(**sought, text=release.title))) == [1, 3, 5]
        assert minutes(ana.send(ListRecentlyPlayed(**sought, text="nowhere"))) == []
        assert minutes(ana.send(ListRecentlyPlayed(source=SourceKind.SEARCH, last="2026-01-01"))) == []

    def test_takes_one_statement(self, ana, statements):
        sought = ListRecentlyPlayed(source=SourceKind.SEARCH, text="a b")
        before = statements(sought)
        ana.send(sought)
        assert statements(sought) - before == 1


class TestALongHistory:
    @pytest.fixture
    def long(self, core_app, ana, release):
        """Plays a minute apart: as many as one page looks through and two, of which those of these numbers were of another track."""

        def long(*others: int) -> None:
            tracks = release.tracks
            rows = [
                {
                    "id": new_id(), "account_id": ana.actor.account_id, "event_id": f"event-{number}", "source": "search",
                    "track_id": tracks[number in others].id, "played_at": START - timedelta(minutes=number),
                }
                for number in range(LOOKED_THROUGH + 2)
            ]  # fmt: skip
            with core_app.app_context():
                db.session.execute(insert(HistoryRow), rows)
                db.session.commit()

        return long

    def test_is_looked_through_in_slices_that_say_how_far_they_went(self, ana, release, long):
        long(3, LOOKED_THROUGH + 1)
        sought = release.tracks[1].title
        first = ana.send(ListRecentlyPlayed(text=sought))
        assert (minutes(first), first.looked_back_to) == ([3], START - timedelta(minutes=LOOKED_THROUGH - 1))
        second = ana.send(ListRecentlyPlayed(text=sought, cursor=first.next))
        assert (minutes(second), second.next, second.looked_back_to) == ([LOOKED_THROUGH + 1], None, None)

    def test_has_the_last_of_a_slice_once(self, ana, release, long):
        long(LOOKED_THROUGH - 1, LOOKED_THROUGH)
        sought = release.tracks[1].title
        first = ana.send(ListRecentlyPlayed(text=sought))
        second = ana.send(ListRecentlyPlayed(text=sought, cursor=first.next))
        assert [minutes(page) for page in (first, second)] == [[LOOKED_THROUGH - 1], [LOOKED_THROUGH]]

    def test_goes_on_where_a_full_page_ends_just_before_the_slice(self, ana, release, long):
        long(3, LOOKED_THROUGH)
        sought = release.tracks[1].title
        first = ana.send(ListRecentlyPlayed(text=sought, size=1))
        second = ana.send(ListRecentlyPlayed(text=sought, size=1, cursor=first.next))
        assert [minutes(page) for page in (first, second)] == [[3], [LOOKED_THROUGH]]

    def test_has_nothing_where_nothing_is_like_that(self, ana, long):
        long()
        first = ana.send(ListRecentlyPlayed(source=SourceKind.CHART))
        assert (first.items, first.looked_back_to) == ((), START - timedelta(minutes=LOOKED_THROUGH - 1))
        assert ana.send(ListRecentlyPlayed(source=SourceKind.CHART, cursor=first.next)).next is None

    def test_is_told_as_it_comes_where_nothing_is_sought(self, ana, long):
        long()
        page = ana.send(ListRecentlyPlayed(size=100))
        assert (len(page.items), page.looked_back_to) == (100, None)


class TestAnEntry:
    def test_says_why_it_cannot_be_played(self, ana, told, release, deals):
        told(ana, None)
        assert ana.send(ListRecentlyPlayed()).items[0].unplayable is None
        deals.only(release.id, "JP")
        (entry,) = ana.send(ListRecentlyPlayed()).items
        assert (entry.title, entry.unplayable, entry.preview) == (release.tracks[0].title, Unplayable.NOT_OFFERED, False)


def minutes(page) -> list[int]:
    """How long ago each entry of a page was."""
    return [int((START - one.played_at).total_seconds() / 60) for one in page.items]
