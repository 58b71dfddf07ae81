"""Favourites: kept once, found again in order, and not lost when they are offered no more."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.errors import Invalid, NotFound, Unauthenticated
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import FailJob
from apps.core.contract.library import (
    AddFavourite,
    ArtistSubject,
    FindFavourites,
    FoundFavourites,
    ListFavouriteArtists,
    ListFavouriteReleases,
    ListFavouriteTracks,
    ReleaseSubject,
    RemoveFavourite,
    TrackSubject,
    Unplayable,
)
from apps.core.contract.paging import encode_cursor
from apps.core.contract.radio import FeedbackKind, NextTracks, ReleaseSeed, SendStationFeedback, StartStation
from apps.core.rights.terms import CommercialModel

LISTS = (ListFavouriteTracks, ListFavouriteReleases, ListFavouriteArtists)
NOTHING = FoundFavourites(frozenset(), frozenset(), frozenset())
BEYOND = "7" + "z" * 21


def track_ids(page) -> list[str]:
    return [one.track.track_id for one in page.items]


@pytest.fixture
def subjects(release):
    """One of each kind, with the list it comes into."""
    return {
        ListFavouriteTracks: TrackSubject(release.tracks[0].id),
        ListFavouriteReleases: ReleaseSubject(release.id),
        ListFavouriteArtists: ArtistSubject(release.credits[0].artist_id),
    }


class TestAddFavourite:
    def test_keeps_a_track_and_says_what_it_is(self, ana, release, clock):
        ana.send(AddFavourite(TrackSubject(release.tracks[1].id)))
        (kept,) = ana.send(ListFavouriteTracks()).items
        track, listed = release.tracks[1], kept.track
        assert (listed.track_id, listed.recording_id, listed.title, listed.artist) == (
            track.id, track.recording_id, track.title, track.artist,
        )  # fmt: skip
        assert (listed.release_id, listed.release_title, listed.duration_ms) == (release.id, release.title, track.duration_ms)
        assert (listed.preview, listed.unplayable, kept.added_at) == (False, None, clock.now())

    def test_keeps_a_release_and_an_artist(self, ana, release):
        ana.send(AddFavourite(ReleaseSubject(release.id)))
        ana.send(AddFavourite(ArtistSubject(release.credits[0].artist_id)))
        (kept,) = ana.send(ListFavouriteReleases()).items
        assert (kept.release.id, kept.release.title, kept.offered) == (release.id, "Blue Garden", True)
        (artist,) = ana.send(ListFavouriteArtists()).items
        assert (artist.artist_id, artist.name, artist.offered) == (release.credits[0].artist_id, "The Lanterns", True)

    @pytest.mark.parametrize("kind", LISTS)
    def test_twice_is_once_and_as_it_was_first(self, ana, subjects, clock, kind):
        ana.send(AddFavourite(subjects[kind]))
        first = ana.send(kind())
        clock.advance(60)
        ana.send(AddFavourite(subjects[kind]))
        assert ana.send(kind()) == first
        assert len(first.items) == 1

    def test_of_a_recording_counts_from_whatever_release_it_is_heard(self, ana, release, shelf, visitor):
        elsewhere = visitor.send(GetRelease(shelf.again(release.tracks[0], "A compilation")))
        for track in (elsewhere.tracks[0], release.tracks[0]):
            ana.send(AddFavourite(TrackSubject(track.id)))
        assert track_ids(ana.send(ListFavouriteTracks())) == [elsewhere.tracks[0].id]
        both = (release.tracks[0].id, elsewhere.tracks[0].id)
        assert ana.send(FindFavourites(track_ids=both)).track_ids == frozenset(both)
        ana.send(RemoveFavourite(TrackSubject(release.tracks[0].id)))
        assert ana.send(ListFavouriteTracks()).items == ()

    @pytest.mark.parametrize("subject", [TrackSubject, ReleaseSubject, ArtistSubject])
    @pytest.mark.parametrize("unknown", [new_id(), BEYOND], ids=["unknown", "beyond all ids"])
    def test_of_what_does_not_exist_is_not_found(self, ana, subject, unknown):
        with pytest.raises(NotFound):
            ana.send(AddFavourite(subject(unknown)))

    @pytest.mark.parametrize("kind", LISTS)
    def test_of_what_is_not_offered_here_is_not_found(self, ana, subjects, release, deals, kind):
        deals.only(release.id, "JP")
        with pytest.raises(NotFound):
            ana.send(AddFavourite(subjects[kind]))

    def test_takes_an_artist_who_is_only_heard_on_the_releases_of_others(self, ana, release, shelf, deals):
        shelf.again(release.tracks[0], "A compilation")
        deals.none(release.id)
        ana.send(AddFavourite(ArtistSubject(release.credits[0].artist_id)))
        assert ana.send(ListFavouriteArtists()).items[0].offered

    @pytest.mark.parametrize("kind", LISTS)
    def test_is_one_account_s_own(self, ana, ben, subjects, kind):
        ana.send(AddFavourite(subjects[kind]))
        assert ben.send(kind()).items == ()
        ben.send(RemoveFavourite(subjects[kind]))
        assert len(ana.send(kind()).items) == 1

    def test_needs_an_account(self, visitor, release):
        with pytest.raises(Unauthenticated):
            visitor.send(AddFavourite(ReleaseSubject(release.id)))


class TestRemoveFavourite:
    @pytest.mark.parametrize("kind", LISTS)
    def test_keeps_it_no_longer_and_twice_is_once(self, ana, subjects, kind):
        ana.send(AddFavourite(subjects[kind]))
        for _ in range(2):
            ana.send(RemoveFavourite(subjects[kind]))
            assert ana.send(kind()).items == ()

    def test_leaves_the_others(self, ana, release):
        for track in release.tracks:
            ana.send(AddFavourite(TrackSubject(track.id)))
        ana.send(RemoveFavourite(TrackSubject(release.tracks[2].id)))
        assert set(track_ids(ana.send(ListFavouriteTracks()))) == {track.id for track in release.tracks} - {release.tracks[2].id}

    @pytest.mark.parametrize("subject", [TrackSubject, ReleaseSubject, ArtistSubject])
    def test_of_what_does_not_exist_changes_nothing(self, ana, subject):
        ana.send(RemoveFavourite(subject(new_id())))


class TestTheLists:
    def test_have_the_latest_first_page_by_page(self, ana, release, clock, walk):
        for track in release.tracks:
            ana.send(AddFavourite(TrackSubject(track.id)))
            clock.advance(60)
        latest = [track.id for track in reversed(release.tracks)]
        for size in (1, 2, 5, 6):
            assert [one.track.track_id for one in walk(ana, ListFavouriteTracks, size=size)] == latest

    def test_lose_nothing_that_was_kept_at_the_same_moment(self, ana, shelf, visitor, walk):
        releases = [visitor.send(GetRelease(shelf.release(f"Album {number}", f"Artist {number}", tracks=1))) for number in range(5)]
        for release in releases:
            for subject in (
                ReleaseSubject(release.id), ArtistSubject(release.credits[0].artist_id), TrackSubject(release.tracks[0].id),
            ):  # fmt: skip
                ana.send(AddFavourite(subject))
        assert {one.release.id for one in walk(ana, ListFavouriteReleases, size=2)} == {release.id for release in releases}
        assert {one.name for one in walk(ana, ListFavouriteArtists, size=2)} == {f"Artist {number}" for number in range(5)}
        assert len(walk(ana, ListFavouriteTracks, size=2)) == 5

    @pytest.mark.parametrize("kind", LISTS)
    def test_take_one_statement(self, ana, subjects, statements, kind):
        ana.send(AddFavourite(subjects[kind]))
        before = statements(kind())
        ana.send(kind())
        assert statements(kind()) - before == 1

    @pytest.mark.parametrize("kind", LISTS)
    @pytest.mark.parametrize("cursor", ["x", encode_cursor(1), encode_cursor("2026-03-02T12:00:00", "0" * 22)])
    def test_refuse_a_foreign_cursor(self, ana, kind, cursor):
        with pytest.raises(Invalid):
            ana.send(kind(cursor=cursor))


class TestWhatIsNotOfferedAnyMore:
    def test_is_kept_and_says_so(self, ana, subjects, release, deals):
        for subject in subjects.values():
            ana.send(AddFavourite(subject))
        deals.only(release.id, "JP")
        assert ana.send(ListFavouriteTracks()).items[0].track.unplayable is Unplayable.NOT_OFFERED
        assert not ana.send(ListFavouriteReleases()).items[0].offered
        assert not ana.send(ListFavouriteArtists()).items[0].offered

    def test_says_whether_it_is_offered_anywhere(self, ana, release, deals, catalogue):
        ana.send(AddFavourite(TrackSubject(release.tracks[0].id)))

        def told():
            track = ana.send(ListFavouriteTracks()).items[0].track
            return track.unplayable, track.withdrawn

        assert told() == (None, False)
        deals.only(release.id, "JP")
        assert told() == (Unplayable.NOT_OFFERED, False)
        deals.only(release.id, "JP", ends_at=deals.now)
        assert told() == (Unplayable.NOT_OFFERED, True)
        deals.only(release.id, "JP", track_id=release.tracks[1].id)
        assert told() == (Unplayable.NOT_OFFERED, True)

    def test_on_this_plan_says_so_too(self, ana, release, deals, on_plan):
        ana.send(AddFavourite(TrackSubject(release.tracks[0].id)))
        deals.only(release.id, model=CommercialModel.SUBSCRIPTION)
        assert ana.send(ListFavouriteTracks()).items[0].track.unplayable is Unplayable.NOT_ON_PLAN

    def test_and_what_may_be_heard_in_part(self, ana, catalogue, visitor, deals):
        release_id = catalogue.release()
        track = visitor.send(GetRelease(release_id)).tracks[0]
        ana.send(AddFavourite(TrackSubject(track.id)))
        deals.only(release_id, model=CommercialModel.SUBSCRIPTION)
        (kept,) = ana.send(ListFavouriteTracks()).items
        assert (kept.track.unplayable, kept.track.preview) == (Unplayable.NOT_ON_PLAN, True)

    def test_or_has_no_audio_yet(self, ana, catalogue, visitor):
        (release_id,) = catalogue.deliver(catalogue.files("Blue Garden", ["Dawn", "Noon"]))
        catalogue.transcode(catalogue.waiting("transcode")[0])
        for track in visitor.send(GetRelease(release_id)).tracks:
            ana.send(AddFavourite(TrackSubject(track.id)))
        reasons = [one.track.unplayable for one in ana.send(ListFavouriteTracks()).items]
        assert sorted(reasons, key=str) == [None, Unplayable.NOT_READY]

    def test_or_none_that_could_be_prepared(self, ana, catalogue, visitor):
        (release_id,) = catalogue.deliver(catalogue.files("Blue Garden", ["Dawn", "Noon"]))
        first, second = catalogue.waiting("transcode")
        catalogue.transcode(first)
        claim = catalogue.claim(second)
        catalogue.worker.send(FailJob(claim.job_id, claim.lease, "It holds no sound."))
        tracks = visitor.send(GetRelease(release_id)).tracks
        assert sorted(track.refused for track in tracks) == [False, True]
        for track in tracks:
            ana.send(AddFavourite(TrackSubject(track.id)))
        reasons = {one.track.track_id: one.track.unplayable for one in ana.send(ListFavouriteTracks()).items}
        assert reasons == {track.id: Unplayable.REFUSED if track.refused else None for track in tracks}


class TestFindFavourites:
    def test_tells_which_are_kept(self, ana, release, statements):
        artist_id = release.credits[0].artist_id
        asked = FindFavourites(tuple(track.id for track in release.tracks), (release.id, new_id()), (artist_id, BEYOND))
        assert ana.send(asked) == NOTHING
        for subject in (TrackSubject(release.tracks[3].id), ReleaseSubject(release.id), ArtistSubject(artist_id)):
            ana.send(AddFavourite(subject))
        before = statements(asked)
        found = FoundFavourites(frozenset({release.tracks[3].id}), frozenset({release.id}), frozenset({artist_id}))
        assert ana.send(asked) == found
        assert statements(asked) - before == 1

    def test_of_nothing_is_nothing(self, ana):
        assert ana.send(FindFavourites()) == NOTHING

    def test_tells_nothing_of_others(self, ana, ben, release):
        ana.send(AddFavourite(ReleaseSubject(release.id)))
        assert ben.send(FindFavourites(release_ids=(release.id,))) == NOTHING


class TestALikeOnAStation:
    @pytest.fixture
    def station(self, ana, shelf):
        first, *_ = [shelf.release(f"Album {number}", f"Artist {number}", genre="Pop") for number in range(6)]
        return ana.send(StartStation(ReleaseSeed(first)))

    def test_is_a_favourite(self, ana, station):
        track = ana.send(NextTracks(station.id)).tracks[0]
        ana.send(SendStationFeedback(station.id, track.track_id, FeedbackKind.LIKE))
        assert track_ids(ana.send(ListFavouriteTracks())) == [track.track_id]

    def test_is_one_again_when_it_is_said_again(self, ana, station):
        track = ana.send(NextTracks(station.id)).tracks[0]
        liked = SendStationFeedback(station.id, track.track_id, FeedbackKind.LIKE)
        ana.send(liked)
        ana.send(RemoveFavourite(TrackSubject(track.track_id)))
        ana.send(liked)
        assert track_ids(ana.send(ListFavouriteTracks())) == [track.track_id]

    def test_is_not_what_a_skip_is(self, ana, station):
        track = ana.send(NextTracks(station.id)).tracks[0]
        ana.send(SendStationFeedback(station.id, track.track_id, FeedbackKind.SKIP))
        assert ana.send(ListFavouriteTracks()).items == ()
