"""The words beside the music: they follow it, and lead to their place in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.listener import Listener
from tests.live import LINES, WORDS


@pytest.fixture
def listener(listener: Listener) -> Listener:
    listener.open_release()
    return listener


NONE = "There are no words to this track here."


def button(listener: Listener) -> Locator:
    return listener.player.locator('[data-part="show-lyrics"]')


def play(listener: Listener, title: str) -> None:
    listener.page.locator(f'[data-play][data-name="{title}"]').click()
    listener.listen_on()


def show(listener: Listener) -> Locator:
    whole = listener.page.get_by_role("button", name="Show the whole player")
    if whole.is_visible():
        whole.click()
    listener.player.get_by_role("button", name="Lyrics", exact=True).click()
    pane = listener.page.get_by_role("region", name="Lyrics")
    expect(pane).to_be_visible()
    return pane


class TestWordsWithTimes:
    def test_follow_the_music_and_lead_to_their_place(self, listener):
        play(listener, "Battle Epic")
        pane = show(listener)
        expect(pane.get_by_role("listitem")).to_have_text(list(LINES.values()))
        expect(pane.locator("[aria-current]")).to_have_text(LINES[0])
        last = max(LINES)
        pane.get_by_role("button", name=LINES[last]).click()
        listener.until(lambda: last <= listener.clock < last + 10, "the audio at the last line")
        expect(pane.locator("[aria-current]")).to_have_text(LINES[last])

    def test_are_a_key_away_and_give_way_to_the_queue(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        play(listener, "Battle Epic")
        listener.page.evaluate("document.activeElement.blur()")
        pane = listener.page.get_by_role("region", name="Lyrics")
        listener.page.keyboard.press("y")
        expect(pane).to_be_visible()
        listener.page.keyboard.press("q")
        expect(pane).to_be_hidden()
        expect(listener.page.get_by_role("region", name="Queue")).to_be_visible()
        listener.page.keyboard.press("y")
        listener.page.keyboard.press("Escape")
        expect(pane).to_be_hidden()
        expect(listener.player.get_by_role("button", name="Lyrics")).to_be_focused()


class TestWordsWithout:
    def test_are_read_as_they_are(self, listener):
        play(listener, "Love Theme")
        expect(show(listener).get_by_text(WORDS.splitlines()[1])).to_be_visible()

    def test_any_nothing_opens_beside_the_full_view(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        full, pane = listener.player.get_by_role("button", name="Full view"), listener.page.get_by_role("region", name="Lyrics")
        for title, words in (("Elf Land", False), ("Battle Epic", True)):
            play(listener, title)
            expect(button(listener)).to_have_attribute("aria-disabled", "false" if words else "true")
            full.click()
            expect(pane).to_be_visible(visible=words)
            listener.page.keyboard.press("Escape")
            listener.page.keyboard.press("Escape")
            expect(full).to_be_visible()

    def test_any_say_so_at_the_button(self, listener):
        play(listener, "Elf Land")
        expect(button(listener)).to_have_attribute("title", NONE)
        expect(button(listener)).to_have_attribute("aria-disabled", "true")
        listener.page.evaluate("document.activeElement.blur()")
        listener.page.keyboard.press("y")
        expect(listener.page.locator("#said")).to_contain_text(NONE)
        expect(listener.page.get_by_role("region", name="Lyrics")).to_be_hidden()

    def test_any_close_those_of_the_track_before_until_there_are_some_again(self, listener):
        play(listener, "Battle Epic")
        pane = show(listener)
        for title, words in (("Elf Land", False), ("Love Theme", True)):
            listener.page.evaluate(f"document.querySelector('[data-play][data-name=\"{title}\"]').click()")
            expect(pane).to_be_visible(visible=words)
        expect(pane.get_by_text(WORDS.splitlines()[1])).to_be_visible()
