"""The home page's shelves, and the pages on which staff arrange them and put compilations together."""

from __future__ import annotations

import re
from html import unescape

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.editorial import ListShelves
from apps.core.contract.playlists import AddToPlaylist, CreatePlaylist, Visibility
from tests.website.test_catalogue_pages import links
from tests.website.visitor import form_token

SHELF = {"title": "Gardens", "kind": "releases", "starts_at": "2026-01-01T00:00", "ends_at": "", "territories": ""}


@pytest.fixture
def arrange(clerk):
    """Makes a shelf by its form."""

    def arrange(items, **fields):
        return clerk.submit("/editorial/shelves/new", "/editorial/shelves", **{**SHELF, "items": items, **fields})

    return arrange


class TestTheHomePage:
    def test_keeps_nothing_of_one_reader_for_the_next(self, listener, visit, guest, catalogue):
        catalogue.release("Blue Garden")
        ben = visit()
        ben.register("Ben", "ben@example.com")
        for someone, name in ((listener, "Ana"), (ben, "Ben"), (listener, "Ana")):
            page = someone.get("/").text
            assert [one for one in ("Ana", "Ben") if f">{one}<" in page] == [name]
            assert f'data-csrf="{form_token(someone.get("/account"))}"' in page
            assert "Blue Garden" in page
        page = guest.get("/").text
        assert "Blue Garden" in page
        assert 'data-viewer=""' in page
        assert "Log out" not in page
        assert "Play my mix" not in page

    def test_has_a_visitor_log_in_to_play_and_a_listener_play(self, guest, listener, catalogue):
        release = f"/releases/{catalogue.release('Blue Garden')}"
        for _ in range(2):
            page, hers = guest.get("/").text, listener.get("/").text
            assert ("data-play-release" in page, "data-play-release" in hers, "Log in to play" in hers) == (False, True, False)
            (address,) = re.findall(r'href="([^"]*)">Log in to play<', page)
        door = guest.get(unescape(address)).text
        assert "Log in or create an account to listen. You come back to where you were." in door
        assert guest.register("Ben", "ben@example.com", path=unescape(address).replace("/log-in", "/register")).location == release


class TestAShelf:
    def test_that_staff_make_shows_on_the_home_page(self, guest, arrange, catalogue):
        blue, green = catalogue.release("Blue Garden"), catalogue.release("Green Garden")
        answer = arrange(f"https://music.example/releases/{green} | Moss and rain\n\n/releases/{blue}/\n", title="By the pond")
        assert answer.location == "/editorial"
        page = guest.get("/").text
        assert "By the pond" in page
        assert "Moss and rain" in page
        assert links(page, "/releases/") == [f"/releases/{green}", f"/releases/{blue}"]

    def test_of_every_kind_shows(self, guest, arrange, catalogue, ana):
        release_id = catalogue.release("Winter Songs, Vol. 1", tracks=1, compilation=True)
        series = links(guest.get("/series").text, "/series/")[0]
        mine = ana.send(CreatePlaylist("Evenings", "", Visibility.PUBLIC)).id
        ana.send(AddToPlaylist(mine, (ana.send(GetRelease(release_id)).tracks[0].id,)))
        chosen = {"feature": f"/releases/{release_id} | Listen", "series": series, "playlists": f"/playlists/{mine}", "newest": ""}
        for kind, items in chosen.items():
            assert arrange(items, kind=kind, title=f"A {kind} shelf").status_code == 303
        page = guest.get("/").text
        assert all(f"A {kind} shelf" in page for kind in chosen)
        assert series in links(page, "/series/")
        assert f"/playlists/{mine}" in links(page, "/playlists/")

    def test_is_filled_in_again_moved_and_removed(self, clerk, arrange, catalogue, operator):
        blue = catalogue.release("Blue Garden")
        for title in ("One", "Two"):
            arrange(f"/releases/{blue} | Note", title=title, territories="GB, fr".upper(), ends_at="2027-01-01T00:00")
        one, two = (shelf.id for shelf in operator.send(ListShelves()))
        address = f"/editorial/shelves/{one}"
        page = clerk.get(address).text
        assert f"/releases/{blue} | Note" in page
        assert 'value="FR GB"' in page
        assert 'value="2027-01-01T00:00"' in page
        clerk.submit("/editorial", f"/editorial/shelves/{one}/move", before="")
        assert [shelf.id for shelf in operator.send(ListShelves())] == [two, one]
        clerk.submit(address, address, **{**SHELF, "title": "Renamed", "items": f"/releases/{blue}"})
        assert [shelf.title for shelf in operator.send(ListShelves())] == ["Two", "Renamed"]
        clerk.submit("/editorial", f"/editorial/shelves/{two}/remove")
        assert [shelf.id for shelf in operator.send(ListShelves())] == [one]

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"items": "somewhere else"}, "is no address of a page here"),
            ({"items": "/releases/0352UqzA75lQz8nibtS1w6"}, "There is no release 0352UqzA75lQz8nibtS1w6."),
            ({"items": ""}, "There is nothing on the shelf."),
            ({"items": "\n".join(f"/releases/0352UqzA75lQz8nibtS1{number}" for number in range(10, 60))}, "A shelf has room for 48."),
            ({"items": f"/releases/0352UqzA75lQz8nibtS1w6 | {'x' * 501}"}, "A note may have 500 characters."),
            ({"items": "", "kind": "newest", "territories": "Narnia"}, "is no territory"),
            ({"items": "", "kind": "newest", "starts_at": ""}, "Give a date and a time."),
        ],
    )
    def test_that_cannot_be_says_why_and_keeps_what_was_written(self, arrange, operator, fields, words):
        answer = arrange(**{"title": "Odd one", **fields})
        assert answer.status_code in {404, 422}
        assert words in answer.text
        assert "Odd one" in answer.text
        assert operator.send(ListShelves()) == ()

    def test_that_is_gone_is_not_found(self, clerk):
        assert clerk.get("/editorial/shelves/0352UqzA75lQz8nibtS1w6").status_code == 404


