"""What plays were started from: from the press on a button to the history that is asked for it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.listener import Listener
from tests.browser.test_stations import tune_in


@pytest.fixture
def heard(listener: Listener) -> Listener:
    """Somebody who has heard a playlist of one track, once more after the page was loaded anew, and then a station."""
    page = listener.page
    listener.open_release()
    page.locator("[data-track]").first.locator("summary").click()
    page.locator("[data-track]").first.get_by_role("link", name="Add to a playlist").click()
    page.get_by_label("Title of a new playlist").fill("Evenings")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    listener.go("Library")
    page.get_by_role("link", name="Evenings").click()
    expect(page.get_by_role("heading", name="Evenings")).to_be_visible()
    listener.play_all()
    listener.listen_on()
    page.reload()
    listener.player.get_by_role("button", name="Play", exact=True).click()
    listener.listen_on()
    tune_in(listener)
    return listener


class TestTheHistory:
    def test_is_asked_for_by_playlist_and_station(self, heard):
        page, entries = heard.page, heard.page.locator("#history [data-track]")
        told = page.locator("#history .track__why")

        def ask(kind: str) -> int:
            heard.open("/recently-played")
            page.get_by_label("Played from").select_option(kind)
            page.locator("main").get_by_role("button", name="Show", exact=True).click()
            expect(page.get_by_label("Played from")).to_have_value({"Playlists": "playlist", "Stations": "station"}[kind])
            return entries.count()

        heard.until(lambda: ask("Stations") == 1, "the station's play in the history")
        assert told.all_inner_texts()[0].startswith("From the station ")
        heard.until(lambda: ask("Playlists") == 2, "the playlist's plays in the history")
        assert told.all_inner_texts() == ["From the playlist Evenings"] * 2
        told.first.get_by_role("link").click()
        expect(page.get_by_role("heading", name="Evenings")).to_be_visible()

    def test_is_played_again(self, heard):
        heard.open("/recently-played")
        heard.until(lambda: heard.page.reload() is not None and heard.page.locator("#history [data-track]").count() == 3, "the plays")
        heard.page.locator("#history [data-track]").nth(1).locator("[data-play]").click()
        heard.listen_on()
        heard.open("/recently-played?source=history")
        heard.until(lambda: heard.page.reload() is not None and heard.page.locator("#history [data-track]").count() == 1, "the play")
        expect(heard.page.locator("#history .track__why")).to_have_text("From your history")

    def test_has_the_days_and_times_of_the_browser_s_zone(self, visit):
        listener = visit(timezone_id="Asia/Tokyo")
        listener.play_a_release()
        played = listener.page.locator("#history time").first
        listener.until(lambda: played.count() > 0 or listener.open("/recently-played"), "the play to be told")
        expect(listener.page.get_by_text("Days and times are those of Asia/Tokyo.")).to_be_visible()
        inside = "time => new Date(time.dateTime).toLocaleTimeString('en-GB', {hour: '2-digit', minute: '2-digit'})"
        assert played.inner_text() == played.evaluate(inside)
