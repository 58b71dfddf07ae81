"""What the player shows of what is playing: names that lead on, and a heart in step with the page's."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.listener import Listener


@pytest.fixture
def playing(visit) -> Listener:
    someone = visit()
    someone.play_a_release()
    someone.page.evaluate("document.activeElement.blur()")
    return someone


@pytest.fixture
def heart(playing: Listener) -> Locator:
    return playing.player.get_by_role("button", name="Favourite", exact=True)


class TestTheHeart:
    def test_and_that_of_the_page_are_one(self, playing, heart):
        of_page = playing.page.get_by_role("button", name=f"Favourite: {playing.playing_title}", exact=True)
        for press, kept in ((heart.click, "true"), (of_page.click, "false"), (lambda: playing.page.keyboard.press("h"), "true")):
            press()
            for each in (heart, of_page):
                expect(each).to_have_attribute("aria-pressed", kept)
        playing.listen_on()

    def test_is_known_where_the_page_has_none(self, playing, heart):
        heart.click()
        expect(playing.page.get_by_role("status").filter(has_text="is one of your favourites")).to_have_count(1)
        playing.open("/account")
        expect(heart).to_have_attribute("aria-pressed", "true")
        playing.player.get_by_role("button", name="Next track").click()
        expect(heart).to_have_attribute("aria-pressed", "false")

    def test_says_so_where_it_could_not_be_kept(self, playing, heart):
        playing.page.context.set_offline(True)
        heart.click()
        expect(playing.page.locator("#said")).to_contain_text("We cannot reach the service.")
        expect(heart).to_have_attribute("aria-pressed", "false")


class TestTheNames:
    def test_lead_to_the_track_and_to_its_artist_wherever_it_was_started(self, playing):
        title = playing.playing_title
        playing.open(f"/search?q={title}")
        playing.page.locator(f'[data-play][data-name="{title}"]').first.click()
        playing.listen_on()
        artist = playing.page.locator('[data-part="artist"]')
        artist.click()
        expect(playing.page.get_by_role("heading", level=1)).to_have_text(artist.inner_text())
        playing.page.locator('[data-part="title"]').click()
        expect(playing.page.get_by_role("heading", level=1)).to_have_text(title)
        assert "/tracks/" in playing.page.url
