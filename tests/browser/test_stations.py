"""A station in a browser: it plays, says why, and hears what is skipped and liked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Route, expect

from tests.browser.listener import Listener
from tests.browser.test_modes import choose
from tests.browser.test_queueing import queued, show_queue

NEXT = "/player/stations/*/next"


class TestAStation:
    def test_plays_and_hears_two_skips_and_a_like(self, listener):
        page = listener.page
        tune_in(listener)
        on_air = page.locator('[data-air="title"]')
        shown = []
        for _ in range(2):
            listener.until(lambda: on_air.inner_text() not in shown, "another track on air")
            shown.append(on_air.inner_text())
            page.get_by_role("button", name="Skip", exact=True).click()
        listener.until(lambda: on_air.inner_text() not in shown, "another track on air")
        liked = on_air.inner_text()
        assert listener.playing_title == liked
        listener.listen_on()
        page.get_by_role("button", name="Like", exact=True).click()
        expect(page.get_by_role("button", name="Like", exact=True)).to_have_attribute("aria-pressed", "true")
        page.get_by_text("Why this?").click()
        expect(page.locator('[data-air="why"]')).not_to_be_empty()

    def test_skips_by_the_player_s_own_button_too(self, listener):
        page = listener.page
        tune_in(listener)
        title = listener.playing_title
        page.keyboard.press("n")
        listener.until(lambda: listener.playing_title != title, "the next track")
        assert listener.count("POST /player/stations/feedback") == 1

    def test_never_plays_a_track_again_unless_that_is_undone(self, listener):
        page, said = listener.page, listener.page.locator("#said")
        tune_in(listener)
        titles = [listener.playing_title]
        page.get_by_role("button", name="Never play this", exact=True).click()
        listener.until(lambda: listener.playing_title not in titles, "the next track")
        titles.append(listener.playing_title)
        expect(said).to_contain_text(f"Stations never play {titles[0]} again")
        said.get_by_role("button", name="Undo").click()
        expect(said).to_contain_text(f"Stations may play {titles[0]} again")
        page.get_by_role("button", name="Never play this", exact=True).click()
        expect(said).to_contain_text(f"Stations never play {titles[1]} again")
        listener.open("/stations/hidden")
        expect(page.locator("main")).to_contain_text(titles[1])
        expect(page.locator("main")).not_to_contain_text(titles[0])

    def test_likes_what_the_player_s_heart_keeps_and_the_other_way_round(self, listener):
        player, page = listener.player, listener.page
        tune_in(listener)
        like = page.get_by_role("button", name="Like", exact=True)
        heart = player.locator("[data-part=favourite]")
        for press, kept in ((like.click, "true"), (like.click, "false"), (lambda: page.keyboard.press("h"), "true")):
            press()
            for each in (like, heart, page.locator("[data-batch] [data-current] .heart")):
                expect(each).to_have_attribute("aria-pressed", kept)
        listener.until(lambda: listener.count("POST /player/stations/feedback") == 2, "the station to hear of it")
        page.reload()
        expect(like).to_have_attribute("aria-pressed", "true")

    def test_goes_on_with_the_same_tracks_where_somebody_comes_back(self, visit):
        listener = visit()
        listener.register()
        tune_in(listener)
        title = listener.playing_title
        listener.page.keyboard.press("n")
        listener.until(lambda: listener.playing_title != title, "the next track")
        listener.listen_on()
        station = listener.page.url.removeprefix(listener.url)
        ahead = queued(show_queue(listener))
        assert len(ahead) > 2
        listener.open("/account")
        listener.log_out()
        listener.log_in()
        expect(show_queue(listener).locator("[data-title]")).to_have_text(ahead)
        listener.player.get_by_role("button", name="Play", exact=True).click()
        listener.listen_on()
        listener.open(station)
        expect(listener.page.locator('[data-air="title"]')).to_have_text(ahead[0])
        assert listener.count("POST /player/stations/.*/next") == 1

    def test_lists_tracks_each_of_which_plays_by_itself(self, listener):
        page = listener.page
        tune_in(listener)
        row = page.locator("[data-batch] > li").nth(2)
        title = row.get_attribute("data-title")
        row.get_by_role("button", name=f"Favourite: {title}", exact=True).click()
        expect(row.locator(".heart")).to_have_attribute("aria-pressed", "true")
        row.get_by_role("button", name=f"Play {title}", exact=True).click()
        listener.until(lambda: listener.playing_title == title, "that track")
        listener.listen_on()
        expect(listener.player.locator("[data-part=favourite]")).to_have_attribute("aria-pressed", "true")
        expect(listener.player.locator("[data-part=next]")).to_be_disabled()
        assert page.locator("[data-station-play]").get_attribute("data-playing") is None

    def test_is_not_repeated_though_the_listener_repeats_tracks(self, visit):
        listener = visit()
        listener.register()
        tune_in(listener)
        repeat = listener.player.locator("[data-part=repeat]")
        while repeat.get_attribute("data-repeat") != "one":
            repeat.click()
        title = listener.playing_title
        hear_out(listener)
        listener.until(lambda: listener.playing_title != title, "the next track")

    def test_plays_on_where_it_gives_once_more_what_it_gave(self, visit):
        """As it does where the licence allows no more skips."""
        listener, given = visit(), list[Any]()

        def once_more(route: Route) -> None:
            given.append(given[0] if given else route.fetch().json())
            route.fulfill(json=given[0])

        listener.page.route(f"**{NEXT}", once_more)
        listener.register()
        tune_in(listener)
        title = listener.playing_title
        listener.forget_breaks()
        listener.page.get_by_role("button", name="New tracks").click()
        listener.until(lambda: len(given) == 2, "the answer")
        listener.listen_on()
        assert (listener.playing_title, listener.breaks) == (title, [])


class TestAStationThatRunsOut:
    def test_goes_on_by_itself_once_it_can_be_reached_again(self, visit):
        listener, network = out_of_reach(visit())
        listener.page.keyboard.press("n")
        hear_out(listener)
        listener.until(lambda: "cannot reach the service" in listener.said, "word of what is wrong")
        last, tried = listener.playing_title, network.lost
        listener.until(lambda: network.lost > tried, "another attempt")
        network.down = False
        listener.until(lambda: listener.playing_title != last, "the next track")
        listener.listen_on()
        assert listener.said == ""

    def test_says_why_and_asks_again_when_it_is_told_to(self, visit):
        listener = visit()
        listener.register()
        tune_in(listener)
        rows = listener.page.locator("[data-batch] > li")
        for _ in range(rows.count() - 1):
            title = listener.playing_title
            listener.page.keyboard.press("n")
            listener.until(lambda title=title: listener.playing_title != title, "the next track")
        hear_out(listener)
        listener.until(lambda: "has been played within the last three hours" in listener.said, "word of why it ends")
        with listener.page.expect_request(f"**{NEXT}"):
            listener.player.get_by_role("button", name="Try again").click()
        assert listener.page.evaluate("document.querySelector('[data-heard]').ended")

    def test_that_the_listener_wanted_to_end_stays_silent_when_there_is_more(self, visit):
        listener, network = out_of_reach(visit())
        listener.page.keyboard.press("n")
        listener.listen_on()
        choose(listener, "Stop playing", "track")
        hear_out(listener)
        expect(listener.page.get_by_role("status").filter(has_text="as you wished")).to_have_count(1)
        last, network.down = listener.playing_title, False
        listener.page.evaluate("dispatchEvent(new Event('online'))")
        expect(listener.player.get_by_role("button", name="Next track")).to_be_enabled()
        assert (listener.playing_title, listener.said) == (last, "")
        assert listener.page.evaluate("document.querySelector('[data-heard]').ended")
        listener.player.get_by_role("button", name="Next track").click()
        listener.until(lambda: listener.playing_title != last, "the next track")
        listener.listen_on()


@dataclass
class Network:
    """Carries the first two tracks of a batch, then nothing, and the others when it is up again."""

    down: bool = True
    lost: int = 0
    held: list[str] = field(default_factory=list[str])

    def carry(self, route: Route) -> None:
        if not self.held:
            _, *self.held = json.loads(route.fetch().body())["rows"].split("<li ")
            self.deliver(route, self.held[:2])
        elif self.down:
            self.lost += 1
            route.abort()
        else:
            self.deliver(route, self.held[2:])

    @staticmethod
    def deliver(route: Route, rows: list[str]) -> None:
        route.fulfill(json={"fewer": None, "rows": "".join(f"<li {row}" for row in rows)})


def out_of_reach(listener: Listener) -> tuple[Listener, Network]:
    """Somebody whose station plays on, and has asked for more in vain."""
    network = Network()
    listener.register()
    listener.page.route(f"**{NEXT}", network.carry)
    tune_in(listener)
    listener.until(lambda: network.lost > 0, "the first attempt to get more")
    return listener, network


def tune_in(listener: Listener) -> None:
    """Start a station from a release's first track, which plays it."""
    listener.open_release()
    listener.page.get_by_role("button", name="Start a station", exact=True).first.click()
    listener.page.wait_for_selector("[data-station]")
    listener.listen_on()


def hear_out(listener: Listener) -> None:
    """Move to the end of what is playing."""
    listener.listen_on()
    listener.click_seek_bar(0.995)
