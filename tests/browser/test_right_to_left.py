"""The website from right to left, by the pseudo-language that turns it round; and in German."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.every_page import OVERFLOWS
from tests.browser.listener import Listener

PATHS = (
    "/",
    "/releases",
    "/search",
    "/search?q=love",
    "/series",
    "/library",
    "/playlists",
    "/recently-played",
    "/account",
    "/plans",
    "/language",
)
LEFT_OF = "([one, other]) => one.getBoundingClientRect().left < other.getBoundingClientRect().left"


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def mirrored(request, visit) -> Listener:
    """Somebody who reads from right to left."""
    someone = visit(request.param)
    someone.register_by_hand()
    _speak(someone, "ar-XB")
    return someone


class TestRightToLeft:
    def test_nothing_sticks_out_on_any_page(self, mirrored):
        for path in (mirrored.release, *PATHS):
            mirrored.open(path)
            expect(mirrored.page.locator("html")).to_have_attribute("dir", "rtl")
            assert not mirrored.page.evaluate(OVERFLOWS), path

    def test_has_time_run_as_the_keys_do(self, mirrored):
        mirrored.open(mirrored.release)
        mirrored.play_longest()
        seek_bar = mirrored.page.locator('[data-part="seek"]')
        if mirrored.page.viewport_size == PHONE:
            mirrored.page.locator(".player__open").click()
        expect(seek_bar).not_to_have_attribute("aria-valuemax", "0")
        mirrored.page.locator('[data-action="toggle"]').first.click()
        before = int(seek_bar.get_attribute("aria-valuenow") or 0)
        seek_bar.press("ArrowRight")
        expect(seek_bar).to_have_attribute("aria-valuenow", re.compile(f"^({before + 5}|{before + 6})$"))
        elapsed, length = (mirrored.page.locator(f'[data-part="{part}"]') for part in ("elapsed", "length"))
        assert mirrored.page.evaluate(LEFT_OF, [elapsed.element_handle(), length.element_handle()])

    def test_begins_on_the_right(self, mirrored):
        mirrored.open("/")
        home, library = (mirrored.page.locator(f'.entries > li > a[href="{path}"]') for path in ("/", "/library"))
        if mirrored.page.viewport_size == DESKTOP:
            rail, main = mirrored.page.locator(".rail"), mirrored.page.locator("#main")
            assert mirrored.page.evaluate(LEFT_OF, [main.element_handle(), rail.element_handle()])
        else:
            assert mirrored.page.evaluate(LEFT_OF, [library.element_handle(), home.element_handle()])


class TestChoosingALanguage:
    def test_speaks_it_on_the_whole_page_and_goes_back_to_where_one_was(self, visit):
        listener = visit()
        listener.open("/series")
        listener.go("Language")
        listener.page.get_by_role("button", name="Deutsch").click()
        expect(listener.page).to_have_url(f"{listener.url}/series")
        expect(listener.page.locator("html")).to_have_attribute("lang", "de")
        expect(listener.page).to_have_title("Reihen · Celesta")
        expect(listener.page.get_by_role("link", name="Anmelden")).to_be_visible()

    def test_is_what_the_player_speaks_too(self, visit):
        listener = visit()
        listener.register()
        _speak(listener, "de")
        listener.open(listener.release)
        title = listener.play_longest()
        player = listener.page.get_by_role("region", name="Player")
        expect(player.get_by_role("button", name="Pause", exact=True)).to_be_visible()
        expect(player.get_by_role("slider", name="Position")).to_have_attribute("aria-valuetext", re.compile(r"Sekunden? von .*Minute"))
        expect(listener.page.get_by_role("button", name=f"{title} anhalten")).to_be_visible()


def _speak(listener: Listener, tag: str) -> None:
    listener.open("/language")
    listener.page.locator(f'button[value="{tag}"]').click()
    expect(listener.page.locator("html")).to_have_attribute("lang", tag)
