from __future__ import annotations

from collections import Counter
from datetime import timedelta

import msgspec
import pytest

from apps.core.contract.catalogue import GetRelease, ReleaseType
from apps.core.contract.errors import Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.radio import (
    ArtistSeed,
    GenreSeed,
    GetStation,
    HideTrack,
    ListHiddenTracks,
    ListStations,
    MixSeed,
    NextTracks,
    ReleaseSeed,
    StartStation,
    StationTrack,
    TrackSeed,
    UnhideTrack,
)
from apps.core.contract.words import Wording
from apps.core.meter import Meter
from tests.at_once import at_once
from tests.core.radio.conftest import ARTISTS


def in_territory(who, territory):
    return type(who)(who.client, msgspec.structs.replace(who.actor, territory=territory))


class TestStartStation:
    def test_is_named_after_its_seed(self, ana, releases, play):
        release = releases[0]
        play(ana, release.tracks[1].id)
        seeds = {
            TrackSeed(release.tracks[0].id): "The Lanterns 1", ArtistSeed(release.credits[0].artist_id): "The Lanterns",
            ReleaseSeed(release.id): "Album of The Lanterns", GenreSeed("Jazz"): "Jazz", MixSeed(): "My mix",
        }  # fmt: skip
        stations = [ana.send(StartStation(seed)) for seed in seeds]
        assert [station.title for station in stations] == list(seeds.values())
        assert [station.seed for station in stations] == list(seeds)
        assert {station.id for station in ana.send(ListStations())} == {station.id for station in stations}

    def test_twice_is_the_same_station(self, ana, ben, releases):
        seed = ReleaseSeed(releases[0].id)
        assert ana.send(StartStation(seed)) == ana.send(StartStation(seed))
        assert ben.send(StartStation(seed)).id != ana.send(StartStation(seed)).id

    @pytest.mark.parametrize("seed", [TrackSeed(new_id()), ArtistSeed(new_id()), ReleaseSeed(new_id()), GenreSeed("Polka")])
    def test_of_what_is_not_here_is_not_found(self, ana, seed):
        with pytest.raises(NotFound):
            ana.send(StartStation(seed))

    def test_of_what_is_not_offered_here_is_not_found(self, ana, releases, deals):
        release = releases[0]
        deals.only(release.id, territory="JP")
        for seed in (TrackSeed(release.tracks[0].id), ArtistSeed(release.credits[0].artist_id), ReleaseSeed(release.id)):
            with pytest.raises(NotFound):
                ana.send(StartStation(seed))

    def test_of_a_genre_of_which_nothing_is_offered_here_is_not_found(self, ana, releases, shelf, deals):
        jazz = [release for release in releases if release.genre == "Jazz"]
        shelf.again(jazz[0].tracks[0], "To Come", published_at=None)
        for release in jazz:
            deals.only(release.id, territory="JP")
        with pytest.raises(NotFound):
            ana.send(StartStation(GenreSeed("Jazz")))
        deals.add(jazz[0].id, track_id=jazz[0].tracks[0].id)
        assert ana.send(StartStation(GenreSeed("Jazz"))).title == "Jazz"

    def test_my_mix_needs_a_history(self, ana, releases):
        with pytest.raises(Invalid, match="nothing yet"):
            ana.send(StartStation(MixSeed()))


