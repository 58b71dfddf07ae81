"""Stations on the website, with forms alone and as the player asks."""

from __future__ import annotations

import re
from html import escape
from http import HTTPStatus
from itertools import count

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.ids import new_id
from apps.core.meter import Meter
from apps.core.radio.licences import Licence, Licences
from tests.factories.shelf import Shelf


@pytest.fixture
def shelf(core_app) -> Shelf:
    return Shelf(core_app, count())


@pytest.fixture
def releases(shelf, visitor):
    made = [shelf.release(f"Album {number}", f"Artist <{number}>", genre="Pop") for number in range(6)]
    return [visitor.send(GetRelease(one)) for one in made]


@pytest.fixture
def page(listener, releases) -> str:
    """The address of Ana's station."""
    answer = listener.submit(f"/releases/{releases[0].id}", "/stations", seed=f"release:{releases[0].id}")
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    return answer.location


def tracks_on(page) -> list[str]:
    return re.findall(r'data-station-track="([^"]+)"', page.text)


class TestStartingAStation:
    def test_is_offered_where_music_is_shown(self, listener, guest, releases):
        release = releases[0]
        shown = listener.get(f"/releases/{release.id}").text
        for seed in (f"release:{release.id}", "genre:Pop", *(f"track:{track.id}" for track in release.tracks)):
            assert f'value="{seed}"' in shown
        assert f'value="artist:{release.credits[0].artist_id}"' in listener.get(f"/artists/{release.credits[0].artist_id}").text
        assert 'value="mix"' in listener.get("/").text
        assert "start-station" not in guest.get(f"/releases/{release.id}").text

    def test_leads_to_it_and_is_listed(self, listener, releases, page):
        assert listener.get(page).status_code == HTTPStatus.OK
        assert "Album 0" in listener.get("/stations").text

    def test_begins_where_they_are_listed(self, listener, catalogue, visitor):
        release = visitor.send(GetRelease(catalogue.release("Blue Garden", artist="Ada & Ann", genre="Folk")))
        empty = listener.get("/stations").text
        assert "A station plays on and on" in empty
        assert ('value="mix"' in empty, "Play some music first" in empty) == (False, True)
        assert ("Your stations" in empty, "From artists you like" in empty, 'value="genre:Folk"' in empty) == (False, False, True)
        artist, track = release.credits[0], release.tracks[0]
        played = {"event_id": "of-ada-and-ann", "track_id": track.id, "started_at": "2026-03-02T12:00:00Z", "played_ms": 1000}
        listener.submit("/stations", f"/library/favourites/artist/{artist.artist_id}", keep="yes")
        listener.call("/player/plays", {"plays": [played]})
        page = listener.get("/stations").text
        assert ('value="mix"' in page, "Play some music first" in page) == (True, False)
        for seed, name in ((f"artist:{artist.artist_id}", artist.name), ("genre:Folk", "Folk")):
            assert f'value="{seed}" aria-label="Start a station from {escape(name)}"' in page
            assert listener.submit("/stations", seed=seed).status_code == HTTPStatus.SEE_OTHER
        assert "Your stations" in listener.get("/stations").text

    def test_is_offered_at_the_cost_of_few_statements(self, listener, releases, page, core_app):
        costs = core_app.extensions["container"].get(Meter).costs
        listener.get("/stations")
        asked = ("ListStations", "ListGenres", "ListFavouriteArtists", "ListRecentlyPlayed")
        assert 4 <= sum(costs[name].statements for name in asked) <= 10

    @pytest.mark.parametrize("seed", ["", "mood:blue", "track:x", "genre:"])
    def test_from_what_makes_no_sense_is_refused(self, listener, releases, seed):
        assert listener.submit("/stations", seed=seed).status_code == HTTPStatus.UNPROCESSABLE_ENTITY

    def test_of_my_mix_needs_a_history(self, listener, releases):
        assert "nothing yet to make your mix of" in listener.submit("/stations", seed="mix").text

    def test_needs_somebody(self, guest):
        assert guest.get("/stations").status_code == HTTPStatus.SEE_OTHER