class TestThePreview:
    def test_shows_another_place_and_moment(self, clerk, guest, arrange, catalogue):
        arrange(f"/releases/{catalogue.release('Blue Garden')}", title="Advent", starts_at="2026-12-01T00:00", territories="DE")
        assert "Advent" not in guest.get("/").text
        assert "Advent" in clerk.get("/editorial/preview?territory=de&at=2026-12-02T00:00").text
        assert "Nothing shows there then" in clerk.get("/editorial/preview?territory=FR&at=2026-12-02T00:00").text

    @pytest.mark.parametrize("query", ["territory=Narnia", "at=soon", "at=99999-01-01"])
    def test_of_no_place_or_moment_says_so(self, clerk, query):
        answer = clerk.get(f"/editorial/preview?{query}")
        assert answer.status_code == 422
        assert "That is no place or moment." in answer.text


class TestACompilation:
    def test_is_made_of_a_playlist(self, clerk, guest, catalogue, ana):
        tracks = [ana.send(GetRelease(catalogue.release(title))).tracks[0] for title in ("Blue Garden", "Green Garden")]
        mine = ana.send(CreatePlaylist("Garden Songs, Vol. 1", "", Visibility.PUBLIC)).id
        ana.send(AddToPlaylist(mine, tuple(track.id for track in tracks)))
        (address,) = links(clerk.get(f"/playlists/{mine}").text, "/editorial/compilations/new")
        page = clerk.get(address).text
        assert 'value="Garden Songs, Vol. 1"' in page
        lines = "\n".join(f"{track.id} | {track.title}" for track in tracks)
        assert lines in page
        answer = clerk.submit(address, "/editorial/compilations", title="Garden Songs, Vol. 1", year="2026", tracks=lines)
        shown = guest.get(answer.location).text
        assert "Volume 1 of Garden Songs" in shown
        assert shown.index("Blue Garden 1") < shown.index("Green Garden 1")

    def test_is_made_of_the_whole_of_a_long_playlist(self, clerk, catalogue, ana):
        track_ids = tuple(track.id for track in ana.send(GetRelease(catalogue.release())).tracks)
        mine = ana.send(CreatePlaylist("Long", "", Visibility.PUBLIC)).id
        for _ in range(3):
            ana.send(AddToPlaylist(mine, track_ids * 100))
        page = clerk.get(f"/editorial/compilations/new?playlist={mine}").text
        assert page.count(f"{track_ids[0]} |") == 300

    def test_says_what_is_wrong_with_it(self, clerk, catalogue, ana):
        (track, *_) = ana.send(GetRelease(catalogue.release())).tracks
        for tracks, words in (("nothing", "is no address of a track"), (f"{track.id}\n{track.id}", "A recording is on it twice.")):
            answer = clerk.submit("/editorial/compilations/new", "/editorial/compilations", title="Odd", tracks=tracks)
            assert answer.status_code == 422
            assert words in answer.text

    def test_is_offered_to_staff_alone(self, listener, ben, catalogue):
        mine = ben.send(CreatePlaylist("Evenings", "", Visibility.PUBLIC)).id
        ben.send(AddToPlaylist(mine, (ben.send(GetRelease(catalogue.release())).tracks[0].id,)))
        assert links(listener.get(f"/playlists/{mine}").text, "/editorial") == []


@pytest.mark.parametrize("path", ["/editorial", "/editorial/shelves/new", "/editorial/preview", "/editorial/compilations/new"])
def test_are_for_staff_alone(listener, guest, path):
    assert listener.get(path).status_code == 403
    assert guest.get(path).location.startswith("/log-in")
