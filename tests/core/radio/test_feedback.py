from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.contract.errors import NotFound, TooMany
from apps.core.contract.ids import new_id
from apps.core.contract.radio import (
    FeedbackKind,
    GenreSeed,
    GetStation,
    HideTrack,
    NextTracks,
    ReleaseSeed,
    SendStationFeedback,
    Skips,
    StartStation,
)
from apps.core.radio.licences import Licence, Licences
from tests.core.radio.test_stations import in_territory

SKIP, LIKE = FeedbackKind.SKIP, FeedbackKind.LIKE
MUCH_LATER = timedelta(hours=8)
"""Then a whole batch has been heard so long ago that all of it may come again."""


class TestALike:
    def test_brings_more_like_it_and_says_so(self, ana, station, releases, clock):
        track = ana.send(NextTracks(station.id)).tracks[-1]
        ana.send(SendStationFeedback(station.id, track.track_id, LIKE))
        ana.send(SendStationFeedback(station.id, track.track_id, LIKE))
        clock.set(clock.now() + MUCH_LATER)
        batch = ana.send(NextTracks(station.id))
        because = [one for one in batch.tracks if one.why == f"Because you liked “{track.title}”"]
        assert track.release_id in {one.release_id for one in because}
        assert batch.tracks.index(because[0]) < 5

    def test_is_remembered(self, ana, station):
        track = ana.send(NextTracks(station.id)).tracks[0]
        ana.send(SendStationFeedback(station.id, track.track_id, LIKE))
        assert ana.send(GetStation(station.id)).liked == (track.track_id,)


class TestASkip:
    def test_keeps_the_track_away_for_a_day_and_its_artist_down(self, ana, station, releases, clock):
        batch = ana.send(NextTracks(station.id))
        track = batch.tracks[0]
        clock.set(clock.now() + timedelta(minutes=1))
        before = sum(one.artist == track.artist for one in batch.tracks[:8])
        assert ana.send(SendStationFeedback(station.id, track.track_id, SKIP)) == Skips(None, None)
        assert ana.send(GetStation(station.id)).skipped == (track.track_id,)
        clock.set(clock.now() + MUCH_LATER)
        after = ana.send(NextTracks(station.id)).tracks
        assert track.recording_id not in {one.recording_id for one in after}
        assert sum(one.artist == track.artist for one in after[:8]) < max(before, 1) + 1
        clock.set(clock.now() + timedelta(days=1))
        given = ana.send(NextTracks(station.id)).tracks + ana.send(NextTracks(station.id)).tracks
        assert track.recording_id in {one.recording_id for one in given}

    def test_may_be_of_a_batch_before_the_last(self, ana, station):
        track = ana.send(NextTracks(station.id)).tracks[-1]
        ana.send(NextTracks(station.id))
        assert ana.send(SendStationFeedback(station.id, track.track_id, SKIP)) == Skips(None, None)

    def test_of_what_the_station_has_not_played_lately_is_not_found(self, ana, ben, station, releases):
        for track_id in (new_id(), releases[0].tracks[0].id):
            with pytest.raises(NotFound):
                ana.send(SendStationFeedback(station.id, track_id, SKIP))
        with pytest.raises(NotFound):
            ben.send(SendStationFeedback(station.id, releases[0].tracks[0].id, SKIP))


class TestTheLimitOfSkips:
    def test_in_the_us_is_six_an_hour_of_a_station(self, ana, station, clock):
        here = in_territory(ana, "US")
        start, tracks = clock.now(), here.send(NextTracks(station.id)).tracks
        left = list[int | None]()
        for track in tracks[:6]:
            left.append(here.send(SendStationFeedback(station.id, track.track_id, SKIP)).left)
            clock.set(clock.now() + timedelta(minutes=1))
        assert left == [5, 4, 3, 2, 1, 0]
        with pytest.raises(TooMany) as refused:
            here.send(SendStationFeedback(station.id, tracks[6].track_id, SKIP))
        assert refused.value.details == {"again_at": (start + timedelta(hours=1)).isoformat()}
        assert "13:00 UTC" in refused.value.next_step
        # What was skipped already is no further skip, and a like is none.
        assert here.send(SendStationFeedback(station.id, tracks[5].track_id, SKIP)).left == 0
        assert here.send(SendStationFeedback(station.id, tracks[6].track_id, LIKE)) == Skips(0, start + timedelta(hours=1))
        assert here.send(GetStation(station.id)).skips == Skips(0, start + timedelta(hours=1))
        clock.set(start + timedelta(hours=1))
        assert here.send(SendStationFeedback(station.id, tracks[6].track_id, SKIP)).left == 0

    def test_may_be_none_at_all(self, ana, core_app, station):
        core_app.extensions["container"].put(Licences, Licences({"default": Licence(skips_an_hour=0)}))
        track = ana.send(NextTracks(station.id)).tracks[0]
        with pytest.raises(TooMany, match="no skips"):
            ana.send(SendStationFeedback(station.id, track.track_id, SKIP))


