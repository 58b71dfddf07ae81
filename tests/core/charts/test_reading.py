"""What anybody is told of charts: editions as they were published, and what can be heard of them here and now."""

from __future__ import annotations

import msgspec
import pytest

from apps.core.contract.catalogue import GetRelease, GetTrack
from apps.core.contract.charts import Every, GetChartRun, GetEdition, Leader, ListChartPlaces, ListCharts, RunPoint
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import new_id
from tests.factories.charts import ChartCount, RecordEdition, chart
from tests.factories.deals import Deals


@pytest.fixture
def deals(core_app) -> Deals:
    return Deals(core_app)


def points(run) -> list[tuple[str, int | None]]:
    return [(point.first_day[-2:], point.position) for point in run.points]


class TestTheList:
    def test_has_every_chart_with_its_latest_edition_and_what_leads_it(self, charting, visitor, tracks):
        charting.have(chart(), chart("quiet"), chart("weekly", Every.WEEK))
        charting.days_pass(1)
        for job_id, played in zip(charting.waiting(), ([tracks[2]], []), strict=True):
            charting.record(charting.catalogue.claim(job_id), played)
        daily, quiet, weekly = visitor.send(ListCharts()).items
        assert (daily.code, daily.latest, daily.leader) == ("daily", "2026-03-02", Leader("Blue Garden 3", "The Lanterns"))
        assert (quiet.latest, quiet.leader) == ("2026-03-02", None)
        assert (weekly.latest, weekly.leader, weekly.rules.least_ms) == (None, None, 30_000)


class TestAnEdition:
    def test_is_the_latest_or_the_one_of_a_day(self, charting, visitor, tracks):
        charting.have(chart("weekly", Every.WEEK))
        charting.days_pass(25)
        for number in range(3):
            charting.publish(tracks[number])
        latest = visitor.send(GetEdition("weekly"))
        assert (latest.first_day, latest.last_day, latest.previous, latest.following) == ("2026-03-20", "2026-03-26", "2026-03-13", None)
        middle = [visitor.send(GetEdition("weekly", day)) for day in ("2026-03-13", "2026-03-16", "2026-03-19")]
        assert {(one.first_day, one.previous, one.following, one.entries[0].title) for one in middle} == {
            ("2026-03-13", "2026-03-06", "2026-03-20", "Blue Garden 2")
        }
        assert visitor.send(GetEdition("weekly", "2026-03-06")).previous is None

    def test_that_is_not_there_is_not_found(self, charting, visitor, tracks):
        charting.have(chart(), chart("quiet", zone="America/New_York"))
        charting.days_pass(1)
        charting.record(charting.catalogue.claim(charting.waiting()[0]), tracks)
        for code, day in (("unheard-of", None), ("daily", "2026-03-01"), ("daily", "2026-03-03"), ("quiet", None)):
            with pytest.raises(NotFound):
                visitor.send(GetEdition(code, day))

    def test_says_where_its_entries_can_be_heard(self, charting, ana, visitor, tracks):
        charting.days_pass(1)
        charting.publish(*tracks)
        offered = [entry.track for entry in ana.send(GetEdition("daily")).entries]
        assert [(one.id, one.release_title, one.duration_ms) for one in offered] == [(one.id, "Blue Garden", 60_000) for one in tracks]
        assert sum(one.playable for one in offered) == 1
        assert not any(entry.track.playable for entry in visitor.send(GetEdition("daily")).entries)

    def test_keeps_an_entry_that_is_not_offered_here_and_says_so(self, charting, ana, sender, tracks, catalogue, deals):
        elsewhere = ana.send(GetRelease(catalogue.release("Silent River", tracks=1)))
        deals.only(elsewhere.id, "JP")
        charting.days_pass(1)
        charting.publish(elsewhere.tracks[0], tracks[0])
        first, second = ana.send(GetEdition("daily")).entries
        assert (first.title, first.track, second.track is None) == ("Silent River 1", None, False)
        in_japan = sender(msgspec.structs.replace(ana.actor, territory="JP"))
        assert in_japan.send(GetEdition("daily")).entries[0].track.id == elsewhere.tracks[0].id

    def test_leads_to_another_release_of_the_recording_where_the_first_is_not_offered(self, charting, ana, catalogue, deals):
        files = [
            catalogue.file(f"{album}/1.flac", title="Dawn", artist="Ana", album=album, track=1, isrc="GBAAA2600001")
            for album in ("Dawn", "Hits")
        ]
        releases = catalogue.deliver(files)
        catalogue.transcode_all()
        first, second = (ana.send(GetRelease(release_id)) for release_id in releases)
        assert first.tracks[0].recording_id == second.tracks[0].recording_id
        charting.days_pass(1)
        charting.publish(second.tracks[0])
        assert ana.send(GetEdition("daily")).entries[0].track.id == second.tracks[0].id
        deals.only(second.id, "JP")
        assert ana.send(GetEdition("daily")).entries[0].track.id == first.tracks[0].id


