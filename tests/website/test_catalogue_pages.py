"""Home, releases, a release, an artist, and what was played."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import msgspec
import pytest
from sqlalchemy import insert, select

from apps.core.contract.catalogue import GetRelease, GetTrackInFull
from apps.core.contract.ids import new_id
from apps.core.contract.intake import FoundPicture
from apps.core.contract.listening import LOOKED_THROUGH, Play, RecordPlays
from apps.core.database import db
from apps.core.listening.models import HistoryRow

HOSTILE = '"><svg onload=alert(1)>'
ESCAPED = "&#34;&gt;&lt;svg onload=alert(1)&gt;"


def links(page: str, path: str) -> list[str]:
    return re.findall(rf'href="({path}[^"]*)"', page.replace("&amp;", "&"))


class TestHome:
    def test_says_how_to_import_music_where_there_is_none(self, guest):
        page = guest.get("/").text
        assert "There is no music here yet." in page
        assert "./celesta import PATH" in page

    def test_shows_the_newest_release_first(self, guest, catalogue, clock):
        older = catalogue.release("Blue Garden")
        clock.advance(60)
        newer = catalogue.release("Green Garden")
        found = links(guest.get("/").text, "/releases/")
        assert found.index(f"/releases/{newer}") < found.index(f"/releases/{older}")

    def test_is_branded_by_a_setting(self, values, core_app):
        from apps.website.app import create_website

        page = create_website({**values, "BRAND_NAME": "Lark & Co"}, core_app).test_client().get("/").text
        assert "<title>Home · Lark &amp; Co</title>" in page
        assert "Celesta" not in page


class TestACover:
    def test_is_offered_in_every_size(self, guest, catalogue):
        (file,) = catalogue.files("Blue Garden", ["Dawn"])
        (release_id,) = catalogue.deliver([msgspec.structs.replace(file, picture=FoundPicture("cover.jpg", 1, 1))])
        catalogue.transcode_all()
        catalogue.cover_all()
        page = guest.get(f"/releases/{release_id}").text
        source, sizes = re.findall(r'<img class="cover" src="([^"]+)" srcset="([^"]+)" sizes="480px"', page)[0]
        assert re.fullmatch(rf"/media/covers/{release_id}/[0-9a-f]+/640.jpg", source)
        folder = source.removesuffix("640.jpg")
        assert sizes == ", ".join(f"{folder}{side}.jpg {side}w" for side in (96, 320, 640, 1280))
        assert f'<img class="cover" src="{folder}320.jpg"' in guest.get("/releases").text
        assert '<rect width="100%" height="100%" fill="#336699"/>' in page

    def test_is_drawn_where_none_came(self, guest, catalogue):
        page = guest.get(f"/releases/{catalogue.release()}").text
        assert '<img class="cover"' not in page
        assert "sleeve__bars" in page


class TestTheListOfReleases:
    def test_goes_on_by_a_real_link(self, guest, catalogue):
        made = {catalogue.release(f"Album {number:02}", tracks=1) for number in range(50)}
        first = guest.get("/releases").text
        (more,) = [link for link in links(first, "/releases") if "cursor=" in link]
        second = guest.get(more).text
        shown = [link.removeprefix("/releases/") for page in (first, second) for link in links(page, "/releases/")]
        assert sorted(shown) == sorted(made)
        assert "cursor=" not in second

    def test_is_ordered_by_title_when_asked(self, guest, catalogue):
        ids = {title: catalogue.release(title, tracks=1) for title in ("Cherry", "Apple", "Banana")}
        shown = links(guest.get("/releases?order=title").text, "/releases/")
        assert shown == [f"/releases/{ids[title]}" for title in ("Apple", "Banana", "Cherry")]

    @pytest.mark.parametrize("query", ["order=1;--", "cursor=%27%20OR%201=1", "cursor=abc"])
    def test_refuses_what_it_never_gave_out(self, guest, query):
        answer = guest.get(f"/releases?{query}")
        assert answer.status_code == 422
        assert "onload" not in answer.text

    def test_leads_from_a_cursor_that_is_no_good_to_its_own_beginning(self, guest):
        answer = guest.get("/releases?order=title&cursor=abc").text
        assert links(answer, "/releases")[-1] == "/releases?order=title"
        assert "Go to the first page" in answer
        assert "Go to the first page" not in guest.get("/nowhere").text


class TestAReleasePage:
    def test_lists_the_tracks_and_links_the_artist(self, guest, catalogue, visitor):
        release_id = catalogue.release("Blue Garden", artist="The Lanterns")
        page = guest.get(f"/releases/{release_id}").text
        detail = visitor.send(GetRelease(release_id))
        assert re.findall(r'class="track__title" dir="auto" title="([^"]+)"', page) == [track.title for track in detail.tracks]
        assert f"/artists/{detail.credits[0].artist_id}" in page
        assert "3 tracks, 3 minutes" in page

    def test_a_visitor_is_asked_to_log_in_and_comes_back(self, guest, catalogue):
        release_id = catalogue.release()
        page = guest.get(f"/releases/{release_id}").text
        assert f"/log-in?next=/releases/{release_id}" in page
        assert "data-play=" not in page

    def test_a_visitor_who_presses_play_is_told_what_for_and_comes_back(self, guest, catalogue):
        page = f"/releases/{catalogue.release()}"
        ways = [unescape(way) for way in re.findall(r'href="((?:/log-in|/register)\?[^"]+)"', guest.get(page).text)]
        assert {way.partition("?")[0] for way in ways} == {"/log-in", "/register"}
        for way in ways:
            assert "Log in or create an account to listen." in guest.get(way).text
        assert guest.register(path=ways[0].replace("/log-in", "/register")).location == page

    def test_a_listener_may_play_each_track(self, listener, catalogue):
        page = listener.get(f"/releases/{catalogue.release(tracks=3)}").text
        assert len(re.findall(r'data-play="[^"]', page)) == 3
        assert "without-scripts" in page

    def test_says_which_tracks_cannot_be_played_and_why(self, listener, catalogue):
        (release_id,) = catalogue.deliver(catalogue.files("Blue Garden", ["One", "Two"]))
        catalogue.transcode(catalogue.waiting("transcode")[0])
        page = listener.get(f"/releases/{release_id}").text
        assert page.count(">Not ready<") == 1
        assert len(re.findall(r'data-play="[^"]', page)) == 1
        assert "Its audio is still being prepared. Look in again in a few minutes." in page

    def test_discs_are_set_apart(self, guest, catalogue):
        files = [
            catalogue.file(f"{disc}-{track}.flac", title=f"Part {disc}-{track}", artist="A", album="Two Discs", disc=disc, track=track)
            for disc in (1, 2)
            for track in (1, 2)
        ]
        (release_id,) = catalogue.deliver(files)
        catalogue.transcode_all()
        assert re.findall(r"Disc \d", guest.get(f"/releases/{release_id}").text) == ["Disc 1", "Disc 2"]

    def test_an_unknown_one_is_not_found(self, guest):
        assert guest.get(f"/releases/{new_id()}").status_code == 404
        assert guest.get("/releases/no-such-thing").status_code == 404


class TestSeries:
    @pytest.fixture
    def volumes(self, catalogue):
        return [catalogue.release(f"Winter Songs, Vol. {number}", tracks=1, compilation=True) for number in (1, 2)]

    def test_stand_on_shelves_with_the_newest_volume_first(self, guest, volumes):
        page = guest.get("/series").text
        assert links(page, "/releases/") == [f"/releases/{volumes[1]}", f"/releases/{volumes[0]}"]
        assert "2 volumes" in page

    def test_one_shows_volume_after_volume_and_each_volume_leads_to_it(self, guest, volumes):
        (address,) = links(guest.get(f"/releases/{volumes[0]}").text, "/series/")
        page = guest.get(address).text
        assert links(page, "/releases/") == 2 * [f"/releases/{volumes[1]}", f"/releases/{volumes[0]}"]

    def test_go_on_by_a_real_link(self, guest, catalogue):
        for number in range(21):
            catalogue.release(f"Songs of {number:02}, Vol. 1", tracks=1, compilation=True)
        first = guest.get("/series").text
        (more,) = [link for link in links(first, "/series") if "cursor=" in link]
        assert "Songs of 20" not in first
        assert "Songs of 20" in guest.get(more).text

    def test_say_what_makes_one_where_there_are_none(self, guest):
        assert "There are no series here yet" in guest.get("/series").text


class TestAnArtistPage:
    def test_shows_the_releases(self, guest, catalogue, visitor):
        release_id = catalogue.release("Blue Garden", artist="The Lanterns")
        artist_id = visitor.send(GetRelease(release_id)).credits[0].artist_id
        page = guest.get(f"/artists/{artist_id}").text
        assert "<h1" in page
        assert f"/releases/{release_id}" in page

    def test_an_unknown_one_is_not_found(self, guest):
        assert guest.get(f"/artists/{new_id()}").status_code == 404

    def test_plays_what_they_are_heard_on_and_what_they_wrote(self, listener, guest, catalogue, visitor):
        release = visitor.send(GetRelease(catalogue.release("Blue Garden", artist="Ada", tracks=2, composer="Cem")))
        page = listener.get(f"/artists/{release.credits[0].artist_id}").text
        assert ("<h2>Tracks</h2>" in page, "<h2>Credits</h2>" in page) == (True, False)
        assert set(re.findall(r'data-play="(\w+)"', page)) == {track.id for track in release.tracks}
        assert len(re.findall(r'name="track" value="\w+" data-enqueue="next"', page)) == page.count('id="heart-track-') == 2
        assert '"type": "artist"' in page
        track = visitor.send(GetTrackInFull(release.tracks[0].id))
        (cem,) = (one.artist_id for one in track.credits if one.name == "Cem")
        page = listener.get(f"/artists/{cem}").text
        assert ("<h2>Tracks</h2>" in page, "<h2>Credits</h2>" in page) == (False, True)
        assert re.findall(r'<details class="credited" open>\s*<summary>(\w+)<', page) == ["Wrote"]
        assert page.count("data-play=") == 2
        artist = f"/artists/{release.credits[0].artist_id}"
        assert f'href="/log-in?next={artist}&amp;to=listen"' in guest.get(artist).text


class TestHostileNames:
    def test_are_text_on_every_page(self, listener, catalogue, visitor):
        release_id = catalogue.release(HOSTILE, artist=f"<b>{HOSTILE}", label=HOSTILE, genre=HOSTILE, copyright=HOSTILE)
        detail = visitor.send(GetRelease(release_id))
        listener.call("/player/plays", {"plays": [_play(detail.tracks[0].id)]})
        for path in ("/", "/releases", f"/releases/{release_id}", f"/artists/{detail.credits[0].artist_id}", "/recently-played"):
            page = listener.get(path).text
            assert ESCAPED in page, path
            assert "<svg onload" not in page
            assert "<b>" not in page

    def test_are_text_in_the_name_of_a_listener(self, guest):
        guest.register(name=HOSTILE)
        assert "<svg onload" not in guest.get("/account").text

    def test_are_text_in_an_error(self, guest):
        assert "<svg onload" not in guest.get(f"/releases?order={HOSTILE}").text


class TestRecentlyPlayed:
    def test_invites_to_play_where_nothing_was_played(self, listener):
        assert "Choose something to play" in listener.get("/recently-played").text

    def test_shows_the_latest_first(self, listener, catalogue, visitor):
        first, second = visitor.send(GetRelease(catalogue.release("Blue Garden"))).tracks[:2]
        plays = [_play(first.id, minute=1), _play(second.id, minute=2)]
        assert listener.call("/player/plays", {"plays": plays}).json == {"recorded": 2, "known": 0, "unknown": []}
        page = listener.get("/recently-played").text
        assert page.index(f'title="{second.title}"') < page.index(f'title="{first.title}"')

    def test_is_cleared(self, listener, catalogue, visitor):
        track = visitor.send(GetRelease(catalogue.release())).tracks[0]
        listener.call("/player/plays", {"plays": [_play(track.id)]})
        assert listener.submit("/recently-played", "/recently-played/clear").status_code == 303
        assert "Choose something to play" in listener.get("/recently-played").text

    def test_is_divided_into_days_of_the_browser_s_zone_or_of_utc(self, listener, catalogue, visitor):
        tracks = visitor.send(GetRelease(catalogue.release())).tracks
        plays = [
            {**_play(tracks[0].id), "started_at": "2026-03-02T00:30:00Z"},
            {**_play(tracks[1].id), "started_at": "2026-03-01T23:30:00Z"},
        ]
        listener.call("/player/plays", {"plays": plays})
        for zone, named, expected in (
            (None, "UTC", ["2 March 2026", "00:30", "1 March 2026", "23:30"]),
            ("America/New_York", "America/New York", ["1 March 2026", "19:30", "18:30"]),
            ("Nowhere/Land", "UTC", ["2 March 2026", "00:30", "1 March 2026", "23:30"]),
        ):
            if zone:
                listener.client.set_cookie("zone", zone)
            page = listener.get("/recently-played").text.partition("</main>")[0]
            assert f"Days and times are those of {named}." in page
            assert re.findall(r"<h2>([^<]+)</h2>|>(\d\d:\d\d)</time>", page) == [(one, "") if " " in one else ("", one) for one in expected]

    def test_is_sought_by_words_and_days(self, listener, catalogue, visitor):
        first, second = visitor.send(GetRelease(catalogue.release("Blue Garden"))).tracks[:2]
        plays = [_play(first.id), {**_play(second.id), "started_at": "2026-02-27T12:00:00Z"}]
        listener.call("/player/plays", {"plays": plays})
        page = listener.get("/recently-played?text=garden+blue&first=&last=2026-02-28").text
        assert (f'title="{second.title}"' in page, f'title="{first.title}"' in page) == (True, False)
        assert 'value="garden blue"' in page
        assert 'value="2026-02-28"' in page
        assert 'value="&lt;garden"' in listener.get("/recently-played?text=<garden").text
        assert "Nothing in your history is like that" in listener.get("/recently-played?text=nowhere").text
        assert listener.get("/recently-played?first=2026-02-30").status_code == 422

    def test_says_what_was_played_from_what_and_leads_there(self, listener, catalogue, visitor):
        release = visitor.send(GetRelease(catalogue.release("Blue Garden")))
        other = catalogue.release("Green Garden")
        gone = new_id()
        expected = {
            "From the release <a>Green Garden</a>": {"type": "release", "release_id": other},
            "From a playlist": {"type": "playlist", "playlist_id": gone},
            "From the chart <a>UK singles</a>": {"type": "chart", "chart": "uk-singles"},
            "From your favourites": {"type": "favourites"},
            "From a search": {"type": "search"},
            "From your history": {"type": "history"},
            f"From {ESCAPED}": {"type": "app", "words": HOSTILE},
        }
        silent = [{"type": "track"}, {"type": "release", "release_id": release.id}]
        plays = [{**_play(release.tracks[0].id, minute), "source": source} for minute, source in enumerate((*expected.values(), *silent))]
        listener.call("/player/plays", {"plays": [*plays, _play(release.tracks[1].id)]})
        page = listener.get("/recently-played").text
        said = [re.sub(r"<a [^>]+>", "<a>", re.sub(r"</?bdi>", "", one)) for one in re.findall(r'"track__why">(From .+?)</span>', page)]
        assert said[::-1] == list(expected)
        assert f'href="/releases/{other}"><bdi>Green Garden</bdi>' in page
        assert 'href="/charts/uk-singles"' in page
        assert gone not in page

    def test_leads_to_a_playlist_and_a_station(self, listener, catalogue, visitor):
        track = visitor.send(GetRelease(catalogue.release("Blue Garden"))).tracks[0]
        playlist = listener.submit("/library/playlists", title="Evenings").location.split("/")[2]
        station = listener.submit(f"/releases/{catalogue.release('Green Garden')}", "/stations", seed=f"track:{track.id}").location.split(
            "/"
        )[2]
        sources = [{"type": "playlist", "playlist_id": playlist}, {"type": "station", "station_id": station}]
        listener.call("/player/plays", {"plays": [{**_play(track.id, minute), "source": source} for minute, source in enumerate(sources)]})
        page = listener.get("/recently-played").text
        assert f'From the playlist <a href="/playlists/{playlist}"><bdi>Evenings</bdi></a>' in page
        assert f'From the station <a href="/stations/{station}"><bdi>{track.title}</bdi></a>' in page

    def test_is_asked_for_by_what_it_was_played_from(self, listener, catalogue, visitor):
        first, second = visitor.send(GetRelease(catalogue.release("Blue Garden"))).tracks[:2]
        listener.call("/player/plays", {"plays": [{**_play(first.id), "source": {"type": "search"}}, _play(second.id, minute=1)]})
        page = listener.get("/recently-played?source=search&text=").text
        assert (f'title="{first.title}"' in page, f'title="{second.title}"' in page) == (True, False)
        assert '<option value="search" selected>Search</option>' in page
        assert "Nothing in your history is like that" in listener.get("/recently-played?source=chart").text
        assert listener.get("/recently-played?source=moon").status_code == 422

    def test_says_how_far_back_it_has_looked(self, listener, catalogue, visitor, core_app):
        tracks = visitor.send(GetRelease(catalogue.release("Blue Garden"))).tracks
        listener.call("/player/plays", {"plays": [_play(tracks[0].id)]})
        a_long_history(core_app, LOOKED_THROUGH)
        page = listener.get("/recently-played?source=search").text
        assert "Nothing else since 27 February 2026." in page
        (further,) = re.findall(r'href="([^"]+)".*>Look further back<', page)
        assert "source=search" in further
        assert "Nothing further back." in listener.get(unescape(further)).text

    def test_can_be_played_again(self, listener, catalogue, visitor):
        release = visitor.send(GetRelease(catalogue.release("Blue Garden")))
        listener.call("/player/plays", {"plays": [_play(release.tracks[0].id)]})
        page = listener.get("/recently-played").text
        assert f'data-track="{release.tracks[0].id}"' in page
        assert """data-source='{"type": "history"}'""" in page

    def test_names_a_day_once_that_goes_on_on_the_next_page(self, listener, catalogue, visitor):
        track = visitor.send(GetRelease(catalogue.release())).tracks[0]
        listener.call("/player/plays", {"plays": [_play(track.id, minute) for minute in range(52)]})
        page = listener.get("/recently-played?text=a").text
        following = listener.get(unescape(re.search(r'class="button" href="(/recently-played\?[^"]*cursor[^"]*)"', page)[1])).text
        assert [one.partition("</main>")[0].count("<h2>") for one in (page, following)] == [1, 0]
        assert following.count("</time>") == 2

    def test_is_cleared_by_the_day(self, listener, catalogue, visitor):
        first, second = visitor.send(GetRelease(catalogue.release())).tracks[:2]
        listener.call("/player/plays", {"plays": [_play(first.id), {**_play(second.id), "started_at": "2026-02-27T12:00:00Z"}]})
        answer = listener.submit("/recently-played", "/recently-played/clear", day="2026-02-27", zone="UTC")
        assert answer.status_code == 303
        page = listener.get("/recently-played").text
        assert (f'title="{first.title}"' in page, f'title="{second.title}"' in page) == (True, False)

    def test_is_nobody_else_s(self, listener, catalogue, visitor, ben):
        track = visitor.send(GetRelease(catalogue.release())).tracks[0]
        ben.send(RecordPlays((Play("benplay-0001", track.id, datetime(2026, 3, 2, 12, 0, tzinfo=UTC), 1000),)))
        assert track.title not in listener.get("/recently-played").text


def a_long_history(core_app, plays: int) -> None:
    """Of whoever has played something: so many plays more, a minute apart, before what they have played."""
    with core_app.app_context():
        known = db.session.scalars(select(HistoryRow)).one()
        same = {"account_id": known.account_id, "track_id": known.track_id}
        rows = [
            {**same, "id": new_id(), "event_id": f"long-{number}", "played_at": known.played_at - timedelta(minutes=number)}
            for number in range(1, plays + 1)
        ]
        db.session.execute(insert(HistoryRow), rows)
        db.session.commit()


def _play(track_id: str, minute: int = 0) -> dict[str, object]:
    started_at = f"2026-03-02T12:{minute:02}:00Z"
    return {"event_id": f"event-{track_id}-{minute}", "track_id": track_id, "started_at": started_at, "played_ms": 1000}
