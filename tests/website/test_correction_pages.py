"""The pages on which staff find what was delivered wrongly, and put it right."""

from __future__ import annotations

import re

import pytest

from apps.core.contract.catalogue import GetArtist, GetRelease
from apps.core.contract.corrections import ListCorrections
from tests.website.test_catalogue_pages import links


@pytest.fixture
def garden(catalogue):
    return catalogue.release("Blue Garden", tracks=2)


@pytest.fixture
def address(garden):
    return f"/catalogue/releases/{garden}"


RELEASE = {"artist": "The Lanterns", "credits": "main: The Lanterns", "released_on": "", "genre": "", "label": "", "type": "single"}


@pytest.fixture
def correct(clerk, address):
    """By the form, as it was looked at now or before."""

    def correct(to=address, **fields):
        hidden = re.search(r'name="revision"[^>]*value="(\w+)"', clerk.get(to).text)
        return clerk.submit(to, to, **{"revision": hidden[1], **RELEASE, **fields})

    return correct


class TestTheCatalogue:
    @pytest.mark.parametrize("path", ["", "/corrections", "/merges"])
    def test_is_for_staff(self, guest, listener, path):
        assert guest.get(f"/catalogue{path}").status_code in (302, 303, 401)
        assert listener.get(f"/catalogue{path}").status_code == 403

    def test_is_in_the_navigation_of_staff(self, clerk, listener):
        assert "/catalogue" in links(clerk.get("/").text, "/catalogue")
        assert links(listener.get("/").text, "/catalogue") == []

    def test_is_found_by_address_whether_it_is_shown_or_not(self, clerk, catalogue):
        (hidden,) = catalogue.deliver(catalogue.files("Green Garden", ["Song"]))
        assert clerk.get(f"/catalogue?q=https://music.example/releases/{hidden}").location == f"/catalogue/releases/{hidden}"
        assert "Green Garden" in clerk.get(f"/catalogue/releases/{hidden}").text

    def test_says_where_nothing_is_found(self, clerk):
        assert "Nothing is called so" in clerk.get("/catalogue?q=zzz").text

    def test_is_led_to_from_the_release(self, clerk, listener, garden, address):
        assert address in links(clerk.get(f"/releases/{garden}").text, "/catalogue")
        assert links(listener.get(f"/releases/{garden}").text, "/catalogue/") == []


class TestARelease:
    def test_is_corrected_and_taken_back(self, clerk, correct, address, garden, ana):
        assert correct(title="The Blue Garden", genre="Rock").location == address
        assert ana.send(GetRelease(garden)).title == "The Blue Garden"
        page = clerk.get(address).text
        assert "“The Blue Garden”, delivered as “Blue Garden”" in page
        assert "“Rock”, delivered as nothing" in page
        back = re.findall(r'action="(/catalogue/corrections/\w+/take-back)"', page)
        for one in back:
            assert clerk.submit(address, one, release_id=garden).location == address
        assert ana.send(GetRelease(garden)).title == "Blue Garden"
        assert "What was corrected" not in clerk.get(address).text

    def test_says_what_is_wrong_beside_it(self, correct):
        answer = correct(title="", credits="singer: Ana")
        assert answer.status_code == 422
        assert "This cannot be empty." in answer.text
        assert "is no credit" in answer.text
        assert "There is room for 200." in correct(title="A", credits="main: Ana\n" * 201).text

    def test_says_what_core_refuses(self, correct):
        answer = correct(title="Blue Garden", released_on="yesterday")
        assert (answer.status_code, "is no date" in answer.text) == (422, True)

    def test_that_was_corrected_meanwhile_says_so_and_keeps_what_was_typed(self, clerk, correct, address, garden, ana):
        seen = re.search(r'name="revision"[^>]*value="(\w+)"', clerk.get(address).text)[1]
        correct(title="The Blue Garden")
        answer = correct(title="Green Garden", revision=seen)
        assert answer.status_code == 409
        assert "meanwhile" in answer.text
        assert 'value="Green Garden"' in answer.text
        assert ana.send(GetRelease(garden)).title == "The Blue Garden"