class TestNextTracks:
    def test_gives_25_with_reasons_and_repeats_none(self, ana, station):
        batch = ana.send(NextTracks(station.id))
        assert (len(batch.tracks), batch.fewer, batch.number, batch.tells_ahead) == (25, None, 1, True)
        assert len({track.recording_id for track in batch.tracks}) == 25
        assert all(track.why for track in batch.tracks)
        assert any(track.why == "More by The Lanterns" for track in batch.tracks)
        assert {track.wording.whole()[0]: track.wording for track in batch.tracks}["More by The Lanterns"] == Wording(
            "More by %(artist)s", values={"artist": "The Lanterns"}
        )

    def test_goes_on_where_it_was_and_ends_with_a_reason(self, ana, station, clock):
        first, second = ana.send(NextTracks(station.id)), ana.send(NextTracks(station.id))
        assert not {track.recording_id for track in first.tracks} & {track.recording_id for track in second.tracks}
        assert len(second.tracks) == 15
        assert "three hours" in second.fewer
        third = ana.send(NextTracks(station.id))
        assert (third.tracks, third.fewer) == ((), second.fewer)
        clock.set(clock.now() + timedelta(hours=4))
        assert len(ana.send(NextTracks(station.id)).tracks) == 25

    def test_at_once_are_one_after_the_other(self, ana, pop):
        station = ana.send(StartStation(GenreSeed("Pop")))
        first, second = at_once([lambda: ana.send(NextTracks(station.id))] * 2)
        assert {first.number, second.number} == {1, 2}
        assert not {track.track_id for track in first.tracks} & {track.track_id for track in second.tracks}

    def test_goes_on_from_what_is_left(self, ana, pop):
        station = ana.send(StartStation(GenreSeed("Pop")))
        first, second = ana.send(NextTracks(station.id)), ana.send(NextTracks(station.id))
        assert len(first.tracks) == len(second.tracks) == 25
        assert not {track.track_id for track in first.tracks} & {track.track_id for track in second.tracks}

    def test_takes_what_is_like_the_seed_first(self, ana, releases):
        station = ana.send(StartStation(GenreSeed("Jazz")))
        batch = ana.send(NextTracks(station.id))
        jazz = {release.id for release in releases if release.genre == "Jazz"}
        assert sum(track.release_id in jazz for track in batch.tracks) == 20
        assert batch.tracks[0].why == "More Jazz"

    def test_comes_back_to_a_genre_of_which_it_has_played_all(self, ana, shelf, visitor, clock):
        polka = [shelf.release(f"Polka {number}", f"Dancer {number}", tracks=4, genre="Polka") for number in range(4)]
        clock.advance(1)
        for number in range(15):
            shelf.release(f"Album {number}", f"Artist {number}", genre="Pop")
        station = ana.send(StartStation(TrackSeed(visitor.send(GetRelease(polka[0])).tracks[0].id)))
        for _ in range(4):
            assert set(polka[1:]) <= {track.release_id for track in ana.send(NextTracks(station.id)).tracks}
            clock.advance(timedelta(days=3).total_seconds())

    def test_goes_through_a_large_genre_page_by_page(self, ana, shelf, visitor, clock):
        polka = [shelf.release(f"Polka {number}", f"Dancer {number}", tracks=10, genre="Polka") for number in range(10)]
        station = ana.send(StartStation(TrackSeed(visitor.send(GetRelease(polka[-1])).tracks[0].id)))
        # Of releases that are written within a millisecond nobody can say which is the newer one: the fourth may be on the first page.
        older, came = set(polka[:3]), list[bool]()
        for _ in range(4):
            came.append(not older.isdisjoint(track.release_id for track in ana.send(NextTracks(station.id)).tracks))
            clock.advance(timedelta(days=3).total_seconds())
        assert came == [False, True, False, True]

    def test_of_a_release_and_an_artist_says_so(self, ana, releases):
        release = releases[0]
        whys = {
            track.why
            for seed in (ReleaseSeed(release.id), ArtistSeed(release.credits[0].artist_id))
            for track in ana.send(NextTracks(ana.send(StartStation(seed)).id)).tracks
        }
        assert {"From “Album of The Lanterns”", "More by The Lanterns"} & whys

    def test_of_a_release_of_which_hardly_anything_is_known_plays_on(self, ana, releases, shelf):
        station = ana.send(StartStation(ReleaseSeed(shelf.release("Untagged", "Nobody"))))
        assert len(ana.send(NextTracks(station.id)).tracks) == 25

    def test_of_my_mix_plays_on_from_the_history(self, ana, releases, play):
        play(ana, *(track.id for track in releases[3].tracks[:2]))
        station = ana.send(StartStation(MixSeed()))
        assert f"More by {ARTISTS[3]}" in {track.why for track in ana.send(NextTracks(station.id)).tracks}

    def test_gives_only_what_may_be_played_here_now_and_on_this_plan(self, ana, station, releases, deals, clock):
        deals.only(releases[1].id, territory="JP")
        deals.only(releases[2].id, "SubscriptionModel")
        batch = ana.send(NextTracks(station.id))
        assert not {track.release_id for track in batch.tracks} & {releases[1].id, releases[2].id}

    def test_asks_for_the_rights_of_every_batch(self, ana, pop, deals):
        station = ana.send(StartStation(GenreSeed("Pop")))
        ana.send(NextTracks(station.id))
        for release_id in pop[-6:]:
            deals.only(release_id, territory="JP")
        assert not set(pop[-6:]) & {track.release_id for track in ana.send(NextTracks(station.id)).tracks}

    def test_plays_nothing_to_whom_nothing_is_offered(self, ana, station, releases, deals):
        for release in releases:
            deals.only(release.id, territory="JP")
        batch = ana.send(NextTracks(station.id))
        assert (batch.tracks, batch.fewer) == ((), "Nothing that this station could play is offered to you at the moment.")

    def test_of_somebody_elses_station_is_not_found(self, ben, station):
        for action in (NextTracks(station.id), GetStation(station.id)):
            with pytest.raises(NotFound):
                ben.send(action)

    def test_prefers_the_release_a_recording_is_from_to_a_compilation(self, ana, shelf, visitor):
        own = shelf.release("Their Own", "Somebody", tracks=1, genre="Polka")
        (track,) = visitor.send(GetRelease(own)).tracks
        shelf.again(track, "All of Them", type=ReleaseType.COMPILATION)
        station = ana.send(StartStation(GenreSeed("Polka")))
        assert [one.release_title for one in ana.send(NextTracks(station.id)).tracks] == ["Their Own"]

    def test_in_the_us_keeps_to_the_law_over_any_number_of_batches(self, ana, station, releases, clock):
        here = in_territory(ana, "US")
        given = [here.send(NextTracks(station.id)) for _ in range(3)]
        assert not any(batch.tells_ahead for batch in given)
        tracks = [track for batch in given for track in batch.tracks]
        assert max(Counter(track.release_id for track in tracks).values()) <= 3
        assert len(tracks) == 24
        assert "licence" in given[0].fewer

    def test_in_the_us_takes_a_batch_for_heard_until_the_one_after_the_next_is_given(self, ana, shelf, clock):
        """As a player asks for the next before the last tracks are over, and may pause there for hours."""
        here = in_territory(ana, "US")
        for number in range(30):
            shelf.release(f"Polka {number}", f"Artist {number}", tracks=4, genre="Polka")
        station = here.send(StartStation(GenreSeed("Polka")))
        first = here.send(NextTracks(station.id)).tracks
        clock.advance(20 * 60)
        second = here.send(NextTracks(station.id)).tracks
        clock.advance(6 * 3600)
        third = here.send(NextTracks(station.id)).tracks
        lately = (*first, *second, *third)
        assert third
        assert len({track.recording_id for track in lately}) == len(lately)
        assert max(Counter(track.release_id for track in lately).values()) <= 3

    def test_in_the_us_takes_nothing_before_its_time_for_no_batch_and_no_skip(self, ana, shelf, clock):
        """Else what was given last would be taken for heard as soon as nothing has come twice."""
        here, start = in_territory(ana, "US"), clock.now()
        for number in range(6):
            shelf.release(f"Polka {number}", "Only Artist", tracks=2, genre="Polka")
        station = here.send(StartStation(GenreSeed("Polka")))
        first = here.send(NextTracks(station.id))
        for minutes in (1, 2):
            clock.set(start + timedelta(minutes=minutes))
            again = here.send(NextTracks(station.id))
            assert (again.tracks, again.number) == ((), first.number)
        assert here.send(GetStation(station.id)).skips.left == 6
        clock.set(start + timedelta(hours=3, minutes=3))
        assert here.send(NextTracks(station.id)).tracks == ()

    def test_in_another_territory_chooses_anew(self, ana, pop, shelf, deals):
        french, there = shelf.release("Only there", "Somebody", genre="Pop"), in_territory(ana, "FR")
        deals.only(french, territory="FR")
        station = there.send(StartStation(ReleaseSeed(french)))
        assert french not in {track.release_id for track in ana.send(NextTracks(station.id)).tracks}
        assert french in {track.release_id for track in there.send(NextTracks(station.id)).tracks}


