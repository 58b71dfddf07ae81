"""A station in a browser: it plays, says why, and hears what is skipped and liked."""

from __future__ import annotations

from playwright.sync_api import expect


class TestAStation:
    def test_plays_and_hears_two_skips_and_a_like(self, listener):
        page = listener.page
        listener.open_release()
        page.get_by_role("button", name="Start a station", exact=True).first.click()
        page.wait_for_selector("[data-station]")
        page.locator("[data-station-play]").click()
        listener.listen_on()
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
        listener.open_release()
        page.get_by_role("button", name="Start a station", exact=True).first.click()
        page.wait_for_selector("[data-station]")
        page.locator("[data-station-play]").click()
        listener.listen_on()
        title = listener.playing_title
        page.keyboard.press("n")
        listener.until(lambda: listener.playing_title != title, "the next track")
        assert listener.count("POST /player/stations/feedback") == 1
