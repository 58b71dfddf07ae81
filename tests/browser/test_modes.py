"""How the queue is played: shuffled, again, faster, and until when."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.listener import Listener
from tests.browser.test_queueing import queued, show_queue, titles

RATE = "document.querySelector('[data-heard]').playbackRate"
TO_THE_END = "(() => { const audio = document.querySelector('[data-heard]'); audio.currentTime = audio.duration - 0.7; })()"


@pytest.fixture
def playing(visit) -> Listener:
    someone = visit()
    someone.play_a_release()
    return someone


def press(listener: Listener, name: str) -> None:
    listener.player.get_by_role("button", name=name, exact=True).click()


def choose(listener: Listener, label: str, option: str) -> None:
    press(listener, "Speed and sleep timer")
    listener.page.get_by_label(label, exact=True).select_option(option)
    press(listener, "Speed and sleep timer")


class TestShuffle:
    def test_keeps_what_is_playing_and_gives_the_order_back(self, playing):
        names = titles(playing)
        playing.forget_breaks()
        playing.page.evaluate("Math.random = () => 0")
        press(playing, "Shuffle")
        queue = show_queue(playing)
        shuffled = queued(queue)
        assert shuffled[0] == names[0]
        assert shuffled != names
        assert sorted(shuffled) == sorted(names)
        press(playing, "Shuffle")
        assert queued(queue) == names
        playing.listen_on()
        assert playing.breaks == []

    def test_is_undone_as_other_changes_are(self, playing):
        names = titles(playing)
        playing.page.evaluate("Math.random = () => 0")
        playing.page.evaluate("document.activeElement.blur()")
        playing.page.keyboard.press("s")
        queue = show_queue(playing)
        assert queued(queue) != names
        playing.page.get_by_role("button", name="Undo").click()
        assert queued(queue) == names

    def test_is_remembered_for_what_is_begun_next(self, playing):
        names = titles(playing)
        press(playing, "Shuffle")
        playing.page.reload()
        expect(playing.player.get_by_role("button", name="Shuffle")).to_have_attribute("aria-pressed", "true")
        playing.page.evaluate("Math.random = () => 0")
        playing.page.locator(f'[data-play][data-name="{names[2]}"]').click()
        playing.listen_on()
        shuffled = queued(show_queue(playing))
        assert shuffled[0] == names[2]
        assert sorted(shuffled) == sorted(names)


class TestRepeat:
    def test_of_one_track_plays_it_again_as_another_play(self, playing):
        title = playing.playing_title
        playing.page.evaluate("document.activeElement.blur()")
        playing.page.keyboard.press("r")
        playing.page.keyboard.press("r")
        expect(playing.player.get_by_role("button", name="Repeat: this track")).to_be_visible()
        told = playing.count("POST /player/plays")
        playing.page.evaluate(TO_THE_END)
        playing.until(lambda: playing.count("POST /player/plays") > told, "the first play to be told")
        playing.listen_on()
        assert playing.playing_title == title
        assert playing.clock < 10

    def test_of_the_queue_goes_on_at_its_beginning(self, playing):
        names = titles(playing)
        press(playing, "Repeat: off")
        show_queue(playing).locator("[data-at]").last.locator("[data-jump]").click()
        playing.until(lambda: playing.playing_title == names[-1], "the last track")
        playing.listen_on()
        playing.page.evaluate(TO_THE_END)
        playing.until(lambda: playing.playing_title == names[0], "the first track")
        playing.listen_on()


class TestSpeed:
    @pytest.fixture(params=[DESKTOP, PHONE, {"width": 900, "height": 860}], ids=["desktop", "phone", "between"])
    def size(self, request: pytest.FixtureRequest) -> dict[str, int]:
        return request.param

    def test_holds_for_the_next_track_and_the_next_visit(self, playing):
        choose(playing, "Speed", "1.5")
        assert playing.page.evaluate(RATE) == 1.5
        press(playing, "Next track")
        playing.listen_on()
        assert playing.page.evaluate(RATE) == 1.5
        playing.page.reload()
        assert playing.page.evaluate(RATE) == 1.5

    def test_shows_beside_the_names_and_leads_to_its_setting(self, visit, size):
        listener = visit(size)
        listener.play_a_release()
        chip = listener.player.get_by_role("button", name=re.compile("^Speed 1.25"))
        expect(chip).to_have_count(0)
        listener.player.locator('[data-action="open"]').filter(visible=True).click()
        choose(listener, "Speed", "1.25")
        listener.page.keyboard.press("Escape")
        expect(listener.player).not_to_have_attribute("role", "dialog")
        chip.click()
        setting = listener.page.get_by_label("Speed", exact=True)
        expect(setting).to_be_visible()
        expect(setting).to_be_focused()
        setting.select_option("1")
        expect(chip).to_have_count(0)

    def test_counts_the_time_that_was_listened(self, playing):
        bodies: list[dict] = []

        def note(route: Route) -> None:
            bodies.append(route.request.post_data_json)
            route.continue_()

        playing.page.route("**/player/plays", note)
        press(playing, "Next track")
        playing.until(lambda: len(bodies) == 1, "the first play to be told")
        choose(playing, "Speed", "2")
        before = playing.heard
        playing.listen_on(4)
        on_the_clock = playing.heard - before
        press(playing, "Next track")
        playing.until(lambda: len(bodies) == 2, "the fast play to be told")
        assert bodies[1]["plays"][0]["played_ms"] < on_the_clock * 1000 * 0.8


class TestTheSleepTimer:
    def test_stops_after_the_track_with_the_next_one_waiting(self, playing):
        names = titles(playing)
        choose(playing, "Stop playing", "track")
        playing.page.evaluate(TO_THE_END)
        playing.until(lambda: playing.playing_title == names[1], "the next track to wait")
        assert playing.is_paused
        expect(playing.page.get_by_role("status").filter(has_text="as you wished")).to_have_count(1)
        press(playing, "Play")
        playing.listen_on()

    def test_fades_out_when_its_time_has_come(self, visit):
        listener = visit()
        listener.page.clock.install()
        listener.play_a_release()
        choose(listener, "Stop playing", "5")
        left = listener.player.get_by_role("button", name=re.compile("sleep timer$")).filter(has_text="Sleep")
        expect(left).to_have_text("Sleep 5 min")
        listener.page.clock.fast_forward(2 * 60_000)
        expect(left).to_have_text("Sleep 3 min")
        listener.page.clock.fast_forward(3 * 60_000 - 5_000)
        listener.until(lambda: listener.is_paused, "the music to stop")
        expect(left).to_have_count(0)
        assert listener.page.evaluate("document.querySelector('[data-heard]').volume") > 0


def test_keys_turn_the_volume(playing):
    playing.page.evaluate("document.activeElement.blur()")
    for key, volume in (("-", "0.9"), ("-", "0.8"), ("+", "0.9")):
        playing.page.keyboard.press(key)
        expect(playing.page.get_by_role("slider", name="Volume")).to_have_value(re.compile(f"^{re.escape(volume)}"))
