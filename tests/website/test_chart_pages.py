"""Charts on the website: the list, an edition with its marks, and a run as a plot and a table."""

from __future__ import annotations

import re

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.charts import Every
from apps.core.contract.ids import new_id
from apps.website.plots import Tick, plot_of
from tests.factories.charts import Charting, chart
from tests.factories.deals import Deals


@pytest.fixture
def release(operator, catalogue):
    """Four tracks, of which one can be played until `transcode_all`."""
    (release_id,) = catalogue.deliver(catalogue.files("Blue Garden", [f"Blue Garden {number}" for number in range(1, 5)]))
    catalogue.transcode(catalogue.waiting("transcode")[0])
    return operator.send(GetRelease(release_id))


@pytest.fixture
def charting(core_app, catalogue, worker, clock) -> Charting:
    return Charting(core_app, catalogue, worker, clock)


@pytest.fixture
def publish(charting, release):
    """Publishes a daily edition for each of these orders, from 2 March 2026 on."""

    def run(*orders: str) -> None:
        charting.days_pass(len(orders))
        for order in orders:
            charting.publish(*(release.tracks[int(number)] for number in order))

    return run


def places(page: str) -> list[str]:
    """What is read out of each row."""
    rows = re.findall(r'<tr class="place".*?</tr>', page, re.DOTALL)
    heard = [re.sub(r'<td class="place__cover".*?</td>', "", row, flags=re.DOTALL) for row in rows]
    heard = [re.sub(r'<(\w+)[^>]*aria-hidden="true".*?</\1>', "", row, flags=re.DOTALL) for row in heard]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in heard]


class TestTheList:
    def test_leads_to_each_chart_and_names_its_number_one(self, guest, charting, publish):
        page = guest.get("/charts").text
        assert "Not published yet." in page
        publish("1")
        page = guest.get("/charts").text
        assert 'href="/charts/daily"' in page
        assert ("Blue Garden 2" in page, "2 March 2026" in page) == (True, True)
        publish("")
        assert "Nothing was played." in guest.get("/charts").text
        assert "Nothing was played on this day that counts." in guest.get("/charts/daily").text

    def test_says_so_where_there_is_none(self, guest, charting):
        charting.have()
        assert "No chart is counted here." in guest.get("/charts").text


class TestAnEdition:
    def test_tells_how_each_has_moved_without_colour(self, guest, publish, catalogue):
        catalogue.transcode_all()
        publish("0123", "1032", "12", "120", "021")
        assert places(guest.get("/charts/daily/2026-03-03").text) == [
            "1 Up 1 place Blue Garden 2 The Lanterns Last 2 · Peak 1 · 2 days 2 1 2",
            "2 Down 1 place Blue Garden 1 The Lanterns Last 1 · Peak 1 · 2 days 1 1 2",
            "3 Up 1 place Blue Garden 4 The Lanterns Last 4 · Peak 3 · 2 days 4 3 2",
            "4 Down 1 place Blue Garden 3 The Lanterns Last 3 · Peak 3 · 2 days 3 3 2",
        ]
        page = guest.get("/charts/daily").text
        assert [place.split(" Blue")[0] for place in places(page)] == ["1 Up 2 places", "2 Same place as before", "3 Down 2 places"]
        assert places(guest.get("/charts/daily/2026-03-05").text)[2].startswith("3 Back in the chart Blue Garden 1")
        assert all(place[2:].startswith("New in the chart") for place in places(guest.get("/charts/daily/2026-03-02").text))

    def test_leads_to_the_one_before_and_the_one_after(self, guest, publish):
        publish("0", "1", "2")
        middle = guest.get("/charts/daily/2026-03-03").text
        assert re.search(r'rel="prev" href="/charts/daily/2026-03-02"', middle)
        assert re.search(r'rel="next" href="/charts/daily/2026-03-04"', middle)
        assert 'rel="next"' not in guest.get("/charts/daily").text
        assert 'rel="prev"' not in guest.get("/charts/daily/2026-03-02").text

    def test_can_be_played_by_a_listener(self, guest, listener, publish, release, catalogue):
        catalogue.transcode_all()
        publish("01")
        page = listener.get("/charts/daily").text
        row = re.search(r'<tr class="place"[^>]*>', page)[0]
        assert f'data-track="{release.tracks[0].id}"' in row
        assert f'data-release="/releases/{release.id}"' in row
        assert f'data-play="{release.tracks[1].id}"' in page
        visited = guest.get("/charts/daily").text
        assert ("data-track=" in visited, "Log in to play" in visited) == (False, True)

    def test_keeps_what_is_not_offered_here_without_a_way_to_play_it(self, listener, publish, release, core_app):
        publish("01")
        Deals(core_app).only(release.id, track_id=release.tracks[0].id)
        page = listener.get("/charts/daily").text
        assert "Not offered where you are" in places(page)[1]
        assert f'data-play="{release.tracks[1].id}"' not in page

    def test_is_one_of_several_charts(self, guest, charting, publish):
        publish("0")
        charting.have(chart(), chart("weekly", Every.WEEK))
        page = guest.get("/charts/daily").text
        assert re.search(r'href="/charts/daily" aria-current="true">Daily<', page)
        assert "The first edition comes out a few hours after the first whole week" in guest.get("/charts/weekly").text

    def test_of_a_week_is_named_by_its_days(self, guest, charting, release):
        charting.have(chart("weekly", Every.WEEK, "Europe/London"))
        charting.days_pass(11)
        charting.publish(*release.tracks)
        page = guest.get("/charts/weekly").text
        assert "Week of 6 to 12 March 2026" in page
        assert "Days begin at midnight in Europe/London." in page

    def test_that_is_not_there_is_not_found(self, guest, publish):
        publish("0")
        for path in ("unheard-of", "unheard-of/2026-03-02", "daily/2026-03-09", "daily/yesterday", f"daily/runs/{new_id()}"):
            assert guest.get(f"/charts/{path}").status_code == 404, path


