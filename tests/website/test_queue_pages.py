"""The queue without scripts, and what the player asks of it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.ids import new_id
from apps.core.contract.playlists import MOST_AT_ONCE
from apps.core.meter import Meter


@pytest.fixture
def release(catalogue, visitor):
    return visitor.send(GetRelease(catalogue.release(tracks=4)))


@pytest.fixture
def queued(listener, release):
    """Ana, who has queued a whole release."""
    listener.submit("/queue", "/queue/tracks", release=release.id)
    return listener


def titles(visitor) -> list[str]:
    """As the page lists them, what is playing first."""
    return [unescape(title) for title in re.findall(r'class="queued__title"[^>]*><a[^>]*>([^<]+)<', visitor.get("/queue").text)]


def revision(visitor) -> str:
    found = re.search(r'name="revision" value="(\d+)"', visitor.get("/queue").text)
    assert found
    return found[1]


def change(visitor, what: str, number: int = 0, **fields: str):
    return visitor.submit("/queue", f"/queue/{what}", number=str(number), **{"revision": revision(visitor), **fields})


class TestThePage:
    def test_says_that_nothing_is_queued_and_what_to_do(self, listener):
        page = listener.get("/queue").text
        assert "Nothing is queued" in page
        assert "data-queue-keep hidden" in page

    def test_lists_what_is_playing_and_what_comes_next(self, queued, release):
        assert titles(queued) == [track.title for track in release.tracks]

    def test_needs_a_log_in(self, guest):
        assert "/log-in" in guest.get("/queue").location


class TestACard:
    def test_queues_a_release_wherever_it_is_shown(self, listener, release, catalogue):
        catalogue.release("Green Garden", artist="Ada")
        artist = f"/artists/{release.credits[0].artist_id}"
        listener.submit(artist, f"/library/favourites/release/{release.id}", keep="yes")
        for path in ("/", "/releases", artist, "/search?q=blue+garden", "/library/releases"):
            page = listener.get(path).text
            (card,) = (one for one in re.findall(r'<li class="kept".*?</li>', page, re.DOTALL) if f'href="/releases/{release.id}"' in one)
            assert '<form id="hearts"' in page, path
            assert f'<details class="menu" data-menu="release" data-id="{release.id}">' in card
            (menu,) = re.findall(r'<template id="release-menu">(.*?)</template>', page, re.DOTALL)
            assert re.findall(r'formaction="([^"]+)" name="release"', menu) == ["/queue/tracks?place=next", "/queue/tracks?place=end"]

    def test_asks_nobody_who_cannot_queue(self, guest, release):
        for path in ("/releases", "/search?q=blue+garden"):
            assert "data-menu" not in guest.get(path).text
        home = guest.get("/").text
        assert 'id="hearts"' not in home, "what has no form to send is hidden by the stylesheet"


class TestAdding:
    def test_goes_to_the_end_or_behind_what_is_playing(self, queued, release):
        first, second, *_ = release.tracks
        answer = queued.submit("/queue", "/queue/tracks?place=end", track=second.id, next=f"/releases/{release.id}")
        assert (answer.status_code, answer.location) == (303, f"/releases/{release.id}")
        queued.submit("/queue", "/queue/tracks?place=next", track=first.id)
        names = [track.title for track in release.tracks]
        assert titles(queued) == [names[0], names[0], *names[1:], names[1]]

    def test_takes_a_large_playlist_in_two_pages(self, listener, release, core_app):
        tracks = (release.tracks[0].id,) * MOST_AT_ONCE
        told = {"known": 0, "device": "web-1", "tracks": [{"track_id": track} for track in tracks]}
        assert listener.call("/player/queue", told).status_code == 200
        made = listener.submit("/queue", "/queue/playlist", title="Twice").location
        listener.submit("/queue", "/library/add", playlist=made.rpartition("/")[2], release=release.id)
        asked = core_app.extensions["container"].get(Meter).costs
        before = asked["GetPlaylistTracks"].count
        listener.submit("/queue", "/queue/tracks", playlist=made.rpartition("/")[2])
        assert asked["GetPlaylistTracks"].count - before == 2
        assert len(listener.get("/player/queue").json["tracks"]) == 2 * MOST_AT_ONCE

    def test_takes_a_playlist_page_by_page(self, listener, release):
        made = listener.submit("/library/playlists", title="Late", track=release.tracks[0].id).location
        playlist = made.rpartition("/")[2]
        for _ in range(25):
            listener.submit("/", "/library/add", playlist=playlist, release=release.id)
        listener.submit("/queue", "/queue/tracks", playlist=playlist)
        assert len(titles(listener)) == 101

    @pytest.mark.parametrize("named", [{}, {"track": "x"}, {"release": new_id()}, {"playlist": new_id()}])
    def test_of_nothing_is_not_found(self, listener, named):
        assert listener.submit("/queue", "/queue/tracks", **named).status_code == 404

    def test_never_leads_to_another_site(self, queued, release):
        answer = queued.submit("/queue", "/queue/tracks", track=release.tracks[0].id, next="//elsewhere.example")
        assert answer.location == "/queue"


class TestChanging:
    @pytest.mark.parametrize(
        ("what", "number", "order"),
        [("up", 3, "0213"), ("down", 3, "0132"), ("up", 1, "0123"), ("down", 4, "0123"), ("remove", 2, "023"), ("remove", 1, "123"),
         ("clear", 0, "0"), ("remove", 9, "0123"), ("up", -1, "0123")],
    )  # fmt: skip
    def test_moves_and_removes(self, queued, release, what, number, order):
        assert change(queued, what, number).status_code == 303
        assert titles(queued) == [release.tracks[int(place)].title for place in order]

    def test_keeps_the_place_of_what_is_playing(self, queued, release):
        told = {"known": 1, "device": "web-1", "number": 2, "position_ms": 9_000}
        assert queued.call("/player/queue/position", told).json == {"revision": 1}
        change(queued, "up", 4)
        queue = queued.get("/player/queue").json
        assert (queue["number"], queue["position_ms"]) == (2, 9_000)
        change(queued, "down", 2)
        queue = queued.get("/player/queue").json
        assert (queue["number"], queue["tracks"][2]["id"], queue["position_ms"]) == (3, release.tracks[1].id, 9_000)
        change(queued, "remove", 3)
        assert (queued.get("/player/queue").json["number"], queued.get("/player/queue").json["position_ms"]) == (3, 0)

    def test_all_of_it_can_be_removed(self, queued, release):
        for _ in release.tracks:
            change(queued, "remove", 1)
        assert "Nothing is queued" in queued.get("/queue").text

    @pytest.mark.parametrize("revision", ["", "0", "x"])
    def test_of_a_queue_that_is_no_more_is_refused(self, queued, release, revision):
        assert change(queued, "clear", revision=revision).status_code == 409
        assert len(titles(queued)) == len(release.tracks)


class TestKeeping:
    def test_makes_a_playlist(self, queued, release):
        answer = queued.submit("/queue", "/queue/playlist", title=" Tonight ")
        page = queued.get(answer.location).text
        assert all(track.title in page for track in release.tracks)
        assert "Tonight" in page

    def test_takes_more_than_are_added_at_once(self, listener, release):
        tracks = [{"track_id": release.tracks[0].id}] * (MOST_AT_ONCE + 1)
        assert listener.call("/player/queue", {"known": 0, "device": "web-1", "tracks": tracks}).status_code == 200
        answer = listener.submit("/queue", "/queue/playlist", title="Again")
        assert f"{MOST_AT_ONCE + 1} tracks" in listener.get(answer.location).text

    def test_of_nothing_is_not_found(self, listener):
        assert listener.submit("/queue", "/queue/playlist", title="Tonight").status_code == 404


class TestThePlayer:
    def test_is_given_what_it_shows(self, queued, release):
        queue = queued.get("/player/queue").json
        first = queue["tracks"][0]
        assert (queue["revision"], queue["number"], queue["position_ms"], queue["device"]) == (1, 1, 0, "web-page")
        assert (first["id"], first["title"], first["seconds"]) == (release.tracks[0].id, release.tracks[0].title, 60.0)
        assert first["source"] == {"type": "release", "release_id": release.id}
        assert first["releaseUrl"] == f"/releases/{release.id}"
        assert 'class="cover' in first["coverMarkup"]

    def test_saves_and_is_told_of_another_device(self, listener, release):
        tracks = [{"track_id": track.id, "source": {"type": "station", "station_id": new_id()}} for track in release.tracks]
        told = {"known": 0, "device": "web-1", "tracks": tracks, "number": 2}
        assert listener.call("/player/queue", told).json == {"revision": 1}
        assert listener.call("/player/queue", told).status_code == 409
        assert [one["station"] for one in listener.get("/player/queue").json["tracks"]] == [one["source"]["station_id"] for one in tracks]

    @pytest.mark.parametrize("kind", ["track", "release"])
    def test_asks_what_to_queue(self, listener, release, kind):
        wanted = release.tracks[2].id if kind == "track" else release.id
        found = listener.get(f"/player/tracks?{kind}={wanted}").json
        assert [one["id"] for one in found] == ([wanted] if kind == "track" else [track.id for track in release.tracks])
        assert {one["source"]["type"] for one in found} == {kind}

    def test_a_visitor_gets_nothing(self, guest):
        assert guest.get("/player/queue").status_code == 401