class TestAStation:
    def test_shows_what_it_plays_and_why(self, listener, page):
        assert tracks_on(listener.get(page)) == []
        listener.submit(page, f"{page}/next")
        shown = listener.get(page)
        assert len(tracks_on(shown)) == 25
        assert "From “Album 0”" in shown.text
        assert "Artist &lt;" in shown.text
        for each in ('data-play="', 'data-enqueue="next"', "data-add", 'id="heart-track-'):
            assert shown.text.count(each) >= 25

    def test_tells_why_in_the_readers_language(self, listener, page):
        listener.submit("/language", language="de")
        given = listener.call(f"/player{page}/next").json["rows"]
        for shown in (given, listener.get(page).text):
            assert "Aus „Album 0“" in shown
            assert "Mehr Pop" in shown
            assert "From “" not in shown

    @pytest.mark.parametrize("what", ["like", "skip", "hide"])
    def test_hears_what_is_said_by_a_form(self, listener, page, what):
        listener.submit(page, f"{page}/next")
        track_id = tracks_on(listener.get(page))[0]
        answer = listener.submit(page, f"{page}/tracks/{track_id}/{what}")
        assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, page)
        hidden = listener.get("/stations/hidden").text
        assert (f"/stations/hidden/{track_id}/show" in hidden) == (what == "hide")

    def test_shows_what_is_a_favourite_as_liked(self, listener, page):
        listener.submit(page, f"{page}/next")
        first = tracks_on(listener.get(page))[0]
        listener.submit(page, f"/library/favourites/track/{first}", keep="yes")
        assert 'aria-pressed="true"' in listener.get(page).text

    def test_plays_a_hidden_track_again_once_that_is_said(self, listener, page):
        listener.submit(page, f"{page}/next")
        track_id = tracks_on(listener.get(page))[0]
        listener.submit(page, f"{page}/tracks/{track_id}/hide")
        listener.submit("/stations/hidden", f"/stations/hidden/{track_id}/show")
        assert "Nothing is hidden" in listener.get("/stations/hidden").text

    def test_where_the_licence_forbids_it_tells_nothing_ahead(self, listener, page, core_app):
        core_app.extensions["container"].put(Licences, Licences({"default": Licence(skips_an_hour=1, tells_ahead=False)}))
        listener.submit(page, f"{page}/next")
        shown = listener.get(page)
        assert len(re.findall(r"data-station-track=\"[^>]*hidden>", shown.text)) == 25
        assert "What comes next is a surprise" in shown.text
        assert "data-play=" not in shown.text
        assert "1 skip left this hour" in shown.text
        first, second = tracks_on(shown)[:2]
        listener.submit(page, f"{page}/tracks/{first}/skip")
        assert "No skip left until" in listener.get(page).text
        refused = listener.submit(page, f"{page}/tracks/{second}/skip")
        assert (refused.status_code, "The next skip is possible at" in refused.text) == (HTTPStatus.TOO_MANY_REQUESTS, True)


class TestThePlayer:
    def test_is_given_the_next_tracks(self, listener, page):
        answer = listener.call(f"/player{page}/next")
        assert (answer.status_code, answer.json["fewer"]) == (HTTPStatus.OK, None)
        assert answer.json["rows"].count("data-station-track") == 25

    def test_is_given_again_what_came_last_where_somebody_comes_back(self, listener, page):
        assert listener.get(f"/player{page}/batch").json["rows"] == ""
        given = listener.call(f"/player{page}/next").json["rows"]
        assert listener.get(f"/player{page}/batch").json["rows"] == given

    def test_is_given_the_same_once_more_where_the_answer_was_lost(self, listener, page):
        first, again, more = (listener.call(f"/player{page}/next", Idempotency_Key=key).json for key in ("one", "one", "two"))
        assert first == again != more

    def test_is_given_what_is_left_where_the_licence_allows_no_more_skips(self, listener, page, core_app):
        core_app.extensions["container"].put(Licences, Licences({"default": Licence(skips_an_hour=0)}))
        first, again = (listener.call(f"/player{page}/next").json for _ in range(2))
        assert (again["rows"], "no skips" in again["fewer"]) == (first["rows"], True)

    def test_tells_what_was_skipped_and_hidden(self, listener, page):
        rows = listener.call(f"/player{page}/next").json["rows"]
        track_id = re.findall(r'data-station-track="([^"]+)"', rows)[0]
        station_id = page.rpartition("/")[2]
        told = listener.call("/player/stations/feedback", {"station_id": station_id, "track_id": track_id, "kind": "skip"})
        assert told.json == {"left": None, "again_at": None}
        assert listener.call("/player/hidden-tracks", {"track_id": track_id}).status_code == HTTPStatus.OK
        assert listener.call("/player/hidden-tracks", {"track_id": new_id()}).status_code == HTTPStatus.NOT_FOUND
