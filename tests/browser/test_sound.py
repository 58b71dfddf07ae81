"""How the music sounds, as somebody wants it in this browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.listener import Listener

PLAYING = "[...document.querySelectorAll('audio')].filter((one) => !one.paused).length"
FED = "document.querySelectorAll('audio[src]').length"
HEARD_VOLUME = "document.querySelector('[data-heard]').volume"
VOLUMES = "Array.from(document.querySelectorAll('audio'), (one) => one.volume)"
NOTE_OVERLAPS = """
window.overlaps = 0;
const elements = [...document.querySelectorAll("audio")];
for (const one of elements) one.addEventListener("play", () => (window.overlaps += elements.every((each) => !each.paused)));
"""

RECORD = """
window.contexts = [];
window.filters = [];
for (const [name, made] of [["AudioContext", contexts], ["BiquadFilterNode", filters]]) {
  window[name] = class extends window[name] {
    constructor(...given) {
      super(...given);
      made.push(this);
    }
  };
}
"""
STATES = "contexts.map((one) => one.state)"
GAINS = "filters.map((one) => one.gain.value)"
LISTEN_IN = "window.ear = contexts[0].createAnalyser(); window.wave = new Float32Array(ear.fftSize); filters[4].connect(ear)"
IS_LOUD = "(() => (ear.getFloatTimeDomainData(wave), wave.some((one) => one !== 0)))()"

IS_DRAWN = """
(() => {
  const canvas = document.querySelector("canvas");
  return canvas.width > 0 && canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((one) => one > 0);
})()
"""


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


def hear_to_the_end(listener: Listener) -> None:
    listener.page.evaluate("[...document.querySelectorAll('audio')].forEach((one) => one.paused || (one.currentTime = one.duration - 10))")


def volume_without_fades(listener: Listener) -> float:
    """Of what plays, where the page has just been opened."""
    listener.page.reload()
    listener.player.get_by_role("button", name="Play", exact=True).click()
    listener.listen_on()
    return listener.page.evaluate(HEARD_VOLUME)


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


class TestCrossfade:
    """Battle Epic is followed by Defeat; both are on one release."""

    def test_lets_the_next_track_grow_out_of_the_last(self, listener):
        listener.play_longest()
        listener.listen_on()
        choose(listener, "Crossfade", "2")
        listener.player.get_by_role("button", name="Shuffle").click()
        first = listener.playing_title
        hear_to_the_end(listener)
        listener.until(lambda: listener.page.evaluate(PLAYING) == 2, "both to be heard")
        assert listener.playing_title != first
        leaving, coming = listener.page.evaluate(VOLUMES)
        listener.until(lambda: listener.page.evaluate(PLAYING) == 1, "the last to fall silent")
        silent, loud = listener.page.evaluate(VOLUMES)
        assert (silent < leaving, loud > coming) == (True, True)
        listener.until(lambda: "Now playing" in told(listener), "the word on its quality")
        plays = listener.count("POST /player/plays")
        listener.player.get_by_role("button", name="Next track").click()
        listener.until(lambda: listener.count("POST /player/plays") > plays, "the second play to be told")

    @pytest.fixture
    def fading(self, listener) -> Listener:
        """Two tracks are heard, for six seconds."""
        listener.play_longest()
        listener.listen_on()
        choose(listener, "Crossfade", "6")
        listener.player.get_by_role("button", name="Shuffle").click()
        hear_to_the_end(listener)
        listener.until(lambda: listener.page.evaluate(PLAYING) == 2, "both to be heard")
        return listener

    def test_ends_at_a_pause_and_what_came_goes_on_alone(self, fading):
        coming = fading.playing_title
        fading.player.get_by_role("button", name="Pause", exact=True).click()
        fading.until(lambda: fading.page.evaluate(PLAYING) == 0, "silence")
        loud = fading.page.evaluate(HEARD_VOLUME)
        assert fading.page.evaluate(FED) == 1
        fading.player.get_by_role("button", name="Play", exact=True).click()
        fading.listen_on(1)
        assert (fading.playing_title, fading.page.evaluate(PLAYING), fading.page.evaluate(HEARD_VOLUME)) == (coming, 1, loud)
        assert volume_without_fades(fading) == loud

    def test_ends_where_another_track_is_chosen(self, fading):
        coming = fading.playing_title
        fading.player.get_by_role("button", name="Next track", exact=True).click()
        fading.until(lambda: fading.playing_title != coming, "the one after")
        assert fading.page.evaluate(PLAYING) <= 1
        fading.listen_on()
        loud = fading.page.evaluate(HEARD_VOLUME)
        fading.listen_on(1)
        assert (fading.page.evaluate(PLAYING), fading.page.evaluate(HEARD_VOLUME)) == (1, loud)
        assert volume_without_fades(fading) == loud

    def test_ends_at_the_log_out(self, fading):
        fading.log_out()
        expect(fading.player).to_be_hidden()
        assert (fading.page.evaluate(PLAYING), fading.page.evaluate(FED)) == (0, 0)

    def test_leaves_a_release_that_is_played_in_its_order_as_it_is(self, listener):
        listener.page.locator('[data-play][data-name="Battle Epic"]').click()
        listener.listen_on()
        choose(listener, "Crossfade", "2")
        listener.page.evaluate(NOTE_OVERLAPS)
        hear_to_the_end(listener)
        listener.until(lambda: listener.playing_title != "Battle Epic", "the next track")
        listener.listen_on()
        assert listener.page.evaluate("window.overlaps") == 0

    def test_is_not_offered_where_a_page_cannot_turn_the_volume(self, visit):
        listener = visit()
        listener.page.add_init_script("Object.defineProperty(HTMLMediaElement.prototype, 'volume', { get: () => 1, set() {} })")
        listener.play_a_release()
        listener.player.get_by_role("button", name="Sound", exact=True).click()
        expect(listener.page.get_by_label("Quality", exact=True)).to_be_visible()
        expect(listener.page.get_by_label("Crossfade", exact=True)).to_be_hidden()


class TestTheEqualiser:
    def test_is_all_there_is_of_web_audio_and_only_while_it_is_wanted(self, visit):
        listener = visit()
        listener.page.add_init_script(RECORD)
        listener.play_a_release()
        assert listener.page.evaluate(STATES) == []
        summary = listener.player.get_by_role("button", name="Sound", exact=True)
        summary.click()
        listener.page.get_by_label("Equaliser", exact=True).check()
        listener.until(lambda: listener.page.evaluate(STATES) == ["running"], "Web Audio")
        treble = listener.page.get_by_role("slider", name="Treble")
        treble.fill("6")
        expect(treble).to_have_attribute("aria-valuetext", "6 decibels")
        assert listener.page.evaluate(GAINS) == [0, 0, 0, 0, 6]
        listener.page.evaluate(LISTEN_IN)
        listener.until(lambda: listener.page.evaluate(IS_LOUD), "the music to go through it")
        listener.page.get_by_role("button", name="Reset").click()
        assert listener.page.evaluate(GAINS) == [0] * 5

    def test_is_remembered_and_taken_up_by_the_first_gesture(self, visit):
        listener = visit()
        listener.page.add_init_script(RECORD)
        listener.play_a_release()
        summary = listener.player.get_by_role("button", name="Sound", exact=True)
        summary.click()
        listener.page.get_by_label("Equaliser", exact=True).check()
        listener.page.get_by_role("slider", name="Bass", exact=True).fill("-4")
        listener.page.reload()
        assert listener.page.evaluate(STATES) == []
        listener.player.get_by_role("button", name="Play", exact=True).click()
        listener.until(lambda: listener.page.evaluate(STATES) == ["running"], "Web Audio")
        listener.listen_on()
        assert listener.page.evaluate(GAINS) == [0, -4, 0, 0, 0]


class TestMovingBars:
    OPTION = "Visualiser in the full view"

    def test_are_drawn_behind_the_full_view_where_they_are_wanted(self, visit):
        listener = visit(reduced_motion="no-preference")
        listener.play_a_release()
        full_view, canvas = listener.page.get_by_role("button", name="Full view"), listener.page.locator("canvas")
        full_view.click()
        expect(canvas).to_be_hidden()
        listener.page.keyboard.press("f")
        summary = listener.player.get_by_role("button", name="Sound", exact=True)
        summary.click()
        listener.page.get_by_label(self.OPTION).check()
        expect(canvas).to_be_hidden()
        summary.click()
        full_view.click()
        listener.until(lambda: listener.page.evaluate(IS_DRAWN), "the bars")
        listener.page.emulate_media(reduced_motion="reduce")
        expect(canvas).to_be_hidden()

    def test_are_not_offered_to_whom_motion_disturbs(self, visit):
        listener = visit()
        listener.play_a_release()
        listener.player.get_by_role("button", name="Sound", exact=True).click()
        expect(listener.page.get_by_label("Equaliser", exact=True)).to_be_visible()
        expect(listener.page.get_by_label(self.OPTION)).to_be_hidden()
