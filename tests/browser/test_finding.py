"""Searching in a browser: while one types, by keyboard, and with everything in the address."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import PHONE
from tests.browser.listener import Listener


def field(listener: Listener) -> Locator:
    return listener.page.get_by_role("searchbox", name="Artists, releases, tracks and playlists")


def group(listener: Listener, name: str) -> Locator:
    return listener.page.get_by_role("region", name=name)


def result(listener: Listener, name: str) -> Locator:
    return group(listener, name).get_by_role("link").first


@pytest.fixture
def searcher(listener: Listener) -> Listener:
    listener.go("Search")
    expect(listener.page).to_have_title("Search · Celesta")
    return listener


class TestSearching:
    def test_finds_a_misspelt_name_while_it_is_typed(self, searcher):
        field(searcher).press_sequentially("ryan riely")
        expect(result(searcher, "Top result")).to_contain_text("Ryan Reilly")
        expect(group(searcher, "Artists").get_by_role("link", name="Ryan Reilly")).to_be_visible()
        expect(group(searcher, "Tracks")).to_contain_text("Love Theme")
        expect(searcher.page).to_have_url(f"{searcher.url}/search?q=ryan+riely&type=&genre=&label=&first_year=&last_year=")
        assert searcher.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def test_is_walked_through_by_arrows_and_opened_by_enter(self, searcher):
        press = searcher.page.keyboard.press
        field(searcher).press_sequentially("ryan reilly")
        expect(result(searcher, "Top result")).to_contain_text("Ryan Reilly")
        press("ArrowDown")
        expect(result(searcher, "Top result")).to_be_focused()
        press("ArrowDown")
        expect(result(searcher, "Tracks")).to_be_focused()
        press("ArrowUp")
        press("ArrowUp")
        expect(field(searcher)).to_be_focused()
        press("ArrowUp")
        expect(field(searcher)).to_be_focused()
        press("ArrowDown")
        press("Enter")
        expect(searcher.page).to_have_title("Ryan Reilly · Celesta")

    def test_is_there_again_by_back(self, searcher):
        field(searcher).fill("elf lnad")
        field(searcher).press("Enter")
        expect(result(searcher, "Top result")).to_contain_text("Elf Land")
        result(searcher, "Top result").click()
        searcher.page.wait_for_selector("[data-tracks]")
        expect(field(searcher)).to_have_count(0)
        searcher.page.go_back()
        expect(field(searcher)).to_have_value("elf lnad")
        expect(result(searcher, "Top result")).to_contain_text("Elf Land")

    def test_plays_what_it_found(self, searcher):
        field(searcher).press_sequentially("elf land")
        group(searcher, "Tracks").get_by_role("button", name="Play Elf Land").click()
        searcher.listen_on()
        assert searcher.playing_title == "Elf Land"

    def test_leaves_room_above_the_word_that_there_is_nothing(self, searcher):
        field(searcher).press_sequentially("zzzzqqq")
        nothing, choice = searcher.page.locator("#found .empty"), searcher.page.locator("#found .choice")
        expect(nothing).to_contain_text("Nothing here is called")
        above, below = choice.bounding_box(), nothing.bounding_box()
        assert below["y"] - above["y"] - above["height"] >= 16

    def test_keeps_its_filters_in_the_address(self, searcher):
        field(searcher).press_sequentially("love theme")
        searcher.page.get_by_text("Filters", exact=True).click()
        searcher.page.get_by_label("To year").fill("1990")
        searcher.page.get_by_role("button", name="Search").click()
        expect(searcher.page.get_by_text("Nothing here is called “love theme” and passes the filters.")).to_be_visible()
        assert "last_year=1990" in searcher.page.url
        searcher.page.reload()
        expect(searcher.page.get_by_label("To year")).to_have_value("1990")
        searcher.page.get_by_role("link", name="Search without filters").click()
        expect(result(searcher, "Top result")).to_contain_text("Love Theme")
        searcher.page.get_by_role("link", name="Releases", exact=True).last.click()
        expect(group(searcher, "Tracks")).to_have_count(0)
        searcher.page.go_back()
        expect(group(searcher, "Tracks")).to_contain_text("Love Theme")


ROOM = """(field) => {
  const style = getComputedStyle(field);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  return field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - pen.measureText(field.placeholder).width;
}"""


class TestThePlaceholder:
    @pytest.mark.parametrize("language", ["en-GB", "de"])
    def test_is_whole_on_a_phone(self, visit, language):
        someone = visit(PHONE, locale=language)
        someone.open("/search")
        left = someone.page.get_by_role("searchbox").evaluate(ROOM)
        assert left >= 0, left


class TestWithoutJavaScript:
    def test_all_of_it_works_but_playing_and_the_tabs_of_a_phone_as_well(self, visit):
        visitor = visit(PHONE, java_script_enabled=False)
        visitor.open("/")
        visitor.go("Search")
        field(visitor).fill("ryan riely")
        visitor.page.get_by_role("button", name="Search").click()
        result(visitor, "Top result").click()
        expect(visitor.page).to_have_title("Ryan Reilly · Celesta")
        visitor.go("Series")
        expect(visitor.page).to_have_title("Series · Celesta")


class TestTheTabsOfAPhone:
    def test_open_the_rest_and_close_it_again(self, visit):
        listener = visit(PHONE)
        listener.register_by_hand()
        expect(listener.page.locator("#main")).to_be_focused()
        more, charts = listener.page.get_by_role("button", name="More", exact=True), listener.page.get_by_role("link", name="Charts")
        expect(charts).to_be_hidden()
        more.press("Enter")
        listener.page.keyboard.press("Tab")
        expect(listener.page.get_by_role("link", name="Series")).to_be_focused()
        listener.page.keyboard.press("Escape")
        expect(charts).to_be_hidden()
        expect(more).to_be_focused()
        more.click()
        charts.click()
        expect(listener.page).to_have_title("Charts · Celesta")
        expect(charts).to_be_hidden()