class TestARun:
    @pytest.fixture
    def run(self, charting, visitor, tracks):
        """Two days without it, two with, one without, one with, two without."""
        charting.days_pass(8)
        for order in ("1", "", "01", "10", "1", "20", "", "1"):
            charting.publish(*(tracks[int(number)] for number in order))
        return lambda wanted: visitor.send(GetChartRun("daily", wanted))

    def test_tells_where_it_stood_from_its_first_edition_to_its_last(self, run, tracks):
        told = run(tracks[0].recording_id)
        assert points(told) == [("04", 1), ("05", 2), ("06", None), ("07", 2)]
        assert (told.title, told.artist, told.peak, told.weeks) == ("Blue Garden 1", "The Lanterns", 1, 3)
        assert run(tracks[2].recording_id).points == (RunPoint("2026-03-07", 1),)
        assert run(tracks[0].id) == told, "a track leads to its recording"

    def test_of_what_was_never_in_the_chart_is_not_found(self, run, visitor, tracks):
        for code, wanted in (("daily", tracks[4].id), ("daily", new_id()), ("unheard-of", tracks[0].id)):
            with pytest.raises(NotFound):
                visitor.send(GetChartRun(code, wanted))

    def test_goes_by_the_isrc(self, charting, visitor, operator, catalogue):
        """Two deliverers' recordings of one ISRC are one in a chart."""
        files = [catalogue.file("1.flac", title="Dawn", artist="Ana", album="Dawn", track=1, isrc="GBAAA2600001")]
        (release_id,) = catalogue.deliver(files)
        catalogue.transcode_all()
        (track,) = operator.send(GetRelease(release_id)).tracks
        charting.days_pass(1)
        claim, _ = charting.claim()
        count = ChartCount("GBAAA2600001", new_id(), new_id(), "Dawn", "Ana", 7)
        charting.worker.send(RecordEdition(claim.job_id, claim.lease, (count,), ()))
        assert visitor.send(GetChartRun("daily", track.id)).key == "GBAAA2600001"


class TestThePlacesOfARelease:
    @pytest.fixture
    def release_id(self, visitor, tracks):
        return visitor.send(GetTrack(tracks[0].id)).release.id

    @pytest.fixture
    def told(self, visitor, release_id):
        """By the number of the track: chart, position and peak."""

        def told(tracks) -> dict[int, tuple[str, int | None, int]]:
            number = {track.recording_id: track.number for track in tracks}
            places = visitor.send(ListChartPlaces(release_id))
            return {number[one.recording_id]: (one.chart_title, one.position, one.peak) for one in places}

        return told

    def test_are_those_of_the_latest_edition_and_the_peaks_of_what_has_left(self, charting, told, tracks):
        assert told(tracks) == {}
        charting.days_pass(3)
        for order in ("210", "01", "310"):
            charting.publish(*(tracks[int(number)] for number in order))
        assert told(tracks) == {1: ("Daily", 3, 1), 2: ("Daily", 2, 2), 3: ("Daily", None, 1), 4: ("Daily", 1, 1)}

    def test_are_of_the_first_chart_it_stands_in_before_any_it_has_left(self, charting, told, tracks):
        charting.have(chart("first"), chart("second"), chart("third"))
        charting.days_pass(2)
        for orders in ({"first": "01", "second": "2", "third": ""}, {"first": "0", "second": "01", "third": "10"}):
            for claim in map(charting.catalogue.claim, charting.waiting()):
                charting.record(claim, [tracks[int(number)] for number in orders[claim.work.chart]])
        assert told(tracks) == {1: ("First", 1, 1), 2: ("Second", 2, 2), 3: ("Second", None, 1)}
        charting.have(chart("third"))
        assert told(tracks) == {1: ("Third", 2, 2), 2: ("Third", 1, 1)}

    def test_go_by_the_isrc(self, charting, visitor, catalogue):
        files = [catalogue.file("1.flac", title="Dawn", artist="Ana", album="Dawn", track=1, isrc="GBAAA2600001")]
        (release_id,) = catalogue.deliver(files)
        charting.days_pass(1)
        claim, _ = charting.claim()
        charting.worker.send(
            RecordEdition(claim.job_id, claim.lease, (ChartCount("GBAAA2600001", new_id(), new_id(), "Dawn", "Ana", 7),), ())
        )
        (place,) = visitor.send(ListChartPlaces(release_id))
        assert (place.chart, place.position, place.peak) == ("daily", 1, 1)

    def test_of_what_there_is_not_are_none(self, visitor):
        assert visitor.send(ListChartPlaces(new_id())) == ()
