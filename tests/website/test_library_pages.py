"""The library on the website: hearts that work as forms, and what is kept."""

from __future__ import annotations

import re
from http import HTTPStatus
from itertools import count

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.ids import new_id
from tests.factories.deals import Deals
from tests.factories.shelf import Shelf


@pytest.fixture
def shelf(core_app) -> Shelf:
    return Shelf(core_app, count())


@pytest.fixture
def release(shelf, visitor):
    return visitor.send(GetRelease(shelf.release("Blue <Garden>", "The Lanterns")))


@pytest.fixture
def each(release) -> dict[str, tuple[str, str]]:
    """By kind, the id of something that can be kept, and a page with its heart."""
    artist_id = release.credits[0].artist_id
    page = f"/releases/{release.id}"
    return {"track": (release.tracks[0].id, page), "release": (release.id, page), "artist": (artist_id, f"/artists/{artist_id}")}


def is_full(page, kind: str, subject_id: str) -> bool:
    """Whether the heart on a page says that it is a favourite."""
    found = re.search(rf'id="heart-{kind}-{subject_id}"[^>]*aria-pressed="(true|false)"', page.text)
    assert found, "no such heart"
    return found[1] == "true"


class TestAHeart:
    @pytest.mark.parametrize("kind", ["track", "release", "artist"])
    def test_is_a_button_that_keeps_and_drops_and_comes_back(self, listener, each, kind):
        subject_id, page = each[kind]
        for keep in ("yes", "yes", "no"):
            answer = listener.submit(page, f"/library/favourites/{kind}/{subject_id}", keep=keep, next=page)
            assert (answer.status_code, answer.location) == (HTTPStatus.SEE_OTHER, f"{page}#heart-{kind}-{subject_id}")
            assert is_full(listener.get(page), kind, subject_id) == (keep == "yes")

    def test_swaps_itself_where_there_are_scripts(self, listener, each):
        subject_id, _ = each["track"]
        token = listener.script_token()
        sent = {"csrf_token": token, "keep": "yes", "of": '"><svg>'}
        answer = listener.client.post(f"/library/favourites/track/{subject_id}", data=sent, headers={"HX-Request": "true"})
        assert is_full(answer, "track", subject_id)
        assert "<html" not in answer.text
        assert '"><svg>' not in answer.text

    def test_leads_to_no_other_site(self, listener, each):
        subject_id, page = each["release"]
        answer = listener.submit(page, f"/library/favourites/release/{subject_id}", keep="yes", next="//example.com/")
        assert answer.location.startswith("/library#")

    def test_is_not_shown_to_visitors(self, guest, each):
        assert 'id="heart' not in guest.get(each["release"][1]).text

    def test_of_what_does_not_exist_is_not_found(self, listener, each):
        assert listener.submit(each["track"][1], f"/library/favourites/track/{new_id()}", keep="yes").status_code == HTTPStatus.NOT_FOUND


class TestTheLibrary:
    def test_says_how_to_fill_it(self, listener):
        for path, words in (
            ("/library", "The heart beside a track"), ("/library/tracks", "“Like” on a station"),
            ("/library/releases", "The heart on a release"), ("/library/artists", "page keeps them here"),
        ):  # fmt: skip
            assert words in listener.get(path).text

    def test_shows_what_is_kept(self, listener, each, release):
        for kind, (subject_id, page) in each.items():
            listener.submit(page, f"/library/favourites/{kind}/{subject_id}", keep="yes")
        for path in ("/library", "/library/tracks"):
            shown = listener.get(path).text
            assert f'data-track="{release.tracks[0].id}"' in shown
            assert "Blue &lt;Garden&gt;" in shown
            assert f'data-play="{release.tracks[0].id}"' in shown
        assert f'href="/releases/{release.id}"' in listener.get("/library/releases").text
        assert f'href="/artists/{release.credits[0].artist_id}"' in listener.get("/library/artists").text

    def test_keeps_what_is_not_offered_any_more_and_says_why_it_is_silent(self, listener, each, release, core_app):
        for kind, (subject_id, page) in each.items():
            listener.submit(page, f"/library/favourites/{kind}/{subject_id}", keep="yes")
        Deals(core_app).only(release.id, "JP")
        for path in ("/library/tracks", "/library/releases", "/library/artists"):
            shown = listener.get(path).text
            assert "Not offered where you are" in shown
            assert f'href="/releases/{release.id}"' not in shown
            assert 'data-play="' + release.tracks[0].id not in shown

    def test_goes_on_by_a_real_link(self, listener, shelf, visitor):
        made = [visitor.send(GetRelease(shelf.release(f"Album {number}", "Ada", tracks=20))) for number in range(3)]
        tracks = {track.id for release in made for track in release.tracks}
        for track_id in tracks:
            listener.submit("/library", f"/library/favourites/track/{track_id}", keep="yes")
        first = listener.get("/library/tracks").text
        (more,) = re.findall(r'href="(/library/tracks\?cursor=[^"]+)"', first)
        shown = [one for page in (first, listener.get(more).text) for one in re.findall(r'data-track="([^"]+)"', page)]
        assert (len(shown), set(shown)) == (60, tracks)

    @pytest.mark.parametrize("path", ["/library", "/library/tracks", "/library/releases", "/library/artists"])
    def test_needs_somebody(self, guest, path):
        answer = guest.get(path)
        assert answer.status_code == HTTPStatus.SEE_OTHER
        assert "/log-in" in answer.location

    @pytest.mark.parametrize("path", ["/library/tracks", "/library/releases", "/library/artists"])
    def test_refuses_a_foreign_cursor(self, listener, path):
        assert listener.get(f"{path}?cursor=abc").status_code == HTTPStatus.UNPROCESSABLE_ENTITY


