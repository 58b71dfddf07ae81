"""A track's page: what it tells, what can be done from it, and how it is led to."""

from __future__ import annotations

import re

import pytest

from apps.core.contract.catalogue import GetRelease, TrackSummary
from apps.core.contract.ids import new_id
from apps.core.meter import Meter
from apps.core.rights.terms import CommercialModel
from tests.factories.charts import Charting
from tests.factories.deals import Deals


@pytest.fixture
def track(catalogue, visitor) -> TrackSummary:
    tags = {
        "isrc": "GBABC2600001",
        "genre": "Folk",
        "label": "Fern",
        "copyright": "2026 Fern",
        "composer": "Ada Reed",
        "lyrics": "One\nTwo",
    }
    return visitor.send(GetRelease(catalogue.release("Blue Garden", tracks=1, **tags))).tracks[0]


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


class TestATrackPage:
    def test_tells_all_there_is_to_the_recording(self, listener, track):
        said = words(listener.get(f"/tracks/{track.id}").text)
        for expected in ("Blue Garden 1", "The Lanterns", "1:00", "Track 1 · Blue Garden", "Lyrics One Two", "Artist The Lanterns",
                         "Composer Ada Reed", "Label Fern", "Genre Folk", "ISRC GBABC2600001", "© 2026 Fern"):  # fmt: skip
            assert expected in said

    def test_links_its_release_and_whoever_is_credited(self, guest, track, visitor, catalogue):
        page = guest.get(f"/tracks/{track.id}").text
        assert len(set(re.findall(r'href="/artists/[^"]+"', page))) == 2
        assert re.search(r'href="/releases/[0-9A-Za-z]{22}"', page)

    def test_says_where_else_the_recording_is(self, guest, track, catalogue):
        other = catalogue.release("Best of", tracks=1, isrc="GBABC2600001")
        page = guest.get(f"/tracks/{track.id}").text
        assert f'class="card" href="/releases/{other}"' in page
        assert "Also on" in page

    def test_says_how_it_stands_in_a_chart(self, guest, visitor, core_app, catalogue, worker, clock):
        charting = Charting(core_app, catalogue, worker, clock)
        charting.days_pass(1)
        single = visitor.send(GetRelease(catalogue.release("Green Garden"))).tracks[1]
        charting.publish(single)
        page = guest.get(f"/tracks/{single.id}").text
        assert f'href="/charts/daily/runs/{single.recording_id}">No. 1 in Daily' in page

    def test_plays_it_by_itself_and_offers_what_one_does_with_a_track(self, listener, track):
        page = listener.get(f"/tracks/{track.id}").text
        assert """data-source='{"type": "track"}'""" in page
        assert f'data-play="{track.id}"' in page
        assert f'value="track:{track.id}"' in page
        assert 'value="genre:Folk"' in page
        assert f'/favourites/track/{track.id}"' in page
        assert f"track={track.id}" in page

    def test_shows_whether_it_is_kept(self, listener, track):
        address = re.search(r'formaction="([^"]+)" name="keep"', listener.get(f"/tracks/{track.id}").text)
        assert listener.submit(f"/tracks/{track.id}", address[1], keep="yes", next=f"/tracks/{track.id}").status_code == 303
        assert 'aria-pressed="true"' in listener.get(f"/tracks/{track.id}").text

    def test_asks_a_visitor_to_log_in_and_keeps_the_words_from_them(self, guest, track):
        page = guest.get(f"/tracks/{track.id}").text
        assert f"/log-in?next=/tracks/{track.id}" in page
        assert ("data-play=" in page, 'id="lyrics"' in page) == (False, False)

    def test_says_why_it_cannot_be_played_and_what_to_do(self, listener, track, core_app, catalogue, visitor):
        Deals(core_app).only(visitor.send(GetRelease(_release_of(listener, track))).id, model=CommercialModel.SUBSCRIPTION)
        assert "you hear its first thirty seconds. Look at the plans" in words(listener.get(f"/tracks/{track.id}").text)
        (release_id,) = catalogue.deliver(catalogue.files("Green Garden", ["One", "Two"]))
        catalogue.transcode(catalogue.waiting("transcode")[0])
        unready = next(one for one in visitor.send(GetRelease(release_id)).tracks if not one.for_subscribers)
        page = listener.get(f"/tracks/{unready.id}").text
        assert "Its audio is still being prepared. Look in again in a few minutes." in words(page)
        assert "data-play=" not in page

    def test_costs_few_statements(self, listener, track, core_app):
        costs = core_app.extensions["container"].get(Meter).costs
        listener.get(f"/tracks/{track.id}")
        asked = ("GetTrackInFull", "ListChartPlaces", "FindFavourites")
        assert sum(costs[name].statements for name in asked) <= 10

    def test_an_unknown_one_is_not_found(self, guest):
        assert guest.get(f"/tracks/{new_id()}").status_code == 404


class TestRowsOfTracks:
    def test_lead_to_the_track_wherever_they_are(self, listener, track):
        play = {"event_id": "event-0001", "track_id": track.id, "started_at": "2026-03-02T12:00:00Z", "played_ms": 1000}
        listener.call("/player/plays", {"plays": [play]})
        listener.submit(f"/tracks/{track.id}", f"/library/favourites/track/{track.id}", keep="yes")
        release = f"/releases/{_release_of(listener, track)}"
        for path in (release, "/recently-played", "/library", "/library/tracks", "/search?q=blue+garden+1"):
            assert f'href="/tracks/{track.id}"' in listener.get(path).text, path


def _release_of(listener, track: TrackSummary) -> str:
    return re.search(r'href="/releases/([0-9A-Za-z]{22})"', listener.get(f"/tracks/{track.id}").text)[1]