class TestCandidates:
    """Of somebody who listens on and on."""

    @pytest.fixture
    def polka(self, ana, shelf):
        for number in range(40):
            shelf.release(f"Polka {number}", f"Dancer {number}", genre="Polka")
        return ana.send(StartStation(GenreSeed("Polka")))

    @pytest.fixture
    def listen(self, ana, clock):
        """The tracks of so many batches, each heard to its end."""

        def on(station, batches, minutes=25 * 200 / 60):
            given = list[tuple[StationTrack, ...]]()
            for _ in range(batches):
                given.append(ana.send(NextTracks(station.id)).tracks)
                clock.advance(minutes * 60)
            return given

        return on

    def test_come_again_after_others(self, polka, listen):
        given = [{track.recording_id for track in tracks} for tracks in listen(polka, 8, minutes=200)]
        assert len(set.union(*given[-5:])) == 5 * 25

    def test_are_chosen_seldom(self, polka, listen, core_app):
        statements, costs = list[int](), core_app.extensions["container"].get(Meter).costs
        for _ in range(20):
            listen(polka, 1)
            statements.append(costs["NextTracks"].statements - sum(statements))
        assert statements.count(6) == 18

    def test_from_before_are_not_given_once_they_are_no_longer_offered(self, polka, listen, deals):
        gone = {track.release_id for track in listen(polka, 4)[0]}
        for release_id in gone:
            deals.only(release_id, territory="JP")
        assert not gone & {track.release_id for tracks in listen(polka, 8) for track in tracks}