class TestPlaylists:
    @pytest.fixture
    def page(self, listener) -> str:
        answer = listener.submit("/library/playlists", title="Evenings & <nights>")
        assert answer.status_code == HTTPStatus.SEE_OTHER
        return answer.location

    @pytest.fixture
    def filled(self, listener, page, release) -> str:
        listener.submit(f"/library/add?release={release.id}", "/library/add", release=release.id, playlist=page.rpartition("/")[2])
        return page

    def entries(self, page) -> list[str]:
        return re.findall(r'id="entry-([^"]+)"', page.text)

    def test_are_made_and_found(self, listener, page):
        for path in (page, "/library/playlists"):
            assert "Evenings &amp; &lt;nights&gt;" in listener.get(path).text
        assert "Nothing is in it yet" in listener.get(page).text

    def test_take_a_release_or_a_track_and_play_in_order(self, listener, filled, release):
        other = listener.submit(f"/library/add?track={release.tracks[4].id}", "/library/playlists", title="New", track=release.tracks[4].id)
        shown = listener.get(filled).text
        assert re.findall(r'data-track="([^"]+)"', shown) == [track.id for track in release.tracks]
        assert "5 tracks" in shown
        assert re.findall(r'data-track="([^"]+)"', listener.get(other.location).text) == [release.tracks[4].id]
        assert f'href="/library/add?track={release.tracks[0].id}"' in listener.get(f"/releases/{release.id}").text

    def test_are_put_in_order_by_buttons(self, listener, filled, release):
        before = self.entries(listener.get(filled))
        answer = listener.submit(filled, f"{filled}/entries/{before[2]}/move", number="1")
        assert answer.location == f"{filled}#entry-{before[2]}"
        assert self.entries(listener.get(filled)) == [before[2], before[0], before[1], before[3], before[4]]
        listener.submit(filled, f"{filled}/entries/{before[2]}/move", number="-5")
        listener.submit(filled, f"{filled}/entries/{before[0]}/remove")
        assert self.entries(listener.get(filled)) == [before[2], before[1], before[3], before[4]]

    def test_are_edited(self, listener, filled, guest, release):
        assert listener.get(f"{filled}/edit").status_code == HTTPStatus.OK
        assert guest.get(filled).status_code == HTTPStatus.NOT_FOUND
        told = {"title": "Late", "description": "One\r\nTwo", "visibility": "unlisted"}
        assert listener.submit(f"{filled}/edit", **told).location == filled
        seen = guest.get(filled).text
        assert "One\nTwo" in seen
        assert "Log in to play" in seen
        assert "/edit" not in seen
        wrong = listener.submit(f"{filled}/edit", **(told | {"title": "  "}))
        assert (wrong.status_code, "Give it a title." in wrong.text) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
        assert listener.submit(filled, f"{filled}/cover/{release.id}").location == filled

    def test_are_not_edited_by_others(self, listener, filled, visit):
        listener.submit(f"{filled}/edit", title="Late", description="", visibility="public")
        other = visit()
        other.register("Ben", "ben@example.com")
        refused = other.submit(f"{filled}/edit", title="Mine", description="", visibility="public")
        assert refused.status_code == HTTPStatus.FORBIDDEN
        assert "Mine" not in listener.get(filled).text

    def test_are_deleted_and_brought_back(self, listener, filled):
        answer = listener.submit(f"{filled}/edit", f"{filled}/delete")
        shown = listener.get(answer.location).text
        assert "is deleted." in shown
        assert listener.get(filled).status_code == HTTPStatus.NOT_FOUND
        assert listener.submit(answer.location, f"{filled}/restore").location == filled
        assert len(self.entries(listener.get(filled))) == 5

    def test_lie_in_folders(self, listener, page):
        made = listener.submit("/library/playlists", "/library/folders", title="Jazz")
        assert made.location == "/library/playlists"
        (folder,) = re.findall(r'href="(/library/folders/[^"]+)"', listener.get("/library/playlists").text)
        folder_id = folder.rpartition("/")[2]
        told = listener.submit(f"{page}/edit", f"{page}/place", into=folder_id).location
        assert told.partition("?")[0] == folder
        assert "is in “Jazz” now." in listener.get(told).text
        assert page in listener.get(folder).text
        assert page not in listener.get("/library/playlists").text
        inside = listener.submit(folder, "/library/folders", title="Bebop", folder=folder_id)
        assert inside.location == folder
        (inner,) = [one for one in re.findall(r'href="(/library/folders/[^"]+)"', listener.get(folder).text) if one != folder]
        assert "Back to Jazz" in listener.get(inner).text
        assert listener.submit(inner, f"{inner}/rename", title="Cool").location == inner
        assert listener.submit(inner, f"{inner}/move").location == inner
        assert listener.submit(folder, f"{folder}/delete").location == "/library/playlists"
        shown = listener.get("/library/playlists").text
        assert page in shown
        assert inner in shown
        assert listener.get(folder).status_code == HTTPStatus.NOT_FOUND

    def test_go_into_a_folder_that_is_created_for_them(self, listener, page):
        answer = listener.submit(f"{page}/edit", "/library/folders", title="Jazz", playlist=page.rpartition("/")[2])
        assert page in listener.get(answer.location).text
        edited = listener.get(f"{page}/edit").text
        assert '<label for="into">Kept in</label>' in edited
        (chosen,) = re.findall(r'<option value="([^"]+)" selected>Jazz<', edited)
        assert answer.location == f"/library/folders/{chosen}"

    def test_are_put_into_folders_from_where_they_are_listed(self, listener, page):
        assert "/library/playlists/place" not in listener.get("/library/playlists").text
        listener.submit("/library/playlists", "/library/folders", title="Jazz")
        (folder_id,) = re.findall(r'href="/library/folders/([^"]+)"', listener.get("/library/playlists").text)
        place, playlist = "/library/playlists/place", page.rpartition("/")[2]
        told = listener.submit("/library/playlists", place, playlist=playlist, into=folder_id).location
        assert told.partition("?")[0] == "/library/playlists"
        assert "is in “Jazz” now." in listener.get(told).text
        folder = f"/library/folders/{folder_id}"
        told = listener.submit(folder, place, playlist=playlist, into="", here=folder_id).location
        assert told.partition("?")[0] == folder
        assert "is outside of all folders now." in listener.get(told).text
        for nothing in ("", "x", "0" * 22):
            assert listener.submit("/library/playlists", place, playlist=nothing).status_code == HTTPStatus.NOT_FOUND
            assert 'class="success"' not in listener.get(f"/library/playlists?placed={nothing}").text

    def test_are_moved_from_their_own_menu(self, listener, visit, page):
        for shown in (page, "/library/playlists"):
            assert f'href="{page}/folder"' in listener.get(shown).text
        listener.submit("/library/playlists", "/library/folders", title="Jazz")
        asked = listener.get(f"{page}/folder").text
        (folder_id,) = re.findall(r'<option value="([^"]+)">Jazz<', asked)
        told = listener.submit(f"{page}/folder", f"{page}/place", into=folder_id).location
        assert "is in “Jazz” now." in listener.get(told).text
        assert f'<option value="{folder_id}" selected>Jazz<' in listener.get(f"{page}/folder").text

    def test_of_others_are_in_no_folder_of_ours(self, listener, visit, page):
        listener.submit(f"{page}/edit", f"{page}/edit", title="Mine", description="", visibility="public")
        other = visit()
        assert other.get(f"{page}/folder").status_code == HTTPStatus.SEE_OTHER
        other.register("Ben", "ben@example.com")
        assert f'href="{page}/folder"' not in other.get(page).text
        assert other.get(f"{page}/folder").status_code == HTTPStatus.NOT_FOUND

    def test_have_an_order_of_their_own(self, listener, page):
        second = listener.submit("/library/playlists", title="Second").location
        listener.submit("/library/playlists", f"{second}/place", number="1")
        assert re.findall(r'class="track__title"[^>]*href="([^"]+)"', listener.get("/library/playlists").text) == [second, page]

    @pytest.mark.parametrize("query", ["", "?track=x", "?release=", f"?track={'0' * 22}"])
    def test_take_nothing_that_is_not_there(self, listener, query):
        assert listener.get(f"/library/add{query}").status_code == HTTPStatus.NOT_FOUND

    def test_take_nothing_without_being_told_what_and_where(self, listener, page, release):
        here = "/library/playlists"
        assert listener.submit(here, "/library/add", playlist="x", track=release.tracks[0].id).status_code == HTTPStatus.NOT_FOUND
        assert listener.submit(here, "/library/add", playlist=page.rpartition("/")[2]).status_code == HTTPStatus.NOT_FOUND


