"""Music plays on through a long walk: pages, forms, Back and Forward, and a page that is not there."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.listener import PASSWORD, Listener

AT_LEAST = 30


class Walk:
    """Goes on only when the page it has led to shows its heading, and the music has moved on."""

    def __init__(self, listener: Listener) -> None:
        self.listener, self.page, self.steps = listener, listener.page, 0

    def step(self, act: Callable[[], object], path: str, heading: str = "") -> None:
        act()
        self.listener.until(lambda: re.fullmatch(path, urlsplit(self.page.url).path) is not None, f"the address {path}")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)
        self.listener.listen_on()
        expect(self._main.locator(".error")).to_have_count(0)
        self.steps += 1

    def link(self, name: str | re.Pattern[str]) -> Callable[[], None]:
        return self._main.get_by_role("link", name=name, exact=isinstance(name, str)).first.click

    def button(self, name: str) -> Callable[[], None]:
        return self._main.get_by_role("button", name=name, exact=True).click

    def fill(self, label: str, words: str) -> None:
        self._main.get_by_label(label, exact=True).fill(words)

    @property
    def _main(self) -> Locator:
        return self.page.locator("main")


@pytest.fixture
def walk(listener: Listener) -> Walk:
    """Somebody who plays a track that lasts for all of it."""
    listener.open_release()
    listener.play_longest()
    listener.listen_on()
    return Walk(listener)


def test_thirty_pages_later_the_same_track_plays_on(walk: Walk, listener: Listener):
    page, title = listener.page, listener.playing_title
    born = page.evaluate("window.born")
    listener.forget_breaks()
    among_the_music(walk)
    through_forms(walk)
    through_the_account(walk)
    assert walk.steps >= AT_LEAST
    assert listener.breaks == []
    assert page.evaluate("window.born") == born
    assert listener.playing_title == title


def among_the_music(walk: Walk) -> None:
    listener, page = walk.listener, walk.page
    release = listener.release
    walk.step(lambda: listener.go("Home"), "/")
    walk.step(lambda: listener.go("Releases"), "/releases", "Releases")
    walk.step(walk.link("Title"), "/releases", "Releases")
    walk.step(listener.choose_release, release)
    walk.step(page.locator(".track__title a").first.click, r"/tracks/\w+")
    walk.step(page.go_back, release)
    walk.step(page.locator(".release__artists a").first.click, r"/artists/\w+")
    walk.step(lambda: listener.go("Series"), "/series", "Series")
    walk.step(lambda: listener.go("Charts"), "/charts", "Charts")
    walk.step(page.go_back, "/series", "Series")
    walk.step(page.go_back, r"/artists/\w+")
    walk.step(page.go_forward, "/series", "Series")


def through_forms(walk: Walk) -> None:
    listener, page = walk.listener, walk.page
    walk.step(lambda: listener.go("Search"), "/search", "Search")
    page.get_by_role("searchbox").fill("lovve thme")
    walk.step(lambda: page.get_by_role("searchbox").press("Enter"), "/search", "Search")
    walk.step(walk.link("Love Theme"), r"/tracks/\w+", "Love Theme")
    walk.step(lambda: listener.go("Library"), "/library", "Library")
    walk.step(walk.link("Playlists"), "/library/playlists", "Playlists")
    walk.fill("Title of a new playlist", "Slow ones")
    walk.step(walk.page.get_by_role("button", name="Create playlist").click, r"/playlists/\w+", "Slow ones")
    walk.step(walk.link("Edit"), r"/playlists/\w+/edit", "Slow ones")
    walk.fill("Title", "Slower ones")
    walk.step(walk.button("Save"), r"/playlists/\w+", "Slower ones")
    walk.step(page.go_back, r"/playlists/\w+/edit")
    walk.step(lambda: listener.go("Library"), "/library", "Library")
    walk.step(walk.link("History"), "/recently-played", "Recently played")
    walk.step(walk.link("Queue"), "/queue", "Queue")


def through_the_account(walk: Walk) -> None:
    listener, page = walk.listener, walk.page
    walk.step(lambda: listener.go("Stations"), "/stations", "Stations")
    walk.step(lambda: listener.go("Account"), "/account", "Ana")
    walk.fill("Current password", "not this one")
    walk.fill("New password", PASSWORD)
    walk.step(walk.button("Change password"), "/account.*", "Ana")
    walk.step(walk.link("Devices that keep music offline"), "/account/devices", "Devices")
    walk.step(page.go_back, "/account.*", "Ana")
    walk.step(walk.link("look at the plans"), "/plans", "Plans")
    walk.step(walk.link(re.compile("Choose Monthly")), "/plans/monthly", "Monthly")
    walk.step(page.go_back, "/plans", "Plans")
    walk.step(lambda: listener.go("Language"), "/language", "Language")
    walk.step(lambda: listener.go("Home"), "/")
