"""Playing by single keys, and switching them off (WCAG 2.1.4)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.listener import Listener

VOLUME = "document.querySelector('[data-heard]').volume"
LISTEN_FOR_KEYS = "addEventListener('keydown', (event) => (window.taken = event.defaultPrevented))"


@pytest.fixture
def listener(visit) -> Listener:
    """Somebody who plays a whole release, with the focus on nothing."""
    someone = visit()
    someone.play_a_release()
    someone.page.evaluate("document.activeElement.blur()")
    return someone


class TestKeys:
    @pytest.mark.parametrize("key", ["k", "Space"])
    def test_pause_and_play(self, listener, key):
        listener.page.keyboard.press(key)
        listener.until(lambda: listener.is_paused, "the pause")
        listener.page.keyboard.press(key)
        listener.listen_on()

    def test_seek(self, listener):
        listener.open_release()
        listener.play_longest()
        listener.listen_on()
        listener.page.evaluate("document.activeElement.blur()")
        listener.page.keyboard.press("k")
        listener.until(lambda: listener.is_paused, "the pause")
        listener.page.evaluate("document.querySelector('[data-heard]').currentTime = 20")
        listener.until(lambda: _position(listener) == "20", "the position")
        for key, position in (("ArrowRight", 25), ("l", 35), ("ArrowLeft", 30), ("j", 20)):
            listener.page.keyboard.press(key)
            listener.until(lambda position=position: listener.clock == position, f"the audio at {position} s after {key}")

    def test_skip(self, listener):
        first = listener.playing_title
        listener.page.keyboard.press("n")
        listener.until(lambda: listener.playing_title != first, "the next track")
        listener.page.keyboard.press("p")
        listener.until(lambda: listener.playing_title == first, "the track before")
        listener.listen_on()

    def test_silence(self, listener):
        loud = listener.page.evaluate(VOLUME)
        listener.page.keyboard.press("m")
        assert listener.page.evaluate(VOLUME) == 0
        expect(listener.page.get_by_role("button", name="Sound on")).to_be_visible()
        listener.page.keyboard.press("m")
        assert listener.page.evaluate(VOLUME) == loud

    def test_are_letters_in_a_field(self, listener):
        listener.go("Account")
        listener.until(lambda: listener.page.evaluate("document.activeElement.id") == "main", "the focus on the page")
        listener.page.get_by_label("New password").fill("")
        listener.forget_breaks()
        listener.page.keyboard.type("knm? jl")
        expect(listener.page.get_by_label("New password")).to_have_value("knm? jl")
        listener.listen_on()
        assert listener.breaks == []
        expect(_list(listener)).to_be_hidden()

    def test_press_the_button_that_has_the_focus(self, listener):
        listener.forget_breaks()
        listener.page.get_by_role("button", name="Sound off").focus()
        listener.page.keyboard.press("Space")
        expect(listener.page.get_by_role("button", name="Sound on")).to_be_focused()
        listener.listen_on()
        assert listener.breaks == []

    def test_are_the_browsers_while_nothing_is_played_and_with_control(self, listener):
        listener.page.evaluate(LISTEN_FOR_KEYS)
        listener.page.keyboard.press("Control+k")
        assert listener.page.evaluate("[window.taken, document.querySelector('[data-heard]').paused]") == [False, False]
        listener.log_out()
        expect(listener.player).to_be_hidden()
        for key in ("Space", "ArrowRight"):
            listener.page.keyboard.press(key)
            assert not listener.page.evaluate("window.taken")


class TestTheList:
    def test_is_shown_by_a_question_mark_and_gives_the_focus_back(self, listener):
        listener.page.get_by_role("button", name="Sound off").focus()
        listener.page.keyboard.press("?")
        expect(_list(listener)).to_be_visible()
        listener.forget_breaks()
        listener.page.keyboard.press("k")
        listener.page.keyboard.press("Escape")
        expect(_list(listener)).to_be_hidden()
        expect(listener.page.get_by_role("button", name="Sound off")).to_be_focused()
        listener.listen_on()
        assert listener.breaks == []

    def test_switches_the_keys_off_for_good_and_on_again(self, listener):
        listener.page.keyboard.press("?")
        _list(listener).get_by_label("Use these shortcuts").uncheck()
        _list(listener).get_by_role("button", name="Close").click()
        listener.forget_breaks()
        _press_in_vain(listener)
        listener.listen_on()
        assert listener.breaks == []
        listener.open("/account")
        _press_in_vain(listener)
        assert listener.is_paused
        listener.page.get_by_role("button", name="Keyboard shortcuts").click()
        _list(listener).get_by_label("Use these shortcuts").check()
        _list(listener).get_by_role("button", name="Close").click()
        expect(listener.page.get_by_role("button", name="Keyboard shortcuts")).to_be_focused()
        listener.page.keyboard.press("k")
        listener.listen_on()


def _list(listener: Listener) -> Locator:
    return listener.page.get_by_role("dialog", name="Keyboard shortcuts")


def _press_in_vain(listener: Listener) -> None:
    listener.page.evaluate("document.activeElement.blur()")
    listener.page.keyboard.press("?")
    listener.page.keyboard.press("k")
    expect(_list(listener)).to_be_hidden()


def _position(listener: Listener) -> str:
    return listener.seek_bar.get_attribute("aria-valuenow") or ""
