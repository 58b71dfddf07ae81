from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select, update

from apps.core.contract.jobs import PruneExpired
from apps.core.contract.radio import FeedbackKind, GenreSeed, GetStation, NextTracks, SendStationFeedback, StartStation
from apps.core.database import db
from apps.core.jobs.commands import BATCHES_KEPT, KEPT
from apps.core.radio.batches import POOL_LASTS
from apps.core.radio.models import StationBatchRow, StationFeedbackRow, StationPoolRow
from apps.core.radio.statements import MOST_FEEDBACK
from tests.core.radio.test_stations import in_territory


@pytest.fixture
def prune(worker):
    def run() -> None:
        while worker.send(PruneExpired()):
            pass

    return run


class TestWhatAStationGaveLongAgo:
    def test_goes_after_a_week_with_its_skips_and_the_likes_stay(self, ana, station, pop, clock, prune, left):
        here = in_territory(ana, "US")
        (liked, skipped), _ = here.send(NextTracks(station.id)).tracks[:2], here.send(NextTracks(station.id))
        ana.send(SendStationFeedback(station.id, liked.track_id, FeedbackKind.LIKE))
        ana.send(SendStationFeedback(station.id, skipped.track_id, FeedbackKind.SKIP))
        clock.advance(BATCHES_KEPT.total_seconds())
        ana.send(NextTracks(station.id))
        prune()
        assert (left(StationBatchRow.number), left(StationFeedbackRow.kind)) == ([1, 2, 3], ["anew", "like", "skip"])
        clock.advance(1)
        prune()
        assert (left(StationBatchRow.number), left(StationFeedbackRow.kind)) == ([3], ["like"])
        assert f"Because you liked “{liked.title}”" in {track.why for track in ana.send(NextTracks(station.id)).tracks}

    def test_leaves_a_station_that_plays_on(self, ana, station, clock, prune):
        ana.send(NextTracks(station.id))
        clock.advance((BATCHES_KEPT + timedelta(seconds=1)).total_seconds())
        prune()
        assert ana.send(GetStation(station.id)).batch is None
        batch = ana.send(NextTracks(station.id))
        assert (batch.number, len(batch.tracks)) == (2, 25)

    def test_leaves_no_candidates_that_nobody_asks_for(self, ana, station, clock, prune, left):
        ana.send(NextTracks(station.id))
        clock.advance((POOL_LASTS + KEPT).total_seconds())
        prune()
        assert left(StationPoolRow.station_id) == [station.id]
        clock.advance(1)
        prune()
        assert left(StationPoolRow.station_id) == []


class TestABatchFromBeforeReasonsHadValues:
    def test_still_tells_them(self, ana, station, core_app):
        """A per cent sign in a title was no name of a value."""
        given = ana.send(NextTracks(station.id))
        told = "Because you liked “50% (so)”"
        with core_app.app_context(), db.engine.begin() as connection:
            rows = msgspec.msgpack.decode(connection.scalar(select(StationBatchRow.tracks)))
            before = [[*row[:-2], told] for row in rows]
            connection.execute(update(StationBatchRow).values(tracks=msgspec.msgpack.encode(before)))
        batch = ana.send(GetStation(station.id)).batch
        assert [track.track_id for track in batch.tracks] == [track.track_id for track in given.tracks]
        assert {(track.why, track.wording.message) for track in batch.tracks} == {(told, told)}


class TestLikes:
    def test_are_kept_as_far_as_they_are_read(self, ana, pop, clock, left):
        station = ana.send(StartStation(GenreSeed("Pop")))
        tracks = [track for _ in range(3) for track in ana.send(NextTracks(station.id)).tracks][: MOST_FEEDBACK + 1]
        for track in tracks:
            clock.advance(1)
            ana.send(SendStationFeedback(station.id, track.track_id, FeedbackKind.LIKE))
        assert left(StationFeedbackRow.track_id) == sorted(track.track_id for track in tracks[1:])
