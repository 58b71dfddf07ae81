"""The whole player as a sheet over the page, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.listener import Listener

FOCUS = "document.activeElement.closest('#player') ? 'player' : document.activeElement.tagName"


@pytest.fixture
def listener(visit) -> Listener:
    """Somebody who plays a release's longest track, with its page shown."""
    someone = visit(PHONE)
    someone.register()
    someone.open_release()
    someone.play_longest()
    someone.listen_on()
    return someone


@pytest.fixture
def sheet(listener: Listener) -> Locator:
    """Open, over the release's page."""
    return _opened(listener)


class TestTheSheet:
    def test_is_a_dialog_with_the_page_out_of_reach(self, listener, sheet):
        expect(sheet).to_have_attribute("aria-modal", "true")
        expect(listener.seek_bar).to_be_visible()
        expect(listener.page.get_by_role("button", name="Back to the page")).to_be_focused()
        listener.page.get_by_role("button", name="Back to the page").click()
        expect(listener.page.get_by_role("region", name="Player")).not_to_have_attribute("aria-modal", "true")
        expect(listener.page.get_by_role("button", name="Show the whole player")).to_be_focused()

    @pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
    def test_keeps_the_focus(self, listener, sheet, key):
        focused = set()
        for _ in range(12):
            listener.page.keyboard.press(key)
            focused.add(listener.page.evaluate("document.activeElement.dataset.action ?? document.activeElement.dataset.part"))
            assert listener.page.evaluate(FOCUS) == "player"
        assert focused >= {"close", "title", "previous", "toggle", "seek"}

    def test_closes_by_escape(self, listener, sheet):
        listener.page.evaluate("document.activeElement.blur()")
        listener.page.keyboard.press("Escape")
        expect(sheet).to_have_count(0)
        expect(listener.page.get_by_role("button", name="Show the whole player")).to_be_focused()

    def test_closes_by_back_to_the_page_as_it_was(self, listener, sheet):
        address = listener.page.url
        listener.page.evaluate("document.getElementById('main').dataset.untouched = 'yes'")
        listener.page.go_back()
        expect(sheet).to_have_count(0)
        expect(listener.page.get_by_role("button", name="Show the whole player")).to_be_focused()
        assert listener.page.url == address
        listener.listen_on()
        assert listener.page.evaluate("document.getElementById('main').dataset.untouched") == "yes"
        listener.page.go_back()
        expect(listener.page).to_have_title("Releases · Celesta")

    def test_is_opened_again_by_forward(self, listener, sheet):
        listener.page.go_back()
        expect(sheet).to_have_count(0)
        listener.page.go_forward()
        expect(sheet).to_be_visible()

    def test_leaves_no_entry_behind_when_it_is_closed(self, listener, sheet):
        listener.page.get_by_role("button", name="Back to the page").click()
        expect(sheet).to_have_count(0)
        listener.page.go_back()
        expect(listener.page).to_have_title("Releases · Celesta")

    def test_leaves_no_entry_behind_when_a_link_in_it_is_followed(self, listener):
        listener.go("Home")
        expect(listener.page).to_have_title("Home · Celesta")
        sheet = _opened(listener)
        listener.page.locator('[data-part="title"]').click()
        expect(listener.page.locator("[data-tracks]")).to_be_visible()
        expect(sheet).to_have_count(0)
        listener.page.go_back()
        expect(listener.page).to_have_title("Home · Celesta")
        expect(sheet).to_have_count(0)
        listener.page.go_back()
        expect(listener.page.locator("[data-tracks]")).to_be_visible()
        listener.page.go_back()
        expect(listener.page).to_have_title("Releases · Celesta")

    def test_a_name_in_it_that_leads_nowhere_is_no_link(self, listener, sheet):
        asked: list[str] = []
        artist = listener.page.locator('[data-part="artist"]')
        artist.evaluate("artist => artist.removeAttribute('href')")
        listener.page.on("request", lambda request: request.resource_type in {"fetch", "document"} and asked.append(request.url))
        artist.click()
        listener.listen_on()
        assert [url for url in asked if "/releases/" in url] == []

    def test_closes_when_the_screen_grows_wide(self, listener, sheet):
        listener.page.set_viewport_size(DESKTOP)
        expect(sheet).to_have_count(0)
        listener.go("Home")
        expect(listener.page).to_have_title("Home · Celesta")
        listener.page.set_viewport_size(PHONE)
        expect(listener.page.get_by_role("button", name="Show the whole player")).to_be_visible()

    def test_is_open_still_after_a_reload(self, listener, sheet):
        listener.page.reload()
        expect(sheet).to_be_visible()
        listener.page.go_back()
        expect(sheet).to_have_count(0)
        expect(listener.page.locator("[data-tracks]")).to_be_visible()


def _opened(listener: Listener) -> Locator:
    listener.page.get_by_role("button", name="Show the whole player").click()
    sheet = listener.page.get_by_role("dialog", name="Player")
    expect(sheet).to_be_visible()
    return sheet