class TestGetStation:
    def test_before_it_plays(self, ana, station):
        detail = ana.send(GetStation(station.id))
        assert (detail.station, detail.batch, detail.skips.left) == (station, None, None)

    def test_tells_the_batch_given_last(self, ana, station):
        ana.send(NextTracks(station.id))
        batch = ana.send(NextTracks(station.id))
        assert ana.send(GetStation(station.id)).batch == batch


class TestHiddenTracks:
    def test_come_from_no_station_until_they_are_shown_again(self, ana, ben, station, releases, clock):
        track = ana.send(NextTracks(station.id)).tracks[0]
        clock.set(clock.now() + timedelta(hours=4))
        ana.send(HideTrack(track.track_id))
        ana.send(HideTrack(track.track_id))
        other = ana.send(StartStation(ReleaseSeed(track.release_id)))
        for one in (station, other):
            given = ana.send(NextTracks(one.id)).tracks + ana.send(NextTracks(one.id)).tracks
            assert track.recording_id not in {one.recording_id for one in given}
        assert [one.track_id for one in ana.send(ListHiddenTracks()).items] == [track.track_id]
        assert ben.send(ListHiddenTracks()).items == ()
        ana.send(UnhideTrack(track.track_id))
        assert ana.send(ListHiddenTracks()).items == ()

    def test_that_were_hidden_meanwhile_do_not_come_from_what_is_left(self, ana, pop, visitor):
        station = ana.send(StartStation(GenreSeed("Pop")))
        given = {track.track_id for track in ana.send(NextTracks(station.id)).tracks}
        left = [track.id for one in pop for track in visitor.send(GetRelease(one)).tracks if track.id not in given]
        for track_id in left[::2]:
            ana.send(HideTrack(track_id))
        assert not set(left[::2]) & {track.track_id for track in ana.send(NextTracks(station.id)).tracks}

    def test_are_listed_page_by_page(self, ana, releases, clock):
        for track in releases[0].tracks[:3]:
            ana.send(HideTrack(track.id))
            clock.set(clock.now() + timedelta(seconds=1))
        first = ana.send(ListHiddenTracks(size=2))
        second = ana.send(ListHiddenTracks(cursor=first.next, size=2))
        assert [one.track_id for one in first.items + second.items] == [track.id for track in releases[0].tracks[2::-1]]

    @pytest.mark.parametrize("action", [HideTrack, UnhideTrack])
    def test_of_no_track_are_not_found(self, ana, action):
        with pytest.raises(NotFound):
            ana.send(action(new_id()))
