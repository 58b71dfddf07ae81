"""Playing music in a browser: on across pages, by keyboard, from device to device, through faults."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Request, Route, expect

from apps.website.app import create_website
from tests.browser.conftest import PHONE
from tests.conftest import settings

SESSION = r"POST /player/sessions"
AUDIO = "**/audio/**"
"""Wherever it is stored."""
EXPIRED: dict[str, Any] = {"status": 403, "body": "This link has expired.", "headers": {"Access-Control-Allow-Origin": "*"}}
"""S3, being another site, lets scripts see it."""
HAVE_FUTURE_DATA = 3
LOOK_AT_THE_OTHER = """
const [heard, other] = [...document.querySelectorAll("audio")].sort((one) => (one.hasAttribute("data-heard") ? -1 : 1));
heard.addEventListener("ended", () => (window.ready = other.readyState), { once: true });
"""
UNFINISHED = "Object.keys(localStorage).filter((name) => name.startsWith('playing:'))"
LEAVE_OVER = """
(ages) => {
  Object.defineProperty(document, "hidden", { value: true });
  document.dispatchEvent(new Event("visibilitychange"));
  const [name] = Object.keys(localStorage).filter((name) => name.startsWith("playing:"));
  const { play } = JSON.parse(localStorage[name]);
  for (const [eventId, age] of Object.entries(ages)) {
    localStorage[name.replace(play.event_id, eventId)] = JSON.stringify({ play: { ...play, event_id: eventId }, at: Date.now() - age });
  }
}
"""
"""What other pages would have kept of their plays, so many milliseconds ago, by event id: copies of what this one keeps."""


class TestMusic:
    def test_plays_on_across_pages_back_and_forward_and_is_remembered(self, listener):
        page = listener.page
        listener.open_release()
        title = listener.play_longest()
        listener.listen_on()
        born = page.evaluate("window.born")
        listener.forget_breaks()

        walk = [
            (lambda: listener.go("Home"), "Home"),
            (lambda: listener.go("Releases"), "Releases"),
            (listener.choose_release, "by"),
            (page.locator(".release__artists a").click, ""),
            (lambda: listener.go("Account"), "Account"),
            (page.go_back, ""),
            (page.go_back, "by"),
            (page.go_back, "Releases"),
            (page.go_forward, "by"),
        ]
        for step, words in walk:
            before = page.title()
            step()
            listener.until(lambda before=before: page.title() != before, "another page")
            assert words in page.title()
            listener.listen_on()

        assert listener.breaks == []
        assert page.evaluate("window.born") == born
        assert listener.playing_title == title
        listener.play_other_than(title)
        listener.listen_on()
        listener.until(lambda: _remembered(listener, title), "the play in the history")

    def test_pauses_and_goes_on(self, listener):
        listener.open_release()
        listener.play_longest()
        listener.listen_on()
        listener.player.get_by_role("button", name="Pause", exact=True).click()
        listener.until(lambda: listener.breaks.count("pause") > 0, "the pause")
        stood = listener.clock
        listener.player.get_by_role("button", name="Play", exact=True).click()
        listener.listen_on()
        assert listener.clock > stood

    def test_goes_on_to_the_next_track_whose_session_was_asked_for_before(self, visit):
        listener = visit()
        listener.play_a_release()
        first = listener.playing_title
        length = listener.page.evaluate("document.querySelector('[data-heard]').duration")
        listener.click_seek_bar(1 - 8 / length)
        listener.until(lambda: listener.count(SESSION) == 2, "the next session")
        assert listener.playing_title == first
        listener.until(lambda: listener.playing_title != first, "the next track")
        listener.listen_on()
        assert listener.count(SESSION) == 2
        next_asked_for = max(at for at, call in enumerate(listener.calls) if call == "POST /player/sessions")
        assert listener.calls[next_asked_for - 1].endswith("/renew")
        assert listener.page.locator("#now-playing").inner_text().startswith(listener.playing_title)

    def test_has_the_next_track_ready_before_this_one_ends(self, visit):
        listener = visit()
        listener.play_a_release()
        first = listener.playing_title
        listener.page.evaluate(LOOK_AT_THE_OTHER)
        listener.click_seek_bar(1 - 8 / listener.page.evaluate("document.querySelector('[data-heard]').duration"))
        listener.until(lambda: listener.playing_title != first, "the next track")
        listener.listen_on()
        assert listener.page.evaluate("window.ready") >= HAVE_FUTURE_DATA

    def test_is_as_long_in_the_player_as_in_the_list(self, visit, live_service):
        listener = visit()
        listener.register()
        for path in live_service.releases():
            listener.open(path)
            for row in listener.page.locator("[data-track]").all():
                row.locator("[data-play]").click()
                expect(listener.page.locator('[data-part="title"]')).to_have_text(row.get_attribute("data-title") or "")
                expect(listener.page.locator('[data-part="length"]')).to_have_text(row.locator(".track__length").inner_text())

    def test_is_marked_where_it_is_listed(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        title = listener.play_longest()
        listener.listen_on()
        listener.go("Home")
        expect(listener.page).to_have_title(re.compile("Home"))  # the address changes before the page does
        listener.page.go_back()
        expect(listener.page.locator("[data-current] .track__title")).to_have_text(title)
        expect(listener.page.locator("[data-current]").locator("[data-play]")).to_have_accessible_name(f"Pause {title}")

    def test_stops_at_log_out(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        listener.play_longest()
        listener.listen_on()
        listener.log_out()
        expect(listener.player).to_be_hidden()
        assert listener.is_paused

    def test_does_not_hinder_the_log_out_where_it_was_only_left_here(self, visit):
        listener = visit()
        listener.play_a_release()
        listener.page.reload()
        expect(listener.player).to_be_visible()
        listener.log_out()
        expect(listener.page.get_by_role("link", name="Log in", exact=True)).to_be_visible()

    def test_is_told_of_before_the_log_out(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        title = listener.play_longest()
        listener.listen_on()
        sent: list[str] = []
        listener.page.on("request", lambda request: request.method == "POST" and sent.append(request.url.removeprefix(listener.url)))
        listener.log_out()
        expect(listener.page.get_by_role("link", name="Log in", exact=True)).to_be_visible()
        assert sent[-2:] == ["/player/plays", "/log-out"]
        listener.log_in()
        listener.until(lambda: _remembered(listener, title), "the play in the history")


class TestTheSeekBar:
    def test_is_moved_by_keyboard_and_says_where_it_stands(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        listener.play_longest()
        listener.listen_on()
        listener.player.get_by_role("button", name="Pause", exact=True).click()
        bar = listener.seek_bar
        bar.focus()
        for key, position in (("Home", 0), ("ArrowRight", 5), ("ArrowUp", 10), ("ArrowLeft", 5), ("PageDown", 0)):
            bar.press(key)
            listener.until(lambda position=position: listener.clock == position, f"the audio at {position} s after {key}")
            assert bar.get_attribute("aria-valuenow") == str(position)
        bar.press("ArrowRight")
        assert (bar.get_attribute("aria-valuetext") or "").startswith("5 seconds of ")

    def test_is_moved_by_pointer(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        listener.play_longest()
        listener.listen_on()
        listener.player.get_by_role("button", name="Pause", exact=True).click()
        listener.click_seek_bar(0.5)
        length = listener.page.evaluate("document.querySelector('[data-heard]').duration")
        listener.until(lambda: abs(listener.clock - length / 2) < length / 50, "the audio at its middle")


class TestAnotherDevice:
    def test_is_refused_in_words_and_may_take_over(self, visit):
        desk = visit()
        desk.register()
        desk.open_release()
        desk.play_longest()
        desk.listen_on()

        phone = visit(PHONE)
        phone.email = desk.email
        phone.log_in()
        phone.open_release()
        phone.play_longest()
        phone.until(lambda: "Another device is playing" in phone.said, "the refusal")
        phone.page.get_by_role("button", name="Play here instead").click()
        phone.listen_on()
        assert phone.said == ""

        desk.player.get_by_role("button", name="Pause", exact=True).click()
        desk.player.get_by_role("button", name="Play", exact=True).click()
        desk.until(lambda: "Another device is playing" in desk.said, "the word that it plays elsewhere")
        expect(desk.page.get_by_role("button", name="Play here instead")).to_be_visible()
        assert desk.is_paused

        desk.page.get_by_role("button", name="Log out").click(trial=True)
        desk.player.get_by_role("button", name="Close", exact=True).click()
        assert desk.said == ""


class TestFaults:
    def test_links_that_have_expired_are_renewed_once(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()

        def expired(route: Route) -> None:
            if listener.count(SESSION) < 2:
                route.fulfill(**EXPIRED)
            else:
                route.continue_()

        listener.page.route(AUDIO, expired)
        listener.play_longest()
        listener.listen_on()
        assert listener.count(SESSION) == 2

    def test_links_that_have_expired_do_not_end_a_pause(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        held: list[Route] = []

        def hold(route: Route) -> None:
            if listener.count(SESSION) < 2:
                held.append(route)
            else:
                route.continue_()

        listener.page.route(AUDIO, hold)
        listener.play_longest()
        listener.until(lambda: len(held) > 0, "the request for the audio")
        listener.player.get_by_role("button", name="Pause", exact=True).click()
        for route in held:
            route.fulfill(**EXPIRED)
        listener.until(lambda: listener.count(SESSION) == 2, "another session")
        listener.until(
            lambda: listener.page.evaluate("document.querySelector('[data-heard]').readyState") >= 3, "the audio under the new links"
        )
        assert listener.is_paused
        listener.player.get_by_role("button", name="Play", exact=True).click()
        listener.listen_on()

    def test_without_a_network_music_waits_until_it_is_back(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        listener.page.context.set_offline(True)
        listener.play_longest()
        listener.until(lambda: "We cannot reach the service." in listener.said, "the word on it")
        listener.page.context.set_offline(False)
        listener.listen_on()
        assert listener.said == ""

    def test_a_play_whose_page_went_without_a_word_is_told_by_the_next_that_is_opened(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        listener.play_longest()
        listener.listen_on()
        gone, living = "gone-0123456789", "living-0123456789"
        listener.page.evaluate(LEAVE_OVER, {gone: 180_000, living: 30_000})
        told: list[dict[str, Any]] = []

        def read(request: Request) -> None:
            if request.url.endswith("/player/plays"):
                told.extend(json.loads(request.post_data or "")["plays"])

        listener.page.on("request", read)
        listener.open("/")
        listener.until(lambda: gone in [play["event_id"] for play in told], "the play left over to be told")
        assert [name.rpartition(":")[2] for name in listener.page.evaluate(UNFINISHED)] == [living]
        assert living not in [play["event_id"] for play in told]

    def test_links_that_stay_dead_are_told_of(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        listener.page.route(AUDIO, lambda route: route.fulfill(**EXPIRED))
        listener.play_longest()
        listener.until(lambda: "The audio stopped coming." in listener.said, "the word on it")
        listener.page.unroute(AUDIO)
        listener.page.get_by_role("button", name="Try again").click()
        listener.listen_on()
        assert listener.said == ""

    def test_plays_that_could_not_be_told_are_kept_and_told_later(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        listener.page.route("**/player/plays", lambda route: route.abort())
        title = listener.play_longest()
        listener.listen_on(1)
        kept = "Object.keys(localStorage).filter((name) => name.startsWith('plays:')).flatMap((name) => JSON.parse(localStorage[name]))"
        listener.open("/account")
        (play,) = listener.page.evaluate(kept)
        assert play["played_ms"] >= 900
        listener.page.unroute("**/player/plays")
        listener.open("/")
        listener.until(lambda: listener.page.evaluate(kept) == [], "the play to be told")
        listener.until(lambda: _remembered(listener, title), "the play in the history")

    def test_a_page_that_could_not_be_made_stops_nothing(self, visit, tmp_path):
        listener = visit()
        listener.register()
        listener.open_release()
        title = listener.play_longest()
        listener.listen_on()
        listener.forget_breaks()
        cut_off = create_website({**settings(tmp_path), "CORE_CLIENT": "http", "CORE_URL": "http://127.0.0.1:9"}, None)
        page = cut_off.test_client().get("/account")
        listener.page.route("**/account", lambda route: route.fulfill(status=page.status_code, content_type="text/html", body=page.text))
        listener.go("Account")
        expect(listener.page.get_by_role("heading", name="Not available at the moment")).to_be_visible()
        listener.listen_on()
        assert (listener.breaks, listener.playing_title) == ([], title)
        _pause_and_play(listener)
        listener.listen_on(1)
        assert listener.said == ""

    def test_a_page_out_of_reach_is_said_and_the_music_plays_on(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        listener.play_longest()
        listener.listen_on()
        listener.forget_breaks()
        listener.page.route("**/account", lambda route: route.abort())
        listener.go("Account")
        expect(listener.page.get_by_text("The page could not be fetched.")).to_be_visible()
        listener.listen_on()
        assert listener.breaks == []
        listener.errors.clear()


def _pause_and_play(listener) -> None:
    """The session is renewed at once."""
    renewals = listener.count(r"POST /player/sessions/\w+/renew")
    listener.player.get_by_role("button", name="Pause", exact=True).click()
    listener.player.get_by_role("button", name="Play", exact=True).click()
    listener.until(lambda: listener.count(r"POST /player/sessions/\w+/renew") > renewals, "the renewal")


def _remembered(listener, title: str) -> bool:
    listener.go("Library")
    listener.page.get_by_role("link", name="History").click()
    expect(listener.page.get_by_role("link", name="History")).to_have_attribute("aria-current", "true")
    return title in listener.page.locator("main").inner_text()
