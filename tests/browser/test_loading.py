"""What happens to music before it can be heard."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.browser.listener import Listener
from tests.browser.test_adding import choose, dialog

ORDERS = """
const known = MediaSession.prototype.setActionHandler;
MediaSession.prototype.setActionHandler = function (order, obey) {
  (window.orders ??= {})[order] = obey;
  known.call(this, order, obey);
};
"""
"""Lets a test press the keys of a headset, which only the system can."""
TOGGLE = '[data-action="toggle"]'
READY = "document.querySelector('[data-heard]').readyState >= 3"


def test_what_is_paused_while_it_is_still_asked_for_stays_paused(visit):
    listener: Listener = visit()
    listener.page.add_init_script(ORDERS)
    listener.register()
    listener.open_release()
    held = hold(listener, "**/player/sessions")
    listener.play_longest()
    listener.until(lambda: len(held) == 1, "the question")
    listener.page.evaluate("orders.pause()")
    held[0].continue_()
    listener.until(lambda: listener.page.evaluate(READY), "the audio")
    assert (listener.is_paused, listener.heard) == (True, 0)
    listener.player.get_by_role("button", name="Play", exact=True).click()
    listener.listen_on()


def test_what_plays_it_is_fetched_again_where_it_was_lost_on_the_way(visit):
    listener: Listener = visit()
    asked: list[str] = []

    def lose_the_first(route: Route) -> None:
        asked.append(route.request.url.partition("?")[2])
        if len(asked) == 1:
            route.abort()
        else:
            route.continue_()

    listener.page.route("**/hls.light.min.mjs*", lose_the_first)
    listener.register()
    listener.open_release()
    listener.play_longest()
    listener.listen_on()
    assert asked == ["", "again=1"]
    assert listener.said == ""


class TestWhatIsAwaited:
    def test_shows_at_the_player_and_in_its_row_and_is_told_once_it_takes_long(self, listener):
        page, held = listener.page, hold(listener, "**/player/sessions")
        page.clock.install()
        listener.open_release()
        title = listener.play_longest()
        buttons = (listener.player.locator(TOGGLE), page.locator("[data-current] [data-play]"))
        for button in buttons:
            expect(button).to_have_attribute("aria-busy", "true")
        page.clock.fast_forward(2000)
        expect(page.locator("#now-playing")).to_have_text(f"{title} is on its way")
        listener.until(lambda: len(held) == 1, "the question")
        held[0].continue_()
        listener.listen_on()
        for button in buttons:
            expect(button).to_have_attribute("aria-busy", "false")

    def test_is_given_up_by_the_same_press(self, listener):
        held = hold(listener, "**/player/sessions")
        listener.open_release()
        listener.play_longest()
        listener.until(lambda: len(held) == 1, "the question")
        toggle = listener.player.locator(TOGGLE)
        toggle.click()
        expect(toggle).to_have_attribute("aria-busy", "false")
        held[0].continue_()
        listener.until(lambda: listener.page.evaluate(READY), "the audio")
        assert (listener.is_paused, listener.heard) == (True, 0)

    def test_of_a_form_shows_on_its_button(self, listener):
        page, held = listener.page, hold(listener, "**/stations")
        listener.open_release()
        button = page.get_by_role("button", name="Start a station", exact=True).first
        button.click()
        for name in ("aria-busy", "aria-disabled"):
            expect(button).to_have_attribute(name, "true")
        held[0].abort()
        for name in ("aria-busy", "aria-disabled"):
            expect(button).to_have_attribute(name, "false")
        listener.errors.clear()

    def test_of_a_new_playlist_shows_on_its_button(self, listener):
        held = hold(listener, "**/library/playlists")
        listener.open_release()
        choose(listener)
        dialog(listener).get_by_label("Title of a new playlist").fill("Evenings")
        button = dialog(listener).locator("button", has_text="Create")
        button.click()
        expect(button).to_have_attribute("aria-busy", "true")
        listener.until(lambda: len(held) == 1, "the question")
        held[0].continue_()
        expect(dialog(listener)).to_have_count(0)


def hold(listener: Listener, address: str) -> list[Route]:
    """What is asked there is kept until the test lets it go on."""
    held: list[Route] = []
    listener.page.route(address, lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    return held
