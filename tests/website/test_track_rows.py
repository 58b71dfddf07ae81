"""A track's row offers the same wherever it is listed: a heart, a menu, and playing it."""

from __future__ import annotations

import re

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.meter import Meter
from tests.factories.charts import Charting

OFFERED = ("Play next", "Add to the queue", "Add to a playlist", "Start a station")


@pytest.fixture
def track(catalogue, visitor):
    return visitor.send(GetRelease(catalogue.release("Blue Garden", artist="Ada", tracks=1, genre="Folk"))).tracks[0]


@pytest.fixture
def places(track, listener, visitor, catalogue, core_app, worker, clock) -> list[str]:
    """Wherever the listener comes upon it."""
    charting = Charting(core_app, catalogue, worker, clock)
    charting.days_pass(1)
    charting.publish(track)
    release = visitor.send(GetRelease(_release_of(listener, track)))
    listener.submit("/search", f"/library/favourites/track/{track.id}", keep="yes")
    played = {"event_id": "of-a-row", "track_id": track.id, "started_at": "2026-03-02T12:00:00Z", "played_ms": 1000}
    listener.call("/player/plays", {"plays": [played]})
    playlist = listener.submit("/library/playlists", "/library/playlists", title="Mine", release=release.id).location
    of_the_catalogue = [f"/releases/{release.id}", f"/artists/{release.credits[0].artist_id}", "/genres/folk", "/search?q=blue+garden"]
    return [*of_the_catalogue, "/charts/daily", "/library", "/library/tracks", "/recently-played", playlist]


def _release_of(listener, track) -> str:
    found = re.search(r'href="/releases/(\w{22})"', listener.get(f"/tracks/{track.id}").text)
    assert found
    return found[1]


class TestARow:
    def test_offers_the_same_everywhere(self, listener, track, places):
        for path in places:
            page = listener.get(path).text
            (actions,) = re.findall(r'<div class="track__actions">(.*?)\s*</div>\s*</(?:li|td)>', page, re.DOTALL)
            heart = re.search(r'id="heart-track-(\w+)"[^>]*aria-pressed="true"', actions)
            assert heart, path
            assert heart[1] == track.id
            assert tuple(words for words in OFFERED if f"</svg>{words}<" in actions) == OFFERED, path
            assert re.findall(r'class="round[^>]*data-play="(\w+)"', actions) == [track.id], path
            assert 'id="hearts"' in page, path

    def test_starts_a_station_from_its_menu(self, listener, track, places):
        answer = listener.submit(places[0], "/stations", seed=f"track:{track.id}")
        assert track.title in listener.get(answer.location).text

    @pytest.mark.parametrize("path", ["/charts/daily", "/recently-played", "/search?q=blue+garden"])
    def test_costs_few_statements(self, listener, places, core_app, path):
        costs = core_app.extensions["container"].get(Meter).costs
        before = {name: (cost.count, cost.statements) for name, cost in costs.items()}
        listener.get(path)
        spent = {name: cost.statements - before.get(name, (0, 0))[1] for name, cost in costs.items()}
        assert 1 <= sum(spent.values()) <= 10
        assert spent["FindFavourites"] == 1


class TestAListOfTracks:
    def test_is_played_from_below_the_title(self, listener, guest, places):
        for path in (places[0], places[1], places[2]):
            for who, wanted in ((listener, 'data-play=""'), (guest, ">Log in to play<")):
                head, _, tracks = who.get(path).text.partition("</h1>")[2].partition("<ol")
                assert (wanted in head, wanted in tracks.partition("</ol>")[0]) == (True, False), path


class TestTheReleasesPage:
    def test_has_one_sign_of_a_station_outside_of_menus(self, listener, places):
        page = listener.get(places[0]).text.partition("<main")[2]
        outside = re.sub(r'<div class="menu__items">.*?</div>', "", page, flags=re.DOTALL)
        assert outside.count("#radio") == 1
        assert 'value="genre:Folk"' in page
