"""Keeping music in a browser: favourites, and a playlist from its first track to its last."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.listener import Listener


def menu_of(listener: Listener, row: Locator) -> None:
    row.locator("summary").click()


def add(listener: Listener, row: Locator) -> None:
    menu_of(listener, row)
    row.get_by_role("link", name="Add to a playlist").click()


class TestAFavourite:
    def test_is_found_in_the_library_and_leaves_it_again(self, listener):
        listener.open_release()
        title = listener.page.get_by_role("heading", level=1).inner_text()
        heart = listener.page.get_by_role("button", name=f"Favourite: {title}", exact=True)
        heart.click()
        expect(heart).to_have_attribute("aria-pressed", "true")
        listener.go("Library")
        kept = listener.page.locator(f'.card[href="{listener.release}"]')
        expect(kept).to_be_visible()
        kept.click()
        expect(heart).to_have_attribute("aria-pressed", "true")
        expect(listener.page.locator("#main")).to_be_focused()  # which every page begins with, once it is there
        heart.press("Enter")
        expect(heart).to_have_attribute("aria-pressed", "false")
        expect(heart).to_be_focused()
        listener.go("Library")
        expect(listener.page.get_by_text("The heart beside a track")).to_be_visible()


class TestAPlaylist:
    @pytest.fixture
    def filled(self, listener) -> Listener:
        """On the page of a playlist that has the first two tracks of a release."""
        listener.open_release()
        rows = listener.page.locator("[data-track]")
        add(listener, rows.nth(0))
        listener.page.get_by_label("Title of a new playlist").fill("Evenings")
        listener.page.get_by_role("button", name="Create").click()
        expect(listener.page.get_by_role("dialog")).to_have_count(0)
        add(listener, rows.nth(1))
        listener.page.get_by_role("button", name="Add to Evenings").click()
        expect(listener.page.get_by_role("dialog")).to_have_count(0)
        listener.go("Library")
        listener.page.get_by_role("link", name="Evenings").click()
        expect(rows).to_have_count(2)
        return listener

    def test_is_moved_by_keyboard_and_played_in_order(self, filled):
        rows = filled.page.locator("#entries [data-track]")
        first, second = (rows.nth(at).get_attribute("data-title") for at in range(2))
        if filled.page.viewport_size == DESKTOP:
            filled.page.get_by_role("button", name=f"Move {second} up").press("Enter")
        else:
            rows.nth(1).locator("summary").press("Enter")
            rows.nth(1).get_by_role("button", name="Move up").press("Enter")
        expect(rows.nth(0)).to_have_attribute("data-title", second)
        expect(rows.nth(1)).to_have_attribute("data-title", first)
        filled.play_all()
        filled.listen_on()
        assert filled.playing_title == second
        filled.page.evaluate("document.activeElement.blur()")
        filled.page.keyboard.press("n")
        filled.until(lambda: filled.playing_title == first, "the next track")
        filled.listen_on()

    @pytest.mark.parametrize("listener", [DESKTOP], ids=["desktop"], indirect=True)
    def test_has_the_cover_of_what_is_moved_to_its_beginning(self, filled):
        page, cover = filled.page, filled.page.locator("#cover")
        filled.open("/releases")
        page.locator(f'.card:not([href="{filled.release}"])').first.click()
        expect(page.locator("[data-release-cover]")).to_be_visible()
        add(filled, page.locator(".tracks [data-track]").first)
        page.get_by_role("button", name="Add to Evenings").click()
        filled.go("Library")
        page.get_by_role("link", name="Evenings").click()
        moved = page.locator("#entries [data-track]").nth(2)
        before, title = cover.inner_html(), moved.get_attribute("data-title")
        for number in (1, 0):
            page.get_by_role("button", name=f"Move {title} up").press("Enter")
            expect(page.locator("#entries [data-track]").nth(number)).to_have_attribute("data-title", title)
        filled.until(lambda: cover.inner_html() != before, "another cover")
        after = cover.inner_html()
        page.reload()
        assert cover.inner_html() == after

    def test_made_public_is_found_by_others(self, filled, visit):
        filled.page.get_by_role("link", name="Edit", exact=True).click()
        filled.page.get_by_label("Title").fill("Embers of a Hearth")
        filled.page.locator("[name=visibility]").select_option("public")
        filled.page.get_by_role("button", name="Save").click()
        expect(filled.page.get_by_role("heading", name="Embers of a Hearth")).to_be_visible()
        other = visit()
        path = "/search?q=embres+of+a+hearth&kind=playlist"
        found = other.page.get_by_role("region", name="Playlists").get_by_role("link", name="Embers of a Hearth")
        other.open(path)
        other.until(lambda: found.count() > 0 or other.open(path), "the index to follow")
        found.first.click()
        expect(other.page.get_by_role("heading", name="Embers of a Hearth")).to_be_visible()


class TestTheChoice:
    @pytest.mark.parametrize("path", ["/library", "/queue"])
    def test_is_one_line_on_a_phone_with_what_is_chosen_in_sight(self, visit, path):
        phone = visit(PHONE)
        phone.register()
        phone.open(path)
        links = phone.page.get_by_role("navigation", name="Library").get_by_role("link")
        assert len({round(box["y"]) for box in (link.bounding_box() for link in links.all()) if box}) == 1
        chosen = phone.page.locator(".choice [aria-current]")
        expect(chosen).to_be_in_viewport(ratio=1)
        assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


class TestAFolder:
    def test_takes_playlists_that_are_dragged_into_it_and_lets_them_out_again(self, listener):
        page = listener.page
        listener.open("/library/playlists")
        row, folder = page.locator("#playlists li", has_text="Slow ones"), page.get_by_role("link", name="Evenings")
        page.get_by_label("More: new folder, smart playlist or file").click()
        page.get_by_label("Title of a new folder").fill("Evenings")
        page.keyboard.press("Enter")
        expect(folder).to_be_visible()
        page.get_by_label("Title of a new playlist").fill("Slow ones")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Slow ones")).to_be_visible()
        listener.open("/library/playlists")
        row.drag_to(folder)
        expect(row).to_have_count(0)
        expect(page.get_by_role("status").filter(has_text="“Slow ones” is in “Evenings” now.")).to_be_focused()
        expect(page.get_by_role("heading", name="Playlists", exact=True)).to_be_visible()
        folder.click()
        expect(row).to_be_visible()
        row.drag_to(page.get_by_role("link", name="Back to all playlists"))
        expect(row).to_have_count(0)
        page.get_by_role("link", name="Back to all playlists").click()
        expect(row).to_be_visible()

    def test_is_chosen_by_the_keyboard_where_its_playlists_are_listed(self, listener):
        page = listener.page
        listener.open("/library/playlists")
        page.get_by_label("More: new folder, smart playlist or file").press("Enter")
        for kind, title in (("folder", "Evenings"), ("playlist", "Slow ones")):
            page.get_by_label(f"Title of a new {kind}").fill(title)
            page.keyboard.press("Enter")
            expect(page.get_by_text(title).first).to_be_visible()
            listener.open("/library/playlists")
        page.get_by_label("More: Slow ones").press("Enter")
        page.get_by_role("link", name="Move to a folder").press("Enter")
        page.get_by_label("Kept in").focus()
        page.keyboard.type("Evenings")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text="“Slow ones” is in “Evenings” now.")).to_be_focused()
        expect(page.get_by_role("heading", name="Evenings")).to_be_visible()
        expect(page.locator("#playlists li", has_text="Slow ones")).to_have_count(1)
