"""Genres: found in the navigation and on what is of them, with what is heard and what is new."""

from __future__ import annotations

import re
from html import unescape

from apps.core.contract.catalogue import GetRelease


class TestTheListOfGenres:
    def test_is_in_the_navigation_and_leads_to_each(self, guest, catalogue):
        catalogue.release("Blue Garden", artist="Ada", genre="Hip-Hop")
        catalogue.release("Green Garden", artist="Ben", genre="Folk & Ballads")
        assert 'href="/genres"' in guest.get("/").text
        page = guest.get("/genres").text
        assert re.findall(r'href="(/genres/[^"]+)"', page) == ["/genres/folk-ballads", "/genres/hip-hop"]
        assert "Folk &amp; Ballads" in page

    def test_goes_on_by_a_real_link(self, guest, catalogue):
        for number in range(49):
            catalogue.release(f"Album {number}", artist=f"Artist {number}", genre=f"Genre {number:02}", tracks=1)
        (further,) = re.findall(r'href="(/genres\?[^"]*cursor[^"]*)" id="further"', guest.get("/genres").text)
        assert re.findall(r'href="(/genres/[^"]+)"', guest.get(unescape(further)).text) == ["/genres/genre-48"]

    def test_says_how_music_comes_in_where_there_is_none(self, guest):
        assert "There is no music here yet." in guest.get("/genres").text


class TestAGenre:
    def test_shows_the_newest_releases_and_tracks_to_play(self, guest, listener, catalogue, clock):
        older = catalogue.release("Blue Garden", artist="Ada", genre="Folk", tracks=1)
        clock.advance(60)
        newer = catalogue.release("Green Garden", artist="Ben", genre="folk", tracks=1)
        page = listener.get("/genres/folk").text
        found = re.findall(r'class="card" href="/releases/(\w+)"', page)
        assert found == [newer, older]
        assert len(re.findall(r'data-play="\w+"', page)) == 2
        assert 'data-enqueue="next"' in page
        assert 'id="heart-track-' in page
        assert 'href="/log-in?next=/genres/folk&amp;to=listen"' in guest.get("/genres/folk").text

    def test_goes_on_without_its_tracks(self, listener, catalogue):
        for number in range(49):
            catalogue.release(f"Album {number}", artist=f"Artist {number}", genre="Folk", tracks=1)
        first = listener.get("/genres/folk").text
        (further,) = re.findall(r'href="(/genres/folk\?[^"]*cursor[^"]*)" id="further"', first)
        second = listener.get(unescape(further)).text
        assert ("data-tracks" in first, "data-tracks" in second) == (True, False)
        assert len(re.findall(r'class="card" href="/releases/', second)) == 1

    def test_has_one_address(self, guest, catalogue):
        catalogue.release("Blue Garden", genre="Hip-Hop")
        answer = guest.get("/genres/HIP%20HOP")
        assert (answer.status_code, answer.location) == (302, "/genres/hip-hop")

    def test_is_led_to_by_what_is_of_it(self, guest, catalogue, visitor):
        release = visitor.send(GetRelease(catalogue.release("Blue Garden", genre="Hip-Hop")))
        for path in (f"/releases/{release.id}", f"/tracks/{release.tracks[0].id}"):
            assert '<a href="/genres/hip-hop"><bdi>Hip-Hop</bdi></a>' in guest.get(path).text

    def test_is_not_found_where_there_is_none(self, guest):
        assert guest.get("/genres/polka").status_code == 404