class TestATrack:
    def test_is_corrected(self, correct, address, garden, ana):
        to = f"{address}/tracks/{ana.send(GetRelease(garden)).tracks[1].id}"
        assert correct(to, title="The Song", artist="Ana", credits="Main: Ana\r\n\r\nproducer : Ben\r\n", explicit="y").location == address
        track = ana.send(GetRelease(garden)).tracks[1]
        assert (track.title, track.artist, track.explicit) == ("The Song", "Ana", True)
        assert correct(to, title="", artist="Ana").status_code == 422

    def test_of_another_release_is_not_found(self, clerk, catalogue, address, ana):
        other = ana.send(GetRelease(catalogue.release("Green Garden"))).tracks[0].id
        assert clerk.get(f"{address}/tracks/{other}").status_code == 404


def chosen(page):
    return len(re.findall(r'name="tracks"[^>]* checked', page))


class TestSeveralTracks:
    @pytest.fixture
    def several(self, clerk, address):
        def several(**fields):
            seen = re.search(r'name="revision"[^>]*value="(\w+)"', clerk.get(f"{address}/tracks").text)[1]
            return clerk.submit(f"{address}/tracks", **{"revision": seen, "artist": "", "credits": "", "explicit": "", **fields})

        return several

    def test_are_corrected_by_check_boxes(self, clerk, address, several, garden, ana):
        assert f"{address}/tracks" in links(clerk.get(address).text, address)
        first, second = (track.id for track in ana.send(GetRelease(garden)).tracks)
        assert several(tracks=second, artist="Ana", explicit="yes").location == address
        assert [(one.artist, one.explicit) for one in ana.send(GetRelease(garden)).tracks] == [("The Lanterns", False), ("Ana", True)]
        assert several(tracks=[first, second], explicit="no", credits="producer: Ben").location == address
        assert [(one.artist, one.explicit) for one in ana.send(GetRelease(garden)).tracks] == [("The Lanterns", False), ("Ana", False)]

    def test_are_all_chosen_by_one_link(self, clerk, address):
        assert chosen(clerk.get(f"{address}/tracks").text) == 0
        assert chosen(clerk.get(f"{address}/tracks?all=1").text) == 2

    def test_keep_what_was_typed_where_it_is_refused(self, several, garden, ana):
        first = ana.send(GetRelease(garden)).tracks[0].id
        none = several(artist="Ana")
        assert (none.status_code, "Choose the tracks" in none.text, 'value="Ana"' in none.text) == (422, True, True)
        nothing = several(tracks=first)
        assert (nothing.status_code, "Nothing is given" in nothing.text, chosen(nothing.text)) == (422, True, 1)
        wrong = several(tracks=first, credits="singer: Ana")
        assert (wrong.status_code, "is no credit" in wrong.text) == (422, True)

    def test_of_what_was_looked_at_before_are_refused(self, several, correct, clerk, address, garden, ana):
        seen = re.search(r'name="revision"[^>]*value="(\w+)"', clerk.get(address).text)[1]
        correct(title="The Blue Garden")
        answer = several(tracks=ana.send(GetRelease(garden)).tracks[0].id, artist="Ana", revision=seen)
        assert (answer.status_code, "meanwhile" in answer.text) == (409, True)


class TestCorrections:
    def test_are_listed_and_taken_back_there(self, clerk, correct, operator, garden, ana):
        assert "Nothing has been corrected yet." in clerk.get("/catalogue/corrections").text
        correct(title="The Blue Garden")
        correct(title="<b>Green</b> Garden")
        page = clerk.get("/catalogue/corrections").text
        assert "over since" in page
        assert "&lt;b&gt;Green" in page
        (back,) = re.findall(r'action="(/catalogue/corrections/\w+/take-back)"', page)
        assert clerk.submit("/catalogue/corrections", back).location == "/catalogue/corrections"
        assert ana.send(GetRelease(garden)).title == "Blue Garden"
        assert all(one.over_at for one in operator.send(ListCorrections()).items)


