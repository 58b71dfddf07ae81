"""Coming back to the music after the page was loaded anew, in silence, and as nobody but oneself."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.listener import Listener

PLACES = "Object.keys(localStorage).filter((name) => name.startsWith('place:'))"

WAVE = "#wave-shape path"


@pytest.fixture
def paused_at_twenty(listener: Listener) -> Listener:
    """Somebody who stopped a release's longest track at 0:20."""
    listener.open_release()
    listener.play_longest()
    listener.listen_on()
    listener.player.get_by_role("button", name="Pause", exact=True).click()
    listener.page.evaluate("document.querySelector('[data-heard]').currentTime = 20")
    listener.until(lambda: _stands_at(listener) == "20", "the position")
    return listener


class TestAfterAReload:
    def test_the_track_waits_where_it_was_and_goes_on_with_one_press(self, paused_at_twenty):
        listener = paused_at_twenty
        title, length = listener.playing_title, listener.seek_bar.get_attribute("aria-valuemax")
        listener.calls.clear()
        listener.page.reload()
        expect(listener.page.locator('[data-part="title"]')).to_have_text(title)
        expect(listener.page.locator('[data-part="cover"] .cover')).to_have_count(1)
        assert (_stands_at(listener), listener.seek_bar.get_attribute("aria-valuemax")) == ("20", length)
        assert listener.is_paused
        assert [call for call in listener.calls if "sessions" in call] == []
        listener.player.get_by_role("button", name="Play", exact=True).click()
        listener.listen_on()
        assert 20 <= listener.clock < 30
        assert listener.playing_title == title

    def test_the_page_marks_it_and_its_own_button_goes_on_too(self, paused_at_twenty):
        listener = paused_at_twenty
        title = listener.playing_title
        listener.page.reload()
        expect(listener.page.locator("[data-current] .track__title")).to_have_text(title)
        listener.page.get_by_role("button", name=f"Play {title}").last.click()
        listener.listen_on()
        assert 20 <= listener.clock < 30

    def test_the_queue_goes_on_behind_it(self, listener):
        listener.open_release()
        listener.play_all()
        listener.listen_on()
        second = listener.page.locator("[data-track]").nth(1).get_attribute("data-title")
        listener.open("/account")
        if listener.page.get_by_role("button", name="Show the whole player").is_visible():
            listener.page.get_by_role("button", name="Show the whole player").click()
        listener.player.get_by_role("button", name="Next track").click()
        listener.listen_on()
        assert listener.playing_title == second

    def test_it_can_be_moved_before_it_is_played(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        listener.play_longest()
        listener.listen_on()
        listener.page.reload()
        listener.seek_bar.press("End")
        listener.seek_bar.press("PageDown")
        position = int(_stands_at(listener))
        listener.player.get_by_role("button", name="Play", exact=True).click()
        listener.listen_on()
        assert position <= listener.clock < position + 10


class TestANewTab:
    def test_finds_it_and_does_not_take_back_what_another_played_on(self, paused_at_twenty):
        listener = paused_at_twenty
        idle = _another_tab(listener)
        assert idle.playing_title == listener.playing_title
        assert _stands_at(idle) == "20"
        listener.page.evaluate("document.querySelector('[data-heard]').currentTime = 50")
        listener.until(lambda: _stands_at(listener) == "50", "the position")
        idle.page.goto("about:blank")
        assert _stands_at(_another_tab(listener)) == "50"


class TestAfterTheLogInHasRunOut:
    def test_the_player_leads_to_it_and_back_to_the_page(self, visit):
        listener = visit()
        listener.play_a_release()
        here = f"{listener.url}{listener.release}?from=here"
        listener.open(f"{listener.release}?from=here")
        listener.page.context.clear_cookies()
        listener.player.get_by_role("button", name="Next track").click()
        link = listener.player.get_by_role("link", name="Log in")
        expect(link).to_be_visible()
        link.click()
        listener.page.fill("#email", listener.email)
        listener.page.fill("#password", listener.password)
        listener.page.locator("main").get_by_role("button", name="Log in").click()
        expect(listener.page).to_have_url(here)
        listener.errors.clear()


class TestSomebodyElse:
    def test_finds_nothing_in_the_browser_after_a_log_out_and_oneself_the_queue_again(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        title = listener.play_longest()
        listener.listen_on()
        wave = listener.page.locator(WAVE).get_attribute("d") or ""
        assert len(listener.page.evaluate(PLACES)) == 1
        listener.log_out()
        expect(listener.page.get_by_role("link", name="Log in", exact=True)).to_be_visible()
        assert listener.page.evaluate(PLACES) == []
        expect(listener.player).to_be_hidden()
        listener.log_in()
        expect(listener.player).to_be_visible()
        assert listener.playing_title == title
        expect(listener.page.locator(WAVE)).to_have_attribute("d", wave)

    def test_finds_nothing_though_the_first_never_logged_out(self, visit):
        ana, ben = visit(), visit()
        for listener in (ana, ben):
            listener.register()
        ana.open_release()
        ana.play_longest()
        ana.listen_on()
        ana.open("/account")
        expect(ana.player).to_be_visible()
        ana.page.context.add_cookies(ben.page.context.cookies())
        ana.open("/")
        expect(ana.page.get_by_title(ben.email)).to_be_visible()
        expect(ana.player).to_be_hidden()
        assert ana.page.evaluate(PLACES) == []


def _stands_at(listener: Listener) -> str:
    return listener.seek_bar.get_attribute("aria-valuenow") or ""


def _another_tab(listener: Listener) -> Listener:
    other = Listener(listener.page.context.new_page(), listener.url, listener.release)
    other.open("/")
    return other
