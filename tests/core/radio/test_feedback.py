from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.contract.errors import NotFound, TooMany
from apps.core.contract.ids import new_id
from apps.core.contract.radio import FeedbackKind, GetStation, NextTracks, SendStationFeedback, Skips
from apps.core.radio.licences import Licence, Licences
from tests.core.radio.test_stations import in_territory

SKIP, LIKE = FeedbackKind.SKIP, FeedbackKind.LIKE


class TestALike:
    def test_brings_more_like_it_and_says_so(self, ana, station, releases, clock):
        track = ana.send(NextTracks(station.id)).tracks[-1]
        ana.send(SendStationFeedback(station.id, track.track_id, LIKE))
        ana.send(SendStationFeedback(station.id, track.track_id, LIKE))
        clock.set(clock.now() + timedelta(hours=4))
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
        clock.set(clock.now() + timedelta(hours=4))
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