class TestAnArtist:
    @pytest.fixture
    def two(self, garden, catalogue, ana):
        other = catalogue.release("Green Garden", artist="Lantern, the")
        return tuple(ana.send(GetRelease(one)).credits[0].artist_id for one in (other, garden))

    def test_is_found_looked_at_merged_and_taken_back(self, clerk, two, garden):
        short, lanterns = two
        assert clerk.get(f"/catalogue?q=/artists/{short}").location == f"/catalogue/artists/{short}"
        page = f"/catalogue/artists/{short}"
        preview = f"{page}/merge/{lanterns}"
        assert clerk.get(f"{page}?q=/artists/{lanterns}").location == preview
        assert "Lantern, the becomes The Lanterns" in clerk.get(preview).text
        assert clerk.submit(preview, preview).location == f"/catalogue/artists/{lanterns}"
        assert "2 releases, 5 recordings, kept by 0 accounts" in clerk.get(f"/catalogue/artists/{lanterns}").text
        assert "Was merged into" in clerk.get(page).text
        assert clerk.get(f"/artists/{short}").location == f"/artists/{lanterns}"
        again = clerk.submit(preview, preview)
        assert (again.status_code, "merged into another artist already" in again.text) == (409, True)
        (back,) = re.findall(r'action="(/catalogue/merges/\w+/take-back)"', clerk.get("/catalogue/merges").text)
        assert clerk.submit("/catalogue/merges", back).location == "/catalogue/merges"
        assert clerk.get(f"/artists/{short}").status_code == 200
        assert "over since" in clerk.get("/catalogue/merges").text

    def test_is_spelt_otherwise(self, clerk, two, ana):
        short, _ = two
        page = f"/catalogue/artists/{short}"
        assert clerk.submit(page, page, name="LANTERN, the").location == page
        assert ana.send(GetArtist(short)).name == "LANTERN, the"
        refused = clerk.submit(page, page, name="Somebody")
        assert (refused.status_code, "That is another name." in refused.text, 'value="Somebody"' in refused.text) == (422, True, True)
        assert clerk.submit(page, page, name="").status_code == 422

    def test_is_led_to_from_their_page(self, clerk, guest, two):
        short, _ = two
        assert f"/catalogue/artists/{short}" in links(clerk.get(f"/artists/{short}").text, "/catalogue")
        assert links(guest.get(f"/artists/{short}").text, "/catalogue") == []

    def test_finds_others_but_not_itself(self, clerk, two):
        short, lanterns = two
        page = clerk.get(f"/catalogue/artists/{short}?q=lantern").text
        assert links(page, f"/catalogue/artists/{short}/merge/") == [f"/catalogue/artists/{short}/merge/{lanterns}"]
        assert "Nobody else is called so" in clerk.get(f"/catalogue/artists/{short}?q=zzz").text

    def test_is_found_by_name_in_the_catalogue(self, clerk, two):
        assert {f"/catalogue/artists/{one}" for one in two} <= {*links(clerk.get("/catalogue?q=lantern").text, "/catalogue/artists/")}


class TestSplitting:
    def test_by_check_boxes_and_back(self, clerk, address, garden, ana):
        second = ana.send(GetRelease(garden)).tracks[1].id
        seen = re.search(r'name="revision"[^>]*value="(\w+)"', clerk.get(address).text)[1]
        fields = {"revision": seen, "title": "Green Garden", "artist": "The Lanterns"}
        nothing = clerk.submit(address, f"{address}/split", **fields)
        assert (nothing.status_code, "Choose the tracks that go there." in nothing.text) == (422, True)
        answer = clerk.submit(address, f"{address}/split", **fields, tracks=second)
        apart = answer.location.rpartition("/")[2]
        assert [track.id for track in ana.send(GetRelease(apart)).tracks] == [second]
        assert "Put them back" in clerk.get(answer.location).text
        assert "Is two releases" not in clerk.get(address).text
        assert clerk.submit(answer.location, f"{answer.location}/join").location == address
        assert len(ana.send(GetRelease(garden)).tracks) == 2
        assert "No tracks are on it any more." in clerk.get(answer.location).text

    def test_says_what_core_refuses(self, clerk, address, garden, ana):
        seen = re.search(r'name="revision"[^>]*value="(\w+)"', clerk.get(address).text)[1]
        every = [track.id for track in ana.send(GetRelease(garden)).tracks]
        answer = clerk.submit(address, f"{address}/split", revision=seen, title="Green", artist="Ana", tracks=every)
        assert (answer.status_code, "leave at least one" in answer.text) == (422, True)