@pytest.fixture
def american(ana, shelf):
    """A listener where the licence limits skips, and a station that does not run dry there."""
    for number in range(45):
        shelf.release(f"Polka {number}", f"Dancer {number}", tracks=4, genre="Polka")
    here = in_territory(ana, "US")
    return here, here.send(StartStation(GenreSeed("Polka")))


class TestAskingForOtherTracks:
    def test_is_a_skip_where_these_are_limited_and_gives_what_is_left_where_there_is_none(self, american, clock):
        here, station = american
        start, left = clock.now(), list[int | None]()
        for _ in range(7):
            batch = here.send(NextTracks(station.id))
            left.append(here.send(GetStation(station.id)).skips.left)
            clock.advance(60)
        assert (batch.number, left) == (7, [6, 5, 4, 3, 2, 1, 0])
        clock.advance(200)
        again = here.send(NextTracks(station.id))
        assert (again.number, again.tracks) == (7, batch.tracks[1:])
        assert again.fewer == (
            "You have skipped as often as the licence for radio allows within an hour. "
            "The next skip is possible at 13:01 UTC; the track plays on until then."
        )
        with pytest.raises(TooMany):
            here.send(SendStationFeedback(station.id, again.tracks[0].track_id, SKIP))
        assert here.send(GetStation(station.id)).skipped == ()
        clock.set(start + timedelta(hours=1, minutes=1))
        assert here.send(NextTracks(station.id)).number == 8

    def test_is_none_once_half_of_them_can_be_over(self, american, clock):
        here, station = american
        (first, *_) = here.send(NextTracks(station.id)).tracks
        clock.advance(1)
        here.send(SendStationFeedback(station.id, first.track_id, SKIP))
        # Of 25 tracks of 200 seconds one is skipped, and with the last two the next are asked for.
        clock.advance(22 * 200 / 2 - 2)
        assert here.send(GetStation(station.id)).skips.left == 5
        here.send(NextTracks(station.id))
        assert here.send(GetStation(station.id)).skips.left == 4
        clock.advance(23 * 200 / 2)
        here.send(NextTracks(station.id))
        # The first skip is more than an hour ago.
        assert here.send(GetStation(station.id)).skips.left == 5

    def test_is_none_where_the_licence_does_not_limit_them(self, ana, station):
        assert [ana.send(NextTracks(station.id)).number for _ in range(3)] == [1, 2, 3]

    def test_says_nothing_of_the_track_that_was_left(self, ana, core_app, station, clock):
        core_app.extensions["container"].put(Licences, Licences({"default": Licence(skips_an_hour=6)}))
        left, *_ = ana.send(NextTracks(station.id)).tracks
        ana.send(NextTracks(station.id))
        clock.advance(16 * 3600)
        given = ana.send(NextTracks(station.id)).tracks + ana.send(NextTracks(station.id)).tracks
        assert left.recording_id in {track.recording_id for track in given}

    def test_where_no_skips_are_allowed_leaves_what_is_playing(self, ana, core_app, station, clock):
        core_app.extensions["container"].put(Licences, Licences({"default": Licence(skips_an_hour=0)}))
        batch = ana.send(NextTracks(station.id))
        ana.send(HideTrack(batch.tracks[0].track_id))
        again = ana.send(NextTracks(station.id))
        assert (again.number, again.tracks) == (1, batch.tracks[1:])
        assert again.fewer == "The licence for radio where you are allows no skips. Let it play on, or start another station."
        clock.advance(23 * 200 / 2)
        assert ana.send(NextTracks(station.id)).number == 2

    def test_is_what_a_player_does_as_soon_as_it_has_a_batch_of_two(self, ana, core_app, shelf):
        core_app.extensions["container"].put(Licences, Licences({"default": Licence(skips_an_hour=0)}))
        station = ana.send(StartStation(ReleaseSeed(shelf.release("Two", "Somebody", tracks=2))))
        assert [ana.send(NextTracks(station.id)).number for _ in range(2)] == [1, 2]
