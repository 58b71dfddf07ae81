"""The whole player over the page: a sheet on a phone, the full view on a wide screen."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FloatRect, Locator, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.listener import Listener
from tests.live import LINES

FOCUS = "document.activeElement.closest('#player') ? 'player' : document.activeElement.tagName"


def focused_by(listener: Listener, key: str) -> set[str]:
    """Controls that have had the focus after it was moved by the key again and again, which was always in the player."""
    focused = set[str]()
    for _ in range(20):
        listener.page.keyboard.press(key)
        focused.add(listener.page.evaluate("document.activeElement.dataset.action ?? document.activeElement.dataset.part"))
        assert listener.page.evaluate(FOCUS) == "player"
    return focused


ESCAPES = """
() => ["Escape", "Escape"].forEach((key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })))
"""
"""Before the history has gone back for the first of them."""


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
        assert focused_by(listener, key) >= {"close", "title", "previous", "toggle", "seek"}

    def test_closes_by_escape(self, listener, sheet):
        listener.page.evaluate("document.activeElement.blur()")
        listener.page.keyboard.press("Escape")
        expect(sheet).to_have_count(0)
        expect(listener.page.get_by_role("button", name="Show the whole player")).to_be_focused()

    def test_leaves_the_page_there_though_it_is_told_twice_to_close(self, listener, sheet):
        listener.page.evaluate(ESCAPES)
        expect(sheet).to_have_count(0)
        listener.page.go_back()
        expect(listener.page).to_have_title("Releases · Celesta")

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

    def test_has_all_settings_within_reach_while_the_words_are_shown(self, listener, sheet):
        listener.player.get_by_role("button", name="Lyrics", exact=True).click()
        listener.player.get_by_role("button", name="Sound", exact=True).click()
        listener.page.get_by_label("Equaliser", exact=True).check()
        assert _box(listener.page.get_by_label("Quality", exact=True))["y"] > 0

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

    def test_stays_when_the_screen_grows_wide_and_closes_by_back(self, listener, sheet):
        listener.page.set_viewport_size(DESKTOP)
        expect(sheet).to_be_visible()
        listener.page.go_back()
        expect(sheet).to_have_count(0)
        expect(listener.page.get_by_role("button", name="Full view")).to_be_focused()

    def test_has_the_words_below(self, listener, sheet):
        listener.player.get_by_role("button", name="Lyrics", exact=True).click()
        assert _box(listener.page.get_by_role("region", name="Lyrics"))["y"] > _box(listener.seek_bar)["y"]

    def test_is_open_still_after_a_reload(self, listener, sheet):
        listener.page.reload()
        expect(sheet).to_be_visible()
        listener.page.go_back()
        expect(sheet).to_have_count(0)
        expect(listener.page.locator("[data-tracks]")).to_be_visible()


class TestTheFullView:
    """The same on a wide screen."""

    @pytest.fixture
    def listener(self, visit) -> Listener:
        someone = visit(DESKTOP)
        someone.register()
        someone.open_release()
        someone.page.locator('[data-play][data-name="Battle Epic"]').click()
        someone.listen_on()
        someone.page.evaluate("document.activeElement.blur()")
        return someone

    @pytest.fixture
    def view(self, listener: Listener) -> Locator:
        listener.page.keyboard.press("f")
        view = listener.page.get_by_role("dialog", name="Player")
        expect(view).to_be_visible()
        return view

    def test_has_the_words_beside_a_large_cover_and_the_focus_at_its_beginning(self, listener, view):
        words = listener.page.get_by_role("region", name="Lyrics")
        expect(words.get_by_role("listitem")).to_have_text(list(LINES.values()))
        cover = _box(listener.page.locator('[data-part="cover"]'))
        assert cover["width"] > DESKTOP["height"] / 3
        assert _box(words)["x"] > cover["x"] + cover["width"]
        expect(listener.page.get_by_role("button", name="Back to the page")).to_be_focused()

    def test_gives_everything_back_when_it_is_left(self, listener):
        button = listener.page.get_by_role("button", name="Full view")
        view, words = listener.page.get_by_role("dialog", name="Player"), listener.page.get_by_role("region", name="Lyrics")
        listener.forget_breaks()
        for leave in (lambda: listener.page.keyboard.press("Escape"), lambda: listener.page.keyboard.press("f"), listener.page.go_back):
            button.click()
            expect(view).to_be_visible()
            expect(words).to_be_visible()
            leave()
            expect(view).to_have_count(0)
            expect(words).to_be_hidden()
            expect(button).to_be_focused()
        listener.listen_on()
        assert listener.breaks == []

    def test_leaves_the_queue_where_it_is_shown(self, listener):
        listener.page.keyboard.press("q")
        listener.page.get_by_role("button", name="Full view").click()
        expect(listener.page.get_by_role("region", name="Queue")).to_be_visible()
        expect(listener.page.get_by_role("region", name="Lyrics")).to_be_hidden()

    def test_leads_on_and_comes_again_by_forward(self, listener, view):
        listener.page.locator('[data-part="title"]').click()
        expect(listener.page.get_by_role("heading", level=1)).to_have_text("Battle Epic")
        expect(listener.page.locator("#main")).to_be_focused()  # which every page begins with, once it is there
        expect(view).to_have_count(0)
        listener.page.keyboard.press("f")
        expect(view).to_be_visible()
        listener.page.go_back()
        expect(view).to_have_count(0)
        listener.page.go_forward()
        expect(view).to_be_visible()
        listener.listen_on()

    @pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
    def test_keeps_the_focus(self, listener, view, key):
        assert focused_by(listener, key) >= {"close", "favourite", "toggle", "seek", "volume", "show-queue"}

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_has_nothing_that_axe_finds(self, listener, view, theme):
        listener.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        listener.player.get_by_role("button", name="Sound", exact=True).click()
        listener.page.get_by_label("Equaliser", exact=True).check()
        found = Axe().run(listener.page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def _box(locator: Locator) -> FloatRect:
    box = locator.bounding_box()
    assert box
    return box


def _opened(listener: Listener) -> Locator:
    listener.page.get_by_role("button", name="Show the whole player").click()
    sheet = listener.page.get_by_role("dialog", name="Player")
    expect(sheet).to_be_visible()
    return sheet


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_all_begins_and_ends_at_two_edges_and_the_queue_has_its_name(visit, size):
    someone = visit(size)
    someone.play_a_release()
    player = someone.player
    player.locator('[data-action="open"]').filter(visible=True).click()
    left, right = edges(player.locator('[data-part="seek"]'))
    assert edges(player.locator('[data-part="title"]'))[0] == pytest.approx(left, abs=1)
    for name in ("favourite", "show-queue"):
        assert edges(player.locator(f'[data-part="{name}"] .icon'))[1] == pytest.approx(right, abs=1)
    player.get_by_role("button", name="Queue", exact=True).click()
    expect(player.get_by_role("heading", name="Queue", exact=True)).to_be_visible()


def edges(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"], box["x"] + box["width"]