class TestARun:
    def test_is_a_plot_with_its_positions_in_a_table(self, guest, publish, release):
        publish("01", "10", "12", "10")
        page = guest.get(f"/charts/daily/runs/{release.tracks[0].recording_id}").text
        assert len(re.findall(r'<circle class="run__point"', page)) == 3
        assert len(re.findall(r'<line class="run__line"', page)) == 1
        table = re.sub(r"<[^>]+>", " ", page[page.index("<tbody>") : page.index("</tbody>")]).split()
        assert " ".join(table) == "5 March 2026 2 4 March 2026 Out 3 March 2026 2 2 March 2026 1"
        once = guest.get(f"/charts/daily/runs/{release.tracks[2].recording_id}").text
        assert (once.count("<circle"), once.count('<line class="run__line"')) == (1, 0)


class TestARelease:
    def test_tells_of_each_track_how_it_stands_or_stood_and_leads_to_its_run(self, guest, publish, release):
        publish("0123", "102")
        page = guest.get(f"/releases/{release.id}").text
        told = re.findall(r'<a class="track__chart" href="/charts/daily/runs/(\w+)">(.*?)</a>', page)
        assert told == [
            (track.recording_id, words)
            for track, words in zip(
                release.tracks, ("No. 2 in Daily · best 1", "No. 1 in Daily", "No. 3 in Daily", "Was in Daily · best 4"), strict=True
            )
        ]
        assert guest.get(f"/charts/daily/runs/{told[3][0]}").status_code == 200

    def test_of_which_nothing_was_ever_in_a_chart_tells_nothing(self, guest, publish, release, catalogue):
        publish("0")
        assert "track__chart" not in guest.get(f"/releases/{catalogue.release('Quiet')}").text


class TestAPlot:
    def test_has_number_one_at_the_top_and_time_from_left_to_right(self):
        points = plot_of([3, 1, 10]).points
        assert [point.number for point in sorted(points, key=lambda point: point.y)] == [1, 0, 2]
        assert [point.x for point in points] == sorted(point.x for point in points)

    def test_leaves_a_gap_where_it_was_out(self):
        plot = plot_of([3, 4, None, 2, None, None, 1, 1])
        assert [(one.number, other.number) for one, other in plot.lines] == [(0, 1), (6, 7)]
        assert len(plot.points) == 5

    @pytest.mark.parametrize(
        ("worst", "ticks"),
        [(1, [1, 5, 10]), (10, [1, 5, 10]), (11, [1, 5, 10, 15, 20]), (100, [1, 25, 50, 75, 100]), (500, [1, 125, 250, 375, 500])],
    )
    def test_goes_as_deep_as_the_run(self, worst, ticks):
        plot = plot_of([1, worst])
        assert [tick.position for tick in plot.ticks] == ticks
        assert plot.ticks[0] == Tick(plot.points[0].y, 1)
        assert all(point.y <= plot.ticks[-1].at for point in plot.points)
