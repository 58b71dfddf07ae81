"""How the music sounds, as somebody wants it in this browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.listener import Listener


@pytest.fixture
def listener(visit) -> Listener:
    someone = visit()
    someone.register()
    someone.open_release()
    return someone


def choose(listener: Listener, label: str, option: str) -> None:
    summary = listener.player.get_by_role("button", name="Sound", exact=True)
    summary.click()
    listener.page.get_by_label(label, exact=True).select_option(option)
    summary.click()


def asked_for(listener: Listener) -> set[str]:
    """The renditions whose playlists were fetched."""
    found = (re.fullmatch(r"GET /player/sessions/\w+/(aac-\d+)\.m3u8", call) for call in listener.calls)
    return {one[1] for one in found if one}


def told(listener: Listener) -> str:
    return listener.page.locator('[data-part="quality-now"]').text_content() or ""


class TestQuality:
    def test_that_saves_data_holds_for_every_track_and_the_next_visit(self, listener):
        listener.play_all()
        listener.listen_on()
        choose(listener, "Quality", "Data saver")
        listener.open("/")
        expect(listener.page.locator('[data-part="quality"]')).to_have_value("saver")
        listener.calls.clear()
        for press in ("Play", "Next track"):
            listener.player.get_by_role("button", name=press, exact=True).click()
            listener.listen_on()
        assert asked_for(listener) == {"aac-64"}
        assert re.search(r"Half a megabyte a minute\. Now playing: \d+ kbit/s\.", told(listener))

    def test_is_changed_while_the_music_plays(self, listener):
        title = listener.play_longest()
        listener.listen_on()
        choose(listener, "Quality", "Data saver")
        listener.play_other_than(title)
        listener.listen_on()
        listener.calls.clear()
        listener.play_longest()
        listener.listen_on()
        assert asked_for(listener) == {"aac-64"}
        listener.forget_breaks()
        choose(listener, "Quality", "High")
        listener.until(lambda: asked_for(listener) == {"aac-64", "aac-256"}, "the best rendition")
        listener.listen_on()
        assert listener.breaks == []
        listener.until(lambda: "Now playing" in told(listener), "the word on it")
