"""The page to search on, as it is without JavaScript."""

from __future__ import annotations

import re

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.playlists import AddToPlaylist, CreatePlaylist, Visibility


def links(page: str, path: str) -> list[str]:
    return re.findall(rf'href="({path}[^"]*)"', page.replace("&amp;", "&"))


@pytest.fixture
def release_id(catalogue):
    return catalogue.release("Blue Garden", artist="The Lanterns", tracks=2, genre="Jazz", date="1994")


class TestSearching:
    def test_begins_with_a_field(self, guest):
        page = guest.get("/search").text
        assert 'role="search"' in page
        assert "Type some of a name" in page

    def test_shows_the_best_first_and_each_group(self, guest, release_id, visitor):
        page = guest.get("/search?q=blue+gardne").text
        top = page.partition("Top result</h2>")[2].partition("</section>")[0]
        assert f"/releases/{release_id}" in top
        assert "Blue Garden 1" in page
        artist_id = visitor.send(GetRelease(release_id)).credits[0].artist_id
        found = guest.get("/search?q=lanterns").text
        assert f"/artists/{artist_id}" in found.partition("Top result</h2>")[2].partition("</section>")[0]

    def test_a_track_may_be_the_best(self, guest, release_id):
        page = guest.get("/search?q=blue+garden+2").text
        assert "Blue Garden 2" in page.partition("Top result</h2>")[2].partition("</section>")[0]

    def test_shows_public_playlists_with_whose_they_are(self, guest, release_id, ben, visitor):
        tracks = tuple(track.id for track in visitor.send(GetRelease(release_id)).tracks)
        made = ben.send(CreatePlaylist("Gardens at Night", visibility=Visibility.PUBLIC))
        ben.send(AddToPlaylist(made.id, tracks))
        page = guest.get("/search?q=gardens+at+night").text
        assert f"/playlists/{made.id}" in page.partition("Top result</h2>")[2].partition("</section>")[0]
        assert "Ben · 2 tracks" in page.partition('aria-label="Playlists"')[2]
        assert "/search?q=gardens+at+night&kind=playlist" in links(page, "/search")
        alone = guest.get("/search?q=garden&kind=playlist").text
        assert f"/playlists/{made.id}" in alone
        assert 'aria-label="Releases"' not in alone

    def test_shows_one_kind_by_itself(self, guest, release_id):
        page = guest.get("/search?q=blue+garden&kind=track&genre=jazz").text
        assert "Top result" not in page
        assert 'aria-label="Tracks"' in page
        assert 'aria-label="Releases"' not in page
        assert "/search?q=blue+garden&genre=jazz" in links(page, "/search")  # leads to all kinds, the filter kept

    def test_leads_to_more_of_a_kind(self, guest, catalogue):
        for number in range(13):
            catalogue.release(f"Garden {number}", artist=f"Artist {number}", tracks=1)
        assert "/search?q=garden&kind=release" in links(guest.get("/search?q=garden").text, "/search")

    @pytest.mark.parametrize(
        ("filters", "found"), [("genre=JAZZ&type=&label=&first_year=1990", True), ("last_year=1990", False), ("playable=true", True)]
    )
    def test_keeps_filters_in_the_address(self, listener, release_id, filters, found):
        page = listener.get(f"/search?q=blue+garden&{filters}").text
        assert (f"/releases/{release_id}" in page) is found
        assert '<details class="search__filters" open>' in page
        assert ("Search without filters" in page) is not found

    @pytest.mark.parametrize(
        "text", ["%3F%21", "%F0%9F%8E%89", "x" * 10_000, "%22%3E%3Csvg%20onload%3Dalert(1)%3E", "%E2%80%8F%D9%85", "%00"]
    )
    def test_says_so_where_nothing_is_found(self, guest, release_id, text):
        answer = guest.get(f"/search?q={text}")
        assert answer.status_code == 200
        assert "Nothing here is called" in answer.text
        assert "<svg onload" not in answer.text

    def test_asks_nothing_by_spaces(self, guest):
        assert "Type some of a name" in guest.get("/search?q=+++").text

    def test_tells_by_voice_how_much_is_found_and_no_more(self, guest, release_id):
        page = guest.get("/search?q=blue+garden").text
        (told,) = re.findall(r'<p id="count" [^>]*role="status">([^<]*)</p>', page)
        assert told.strip() == "2 tracks, 1 release"
        assert "aria-live" not in page.partition('id="found"')[2].partition(">")[0]
        assert re.search(r'role="status">\s*Nothing found\s*</p>', guest.get("/search?q=xyzzy").text)

    @pytest.mark.parametrize("wrong", ["kind=song", "type=tape", "first_year=early", "playable=perhaps"])
    def test_refuses_what_is_no_filter(self, guest, wrong):
        answer = guest.get(f"/search?q=blue&{wrong}")
        assert answer.status_code == 422
        assert "cannot be narrowed like that" in answer.text

    def test_what_may_be_played_can_be_played_from_there(self, listener, release_id, visitor):
        track = visitor.send(GetRelease(release_id)).tracks[0]
        assert f'data-play="{track.id}"' in listener.get("/search?q=blue+garden").text
