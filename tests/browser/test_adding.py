"""Adding to a playlist over the page, while the music plays on."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import DESKTOP
from tests.browser.listener import Listener


def dialog(listener: Listener) -> Locator:
    return listener.page.get_by_role("dialog", name="Add to a playlist")


def choose(listener: Listener, at: int = 0) -> Locator:
    """Ask for it beside a track; returns the button of that track's menu."""
    row = listener.page.locator(".tracks [data-track]").nth(at)
    row.locator("summary").click()
    row.get_by_role("link", name="Add to a playlist").click()
    expect(dialog(listener)).to_be_visible()
    return row.locator("summary")


def focus_is_within(place: Locator) -> bool:
    return place.evaluate("place => place.contains(document.activeElement)")


class TestAddingToAPlaylist:
    def test_leaves_the_page_and_the_music_as_they_are(self, listener):
        listener.open_release()
        listener.play_all()
        listener.listen_on()
        listener.forget_breaks()
        page, said = listener.page, listener.page.locator("#said")
        titles = [page.locator(".tracks [data-track]").nth(at).get_attribute("data-title") for at in (0, 1)]
        choose(listener)
        dialog(listener).get_by_label("Title of a new playlist").fill("Evenings")
        page.keyboard.press("Enter")
        expect(dialog(listener)).to_have_count(0)
        expect(said).to_contain_text(f"{titles[0]} was added to Evenings")
        button = choose(listener, 1)
        dialog(listener).get_by_role("button", name="Add to Evenings").click()
        expect(said).to_contain_text(f"{titles[1]} was added to Evenings")
        expect(button).to_be_focused()
        expect(page).to_have_url(listener.url + listener.release)
        listener.listen_on()
        assert listener.breaks == []
        listener.go("Library")
        page.get_by_role("link", name="Evenings").click()
        expect(page.locator("#entries .track__title")).to_have_text(titles)

    def test_begins_in_the_dialog_and_ends_at_the_button(self, listener):
        listener.open_release()
        button = choose(listener)
        assert focus_is_within(dialog(listener))
        listener.page.keyboard.press("Escape")
        expect(dialog(listener)).to_have_count(0)
        expect(button).to_be_focused()
        choose(listener)
        dialog(listener).get_by_role("button", name="Close").click()
        expect(dialog(listener)).to_have_count(0)
        expect(button).to_be_focused()

    def test_says_there_what_was_refused(self, listener):
        listener.open_release()
        choose(listener)
        field = dialog(listener).get_by_label("Title of a new playlist")
        field.fill("   ")
        field.press("Enter")
        expect(dialog(listener).get_by_role("alert")).not_to_be_empty()
        field.fill("Evenings")
        field.press("Enter")
        expect(dialog(listener)).to_have_count(0)

    def test_goes_with_the_page(self, listener):
        listener.open_release()
        choose(listener)
        listener.page.go_back()
        expect(dialog(listener)).to_have_count(0)


def test_where_it_does_not_open_over_the_page_it_is_a_page(visit):
    listener = visit(DESKTOP)
    listener.page.route("**/playlist_dialog.js", lambda route: route.abort())
    listener.register()
    listener.open_release()
    row = listener.page.locator(".tracks [data-track]").first
    row.locator("summary").click()
    row.get_by_role("link", name="Add to a playlist").click()
    expect(listener.page).to_have_url(re.compile("/library/add"))
    listener.page.get_by_label("Title of a new playlist").fill("Evenings")
    listener.page.get_by_role("button", name="Create").click()
    expect(listener.page.get_by_role("heading", name="Evenings")).to_be_visible()
