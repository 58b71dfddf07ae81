"""Playback sessions that come late, or are not good any more when their turn comes: the music goes on by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Route, expect

from tests.browser.listener import Listener

SESSION = r"POST /player/sessions"
RENEWAL = r"POST /player/sessions/\w+/renew"
SESSIONS = "**/player/sessions"
END = """
(id) => fetch(`/player/sessions/${id}/end`, {
  method: "POST", body: "{}", headers: { "Content-Type": "application/json", "X-CSRFToken": document.getElementById("page").dataset.csrf },
})
"""


@pytest.fixture
def listener(visit) -> Listener:
    """Somebody who plays a whole release."""
    someone = visit()
    someone.play_a_release()
    return someone


class TestAStartThatIsNeverAnswered:
    def test_keeps_no_other_track_waiting_for_ever(self, listener):
        held: list[Route] = []
        listener.page.route(SESSIONS, lambda route: route.continue_() if held else held.append(route))
        tracks = listener.page.locator("[data-track]")
        tracks.last.locator("[data-play]").click()
        listener.until(lambda: len(held) == 1, "its session to be asked for")
        tracks.first.locator("[data-play]").click()
        listener.listen_on(1)
        assert listener.said == ""


class TestAPreparedSession:
    def test_that_was_ended_is_replaced_when_its_track_begins(self, listener):
        first = listener.playing_title
        listener.page.evaluate(END, _prepared(listener))
        listener.until(lambda: listener.playing_title != first, "the next track")
        listener.listen_on(1)
        assert listener.said == ""

    def test_that_was_ended_does_not_stop_the_track_before_it(self, listener):
        prepared = _prepared(listener)
        first = listener.playing_title
        listener.page.evaluate(END, prepared)
        _renew(listener)
        listener.until(lambda: listener.count(f"POST /player/sessions/{prepared}/renew") > 0, "its renewal")
        listener.listen_on(1)
        assert listener.playing_title == first
        listener.until(lambda: listener.playing_title != first, "the next track")
        listener.listen_on(1)
        assert listener.said == ""

    def test_whose_links_would_not_last_the_track_is_not_begun(self, listener):
        first = listener.playing_title
        listener.page.route(SESSIONS, _with_links_about_to_expire)
        prepared = _prepared(listener)
        listener.page.unroute(SESSIONS)
        listener.until(lambda: listener.playing_title != first, "the next track")
        listener.listen_on(1)
        assert listener.count(f"GET /player/sessions/{prepared}/main.m3u8") == 0
        assert listener.said == ""

    def test_that_comes_late_does_not_take_the_place_of_the_track_chosen_meanwhile(self, listener):
        held: list[Route] = []
        listener.page.route(SESSIONS, lambda route: route.continue_() if held else held.append(route))
        _near_the_end(listener)
        listener.until(lambda: len(held) == 1, "the next track's session to be asked for")
        last = listener.page.locator("[data-track]").last
        last.locator("[data-play]").click()
        title = last.get_attribute("data-title")
        expect(listener.page.locator('[data-part="title"]')).to_have_text(title or "")
        held[0].continue_()
        listener.listen_on()
        renewals = listener.count(RENEWAL)
        _renew(listener)
        listener.until(lambda: listener.count(RENEWAL) > renewals, "the renewal")
        listener.listen_on(2)
        assert listener.said == ""
        assert listener.count(SESSION) == 3


class TestTwoTabs:
    def test_the_one_that_played_last_goes_on(self, listener):
        other = Listener(listener.page.context.new_page(), listener.url, listener.release)
        other.open(listener.release)
        other.play_longest()
        other.listen_on()
        _renew(listener)
        listener.until(lambda: "elsewhere" in listener.said, "the word that it plays elsewhere")
        _renew(other)
        other.listen_on(1)
        assert other.said == ""


def _near_the_end(listener: Listener) -> None:
    length = listener.page.evaluate("document.querySelector('[data-heard]').duration")
    listener.click_seek_bar(1 - 8 / length)


def _prepared(listener: Listener) -> str:
    """The id of the next track's session, which is asked for shortly before the end."""
    with listener.page.expect_response(SESSIONS) as answer:
        _near_the_end(listener)
    return answer.value.json()["id"]


def _renew(listener: Listener) -> None:
    """What else comes every thirty seconds comes at once after a pause."""
    listener.player.get_by_role("button", name="Pause", exact=True).click()
    listener.player.get_by_role("button", name="Play", exact=True).click()


def _with_links_about_to_expire(route: Route) -> None:
    answer = route.fetch()
    soon = datetime.now(UTC) + timedelta(seconds=10)
    route.fulfill(response=answer, body=json.dumps({**answer.json(), "urls_expire_at": soon.isoformat()}))
