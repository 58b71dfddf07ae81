"""What happens to music before it can be heard."""

from __future__ import annotations

from playwright.sync_api import Route

from tests.browser.listener import Listener

ORDERS = """
const known = MediaSession.prototype.setActionHandler;
MediaSession.prototype.setActionHandler = function (order, obey) {
  (window.orders ??= {})[order] = obey;
  known.call(this, order, obey);
};
"""
"""Lets a test press the keys of a headset, which only the system can."""
READY = "document.querySelector('[data-heard]').readyState >= 3"


def test_what_is_paused_while_it_is_still_asked_for_stays_paused(visit):
    listener: Listener = visit()
    listener.page.add_init_script(ORDERS)
    listener.register()
    listener.open_release()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    listener.page.route("**/player/sessions", hold)
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
