"""What cannot be played whole says why wherever it is listed, and what to do next, without scripts."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import delete

from apps.core.contract.catalogue import GetRelease, ReleaseDetail
from apps.core.contract.jobs import FailJob
from apps.core.contract.playback import PREVIEW
from apps.core.database import db
from apps.core.playback.models import RenditionRow
from apps.core.rights.terms import CommercialModel
from tests.factories.charts import Charting
from tests.factories.deals import Deals


def told(page: str) -> list[tuple[str, str, str]]:
    """Of each row that says why: the word, and where the next step leads and what it is called."""
    row = r'<details class="hindrance"><summary[^>]*>([^<]*)</summary><p class="hindrance__more">(.*?)</p></details>'
    rows = re.findall(row, page, re.DOTALL)
    steps = (re.search(r'<a href="([^"]*)">([^<]*)</a>', more) for _, more in rows)
    return [(word, unescape(step[1]), step[2]) for (word, _), step in zip(rows, steps, strict=True) if step]


@pytest.fixture
def release(catalogue, visitor):
    return visitor.send(GetRelease(catalogue.release("Blue Garden", artist="Ada", tracks=1, genre="Folk")))


@pytest.fixture
def deals(core_app):
    return Deals(core_app)


@pytest.fixture
def of_the_catalogue(release) -> list[str]:
    """Where anybody comes upon its track."""
    return [f"/releases/{release.id}", f"/artists/{release.credits[0].artist_id}", "/genres/folk", "/search?q=blue+garden"]


@pytest.fixture
def of_the_listener(release, listener) -> list[str]:
    """Where the listener keeps its track."""
    page = f"/releases/{release.id}"
    listener.submit(page, f"/library/favourites/track/{release.tracks[0].id}", keep="yes")
    return ["/library/tracks", listener.submit("/library/playlists", "/library/playlists", title="Mine", release=release.id).location]


class TestARow:
    def test_says_nothing_where_it_can_be_played(self, listener, of_the_catalogue, of_the_listener):
        assert [told(listener.get(path).text) for path in (*of_the_catalogue, *of_the_listener)] == [[]] * 6

    def test_leads_a_visitor_to_log_in(self, guest, release, of_the_catalogue):
        for path in of_the_catalogue:
            page = guest.get(path).text
            assert told(page) == []
            (address,) = re.findall(rf'<a class="round" href="([^"]*)" aria-label="Log in to play {release.tracks[0].title}"', page)
            assert unescape(address).startswith("/log-in?next=/"), path

    def test_leads_to_the_plans_where_it_takes_one(self, listener, release, deals, of_the_catalogue, of_the_listener):
        deals.only(release.id, model=CommercialModel.SUBSCRIPTION)
        for path in (*of_the_catalogue, *of_the_listener):
            page = listener.get(path).text
            assert told(page) == [("Preview", "/plans", "Look at the plans")], path
            assert f'data-play="{release.tracks[0].id}"' in page

    @pytest.mark.parametrize(("territory", "word"), [("JP", "Not offered where you are"), (None, "Withdrawn")])
    def test_looks_for_another_one_of_what_is_not_offered(self, listener, release, deals, of_the_listener, territory, word):
        deals.only(release.id, territory) if territory else deals.none(release.id)
        for path in of_the_listener:
            page = listener.get(path).text
            assert told(page) == [(word, "/search?q=Blue+Garden+1+Ada", "Look for another one")], path
            assert "data-play=" not in page.partition('class="tracks')[2]

    def test_asks_to_look_again_while_it_is_prepared(self, listener, catalogue):
        (release_id,) = catalogue.deliver(catalogue.files("Green Garden", ["Dawn", "Dusk"]))
        catalogue.transcode(catalogue.waiting("transcode")[0])
        path = f"/releases/{release_id}"
        assert told(listener.get(path).text) == [("Not ready", path, "Look again")]

    def test_tells_what_could_not_be_prepared_from_what_is_being_prepared(self, listener, guest, clerk, in_the_chart, catalogue):
        refused = next(track for track in in_the_chart.tracks if not track.for_subscribers)
        listener.submit("/charts/daily", f"/library/favourites/track/{refused.id}", keep="yes")
        claim = catalogue.claim(catalogue.waiting("transcode")[0])
        catalogue.worker.send(FailJob(claim.job_id, claim.lease, "It holds no sound."))
        paths = f"/releases/{in_the_chart.id}", "/charts/daily", "/library/tracks"
        another = ("Could not be prepared", f"/search?q={refused.title}+{refused.artist.replace(' ', '+')}", "Look for another one")
        assert [told(listener.get(path).text) for path in paths] == [[another]] * 3
        for path in (*paths[:2], f"/tracks/{refused.id}"):
            pages = [who.get(path).text for who in (listener, guest, clerk)]
            assert ["See why, among the jobs" in page for page in pages] == [False, False, True]
        page = listener.get(f"/tracks/{refused.id}").text
        assert ("could not be prepared, so nobody can play it" in page, "Look again" in page) == (True, False)
        clerk.submit("/jobs", f"/jobs/{claim.job_id}/replay")
        assert told(listener.get(paths[0]).text) == [("Not ready", paths[0], "Look again")]

    def test_of_a_chart_does_so_too(self, listener, guest, in_the_chart, core_app, deals):
        release = in_the_chart
        waiting = ("Not ready", "/charts/daily", "Look again")
        assert told(listener.get("/charts/daily").text) == told(guest.get("/charts/daily").text) == [waiting]
        deals.only(release.id, model=CommercialModel.SUBSCRIPTION)
        assert told(listener.get("/charts/daily").text) == [("Preview", "/plans", "Look at the plans"), waiting]
        with core_app.app_context():
            db.session.execute(delete(RenditionRow).where(RenditionRow.name == PREVIEW))
            db.session.commit()
        assert told(listener.get("/charts/daily").text) == [("With a plan", "/plans", "Look at the plans"), waiting]
        page = guest.get("/charts/daily").text
        assert (told(page), len(re.findall(r'aria-label="Log in to play ', page))) == ([waiting], 1)

    def test_that_is_gone_for_a_visitor_says_so(self, guest, ana_s_playlist, release, deals):
        deals.none(release.id)
        assert [word for word, *_ in told(guest.get(ana_s_playlist).text)] == ["Withdrawn"]


@pytest.fixture
def in_the_chart(core_app, catalogue, worker, visitor, clock) -> ReleaseDetail:
    """A release of two tracks; the first place has the one that is ready."""
    (release_id,) = catalogue.deliver(catalogue.files("Green Garden", ["Dawn", "Dusk"]))
    catalogue.transcode(catalogue.waiting("transcode")[0])
    release = visitor.send(GetRelease(release_id))
    charting = Charting(core_app, catalogue, worker, clock)
    charting.days_pass(1)
    charting.publish(*sorted(release.tracks, key=lambda track: not track.for_subscribers))
    return release


@pytest.fixture
def ana_s_playlist(listener, release) -> str:
    """Public."""
    path = listener.submit("/library/playlists", "/library/playlists", title="Mine", release=release.id).location
    listener.submit(f"{path}/edit", f"{path}/edit", title="Mine", description="", visibility="public")
    return path