class TestSharing:
    @pytest.fixture
    def page(self, listener, release) -> str:
        return listener.submit("/library/playlists", title="Ours", release=release.id).location

    @pytest.fixture
    def ben(self, visit):
        someone = visit()
        someone.register("Ben", "ben@example.com")
        return someone

    @pytest.fixture
    def link(self, listener, page) -> str:
        answer = listener.submit(f"{page}/share", role="editor")
        (link,) = re.findall(r"<code>http://localhost(/playlists/join/[^<]+)</code>", answer.text)
        return link

    def test_lets_in_by_a_link_whoever_agrees(self, listener, ben, page, link, release):
        assert "You are invited to a playlist" in ben.get(link).text
        assert ben.get(page).status_code == HTTPStatus.NOT_FOUND
        assert ben.submit(link).location == page
        ben.submit("/library/playlists", "/library/add", track=release.tracks[0].id, playlist=page.rpartition("/")[2])
        assert "Added by <bdi>Ben</bdi>" in listener.get(page).text
        assert "Ben" in listener.get(f"{page}/share").text

    def test_asks_who_it_is_first(self, guest, link):
        answer = guest.get(link)
        assert (answer.status_code, "next=" in answer.location) == (HTTPStatus.SEE_OTHER, True)

    def test_ends_with_the_link_s_revocation(self, listener, ben, page, link):
        (revoke,) = re.findall(r'action="([^"]+/revoke)"', listener.get(f"{page}/share").text)
        assert listener.submit(f"{page}/share", revoke).location == f"{page}/share"
        assert ben.get(link).status_code == HTTPStatus.NOT_FOUND

    def test_sets_what_members_may_do_and_removes_them(self, listener, ben, page, link):
        ben.submit(link)
        shown = listener.get(f"{page}/share").text
        (change,) = re.findall(r'action="([^"]+/change)"', shown)
        (remove,) = re.findall(r'action="([^"]+/remove)"', shown)
        assert listener.submit(f"{page}/share", change, role="viewer").location == f"{page}/share"
        assert "Can view" in listener.get(f"{page}/share").text
        assert listener.submit(f"{page}/share", change, role="owner").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert listener.submit(f"{page}/share", remove).location == f"{page}/share"
        assert ben.get(page).status_code == HTTPStatus.NOT_FOUND

    def test_lets_members_leave(self, ben, page, link):
        ben.submit(link)
        (leave,) = re.findall(r'action="([^"]+/remove)"', ben.get(f"{page}/share").text)
        assert ben.submit(f"{page}/share", leave).location == "/library/playlists"

    def test_keeps_what_others_show(self, listener, ben, page):
        listener.submit(f"{page}/edit", title="Ours", description="", visibility="public")
        assert "Add to my library" in ben.get(page).text
        assert ben.submit(page, f"{page}/follow").location == page
        assert page in ben.get("/library/playlists").text
        assert "by Ana" in ben.get("/library/playlists").text
