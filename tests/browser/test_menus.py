"""Menus beside rows and in the player: one at a time, closed as everywhere else, and never under what lies over the page."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.listener import Listener

OVERLAP = """
(items) => {
  const bars = [...document.querySelectorAll(".player, .rail nav")].map((bar) => bar.getBoundingClientRect());
  const floors = bars.filter(({ height, top }) => height && top > innerHeight / 2).map(({ top }) => top);
  return items.getBoundingClientRect().bottom - Math.min(innerHeight, ...floors);
}
"""


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def listener(request, visit) -> Listener:
    """Somebody who plays a release and looks at it."""
    someone = visit(request.param)
    someone.play_a_release()
    return someone


def buttons(listener: Listener) -> Locator:
    return listener.page.locator(".tracks .menu summary")


class TestAMenu:
    def test_is_closed_by_another_one(self, listener):
        buttons(listener).nth(0).click()
        buttons(listener).nth(0).press("Tab")
        buttons(listener).nth(1).focus()
        buttons(listener).nth(1).press("Enter")
        expect(listener.page.locator(".menu[open]")).to_have_count(1)

    def test_is_closed_by_a_press_elsewhere(self, listener):
        buttons(listener).nth(0).click()
        listener.page.get_by_role("heading", level=1).click()
        expect(listener.page.locator(".menu[open]")).to_have_count(0)

    def test_is_closed_by_escape_which_gives_the_focus_back(self, listener):
        buttons(listener).nth(0).click()
        listener.page.keyboard.press("Tab")
        listener.page.keyboard.press("Escape")
        expect(listener.page.locator(".menu[open]")).to_have_count(0)
        expect(buttons(listener).nth(0)).to_be_focused()

    def test_is_not_under_the_player_for_the_last_row(self, listener):
        listener.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        last = buttons(listener).last
        last.click()
        items = listener.page.locator(".menu[open] .menu__items")
        listener.until(lambda: items.evaluate(OVERLAP) <= 0, "the menu above the player")


def test_search_is_ready_to_be_typed_into(visit):
    """Keys that drive the player would be pressed otherwise."""
    listener = visit()
    listener.play_a_release()
    listener.go("Search")
    expect(listener.page.get_by_role("searchbox")).to_be_focused()
    expect(listener.player).to_be_visible()


def test_a_card_leads_to_playlists_while_music_plays(listener):
    listener.go("Home")
    listener.forget_breaks()
    card = listener.page.locator(".kept").first
    card.locator("summary").click()
    listener.page.locator(".menu[open]").get_by_role("link", name="Add to a playlist").click()
    chosen = listener.page.get_by_role("dialog").locator("[name=release]").first
    assert (card.locator(".card").get_attribute("href") or "").endswith(f"/{chosen.get_attribute('value')}")
    assert listener.breaks == []


def test_a_menu_is_within_the_screen_of_a_phone(visit):
    """At its right edge on a release, at its left beside a playlist's Play, and on cards at both."""
    listener = visit(PHONE)
    listener.register()
    listener.open(f"/library/add?release={listener.release.rpartition('/')[2]}")
    listener.page.get_by_label("Title of a new playlist").fill("Quiet")
    listener.page.get_by_role("button", name="Create").click()
    expect(listener.page.get_by_role("heading", level=1)).to_have_text("Quiet")
    playlist = urlsplit(listener.page.url).path
    for path in ("/releases", listener.release, playlist):
        listener.open(path)
        buttons = listener.page.locator("main .menu summary")
        expect(buttons.first).to_be_visible()
        for button in buttons.all()[:3]:
            button.click()
            items = listener.page.locator(".menu[open] .menu__items").bounding_box()
            assert items is not None
            assert items["x"] >= 0, path
            assert items["x"] + items["width"] <= PHONE["width"], path
            listener.page.keyboard.press("Escape")
