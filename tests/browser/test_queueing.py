"""The queue: put together from anywhere, changed and undone, and the same on another device."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.listener import Listener

NEAR_THE_END = "(() => { const audio = document.querySelector('[data-heard]'); audio.currentTime = audio.duration - 8; })()"
HAS_CUED = "document.querySelector('audio:not([data-heard])').readyState >= HTMLMediaElement.HAVE_FUTURE_DATA"
HEARD_SECONDS = "document.querySelector('[data-heard]').duration"
MOVE_UP = """document.querySelector('#player-queue [data-at="2"] [data-edit=up]').click()"""
MOVE_UP_AT_THE_END = f"addEventListener('ended', () => {MOVE_UP}, {{ capture: true, once: true }})"
SAVED_PLACE = "fetch('/player/queue').then((answer) => answer.json()).then((queue) => queue.position_ms)"
SAVED_TRACKS = "fetch('/player/queue').then((answer) => answer.json()).then((queue) => queue.tracks.length)"
SAVED_BY = "fetch('/player/queue').then((answer) => answer.json()).then((queue) => queue.device)"
SAVED_NUMBER = "fetch('/player/queue').then((answer) => answer.json()).then((queue) => queue.number)"
SAVED = r"POST /player/queue"
POSITION_SAVED = r"POST /player/queue/position"


@pytest.fixture
def playing(listener: Listener) -> Listener:
    """Somebody who plays a whole release, with its page shown."""
    listener.open_release()
    listener.play_all()
    listener.listen_on()
    return listener


def titles(listener: Listener) -> list[str]:
    return listener.page.locator("[data-track]").evaluate_all("rows => rows.map((row) => row.dataset.title)")


def show_queue(listener: Listener) -> Locator:
    """The list beside the player, or on a phone in its sheet."""
    whole = listener.page.get_by_role("button", name="Show the whole player")
    if whole.is_visible():
        whole.click()
    button = listener.player.get_by_role("button", name="Queue", exact=True)
    if button.get_attribute("aria-expanded") == "false":
        button.click()
    queue = listener.page.get_by_role("region", name="Queue")
    expect(queue).to_be_visible()
    return queue


def queued(queue: Locator) -> list[str]:
    """What is playing, and what comes next."""
    return queue.locator("[data-title]").all_inner_texts()


def choose(listener: Listener, name: str, entry: str) -> None:
    """From the menu beside what has this name."""
    listener.page.get_by_role("button", name=f"More: {name}").first.click()
    listener.page.locator("details[open]").get_by_role("button", name=entry).click()


def save_elsewhere(listener: Listener, queue: dict[str, Any]) -> None:
    """As another device of the same account would."""
    send = """queue => fetch("/player/queue", {
        method: "POST", body: JSON.stringify(queue),
        headers: {"Content-Type": "application/json", "X-CSRFToken": document.getElementById("page").dataset.csrf},
    }).then((answer) => answer.status)"""
    assert listener.page.evaluate(send, queue) == 200


def press_next(listener: Listener) -> None:
    """Without the focus, as the system's media keys do."""
    listener.page.evaluate("document.querySelector('#player [data-action=next]').click()")


class TestPuttingIntoIt:
    def test_a_track_comes_next_or_at_the_end_and_the_music_plays_on(self, playing):
        names = titles(playing)
        playing.forget_breaks()
        choose(playing, names[2], "Play next")
        expect(playing.page.locator("#said")).to_contain_text(f"{names[2]} comes next")
        choose(playing, names[0], "Add to the queue")
        expect(playing.page.get_by_role("status").filter(has_text=f"{names[0]} was added to the queue")).to_have_count(1)
        assert queued(show_queue(playing)) == [names[0], names[2], *names[1:], names[0]]
        playing.listen_on()
        assert playing.breaks == []

    def test_a_release_is_undone_with_one_press(self, playing):
        names = titles(playing)
        choose(playing, playing.page.locator("h1").inner_text(), "Add to the queue")
        expect(playing.page.locator("#said")).to_contain_text(f"{len(names)} tracks")
        playing.page.get_by_role("button", name="Undo").click()
        expect(playing.page.locator("#said")).to_contain_text("as it was before")
        assert queued(show_queue(playing)) == names

    def test_without_anything_playing_waits_in_silence(self, listener):
        listener.open_release()
        name = titles(listener)[1]
        choose(listener, name, "Add to the queue")
        expect(listener.player).to_be_visible()
        assert listener.playing_title == name
        assert listener.is_paused


class TestChangingIt:
    def test_by_buttons_which_keep_the_focus(self, playing):
        names = titles(playing)
        queue = show_queue(playing)
        queue.get_by_role("button", name=f"Move {names[1]} down").click()
        assert queued(queue)[:3] == [names[0], names[2], names[1]]
        expect(queue.get_by_role("button", name=re.compile(f"^Move {re.escape(names[1])} "))).to_have_count(2)
        assert playing.page.evaluate("document.activeElement.closest('[data-at]').dataset.at") == "2"
        queue.get_by_role("button", name=f"Remove {names[1]}").click()
        assert names[1] not in queued(queue)
        playing.page.get_by_role("button", name="Undo").click()
        assert queued(queue)[:3] == [names[0], names[2], names[1]]

    def test_by_the_keyboard(self, playing):
        names = titles(playing)
        queue = show_queue(playing)
        queue.get_by_role("button", name=f"Remove {names[1]}").focus()
        playing.page.keyboard.press("Alt+ArrowDown")
        assert queued(queue)[:3] == [names[0], names[2], names[1]]
        playing.page.keyboard.press("Delete")
        assert names[1] not in queued(queue)

    def test_by_dragging(self, visit):
        listener = visit()
        listener.play_a_release()
        names = titles(listener)
        queue = show_queue(listener)
        rows = queue.locator("[data-at]")
        rows.nth(2).drag_to(rows.nth(1), target_position={"x": 60, "y": 10})
        assert queued(queue)[:3] == [names[0], names[2], names[1]]

    def test_clear_leaves_what_is_playing_and_is_undone(self, playing):
        names = titles(playing)
        queue = show_queue(playing)
        queue.get_by_role("button", name="Clear what comes next").click()
        assert queued(queue) == names[:1]
        playing.page.get_by_role("button", name="Undo").click()
        assert queued(queue) == names
        playing.listen_on()

    def test_another_track_of_it_is_played(self, playing):
        names = titles(playing)
        show_queue(playing).locator("[data-at]").nth(2).locator("[data-jump]").click()
        playing.until(lambda: playing.playing_title == names[2], "the third track")
        playing.listen_on()

    def test_the_changed_order_is_what_is_played(self, playing):
        names = titles(playing)
        queue = show_queue(playing)
        queue.get_by_role("button", name=f"Move {names[2]} up").click()
        playing.player.get_by_role("button", name="Next track").click()
        playing.until(lambda: playing.playing_title == names[2], "what was moved up")
        playing.listen_on()

    @pytest.mark.parametrize("moment", [MOVE_UP, MOVE_UP_AT_THE_END], ids=["in time", "at the end"])
    def test_holds_though_the_next_track_was_made_ready(self, playing, moment):
        """Whether it is changed while there is time, or just as the track ends."""
        names = titles(playing)
        minutes, seconds = playing.page.locator("[data-track]").nth(2).locator(".track__length").inner_text().split(":")
        show_queue(playing)
        playing.page.evaluate(NEAR_THE_END)
        playing.until(lambda: playing.page.evaluate(HAS_CUED), "the next track to be made ready")
        playing.page.evaluate(moment)
        playing.until(lambda: playing.playing_title != names[0], "the next track")
        playing.listen_on()
        assert playing.playing_title == names[2]
        assert abs(playing.page.evaluate(HEARD_SECONDS) - 60 * int(minutes) - int(seconds)) < 1

    def test_keeps_the_focus_when_the_next_track_begins(self, playing):
        names = titles(playing)
        button = show_queue(playing).get_by_role("button", name=f"Remove {names[2]}")
        button.focus()
        press_next(playing)
        playing.until(lambda: playing.playing_title == names[1], "the next track")
        expect(button).to_be_focused()

    def test_leaves_a_dragged_track_that_has_begun_meanwhile(self, playing):
        names = titles(playing)
        rows = show_queue(playing).locator("[data-at]")
        drag = {"dataTransfer": playing.page.evaluate_handle("new DataTransfer()")}
        rows.nth(1).dispatch_event("dragstart", drag)
        press_next(playing)
        expect(rows).to_have_count(len(names) - 1)
        rows.nth(1).dispatch_event("drop", drag)
        assert queued(show_queue(playing)) == names[1:]
        assert playing.playing_title == names[1]

    def test_names_a_title_as_it_is(self, visit):
        listener = visit()
        listener.play_a_release()

        def priced(route: Route) -> None:
            route.fulfill(json=[{**track, "title": "Cash $& $$"} for track in route.fetch().json()])

        listener.page.route("**/player/tracks?*", priced)
        choose(listener, titles(listener)[0], "Play next")
        expect(show_queue(listener).get_by_role("button", name="Remove Cash $& $$", exact=True)).to_be_visible()


class TestItsPage:
    def test_keeps_what_is_still_being_saved(self, playing):
        names = titles(playing)
        playing.until(lambda: playing.page.evaluate(SAVED_TRACKS) == len(names), "the queue to be saved")
        held: list[Route] = []
        playing.page.route("**/player/queue", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
        playing.open("/queue")
        playing.page.locator("main").get_by_role("button", name=f"Remove {names[1]}").click()
        playing.until(lambda: bool(held), "the queue to be saved again")
        playing.page.get_by_label("Save the queue as a playlist called").fill("Tonight")
        asked: list[str] = []
        playing.page.on("request", lambda request: asked.append(request.url))
        playing.page.get_by_role("button", name="Save as a playlist").click()
        playing.page.wait_for_timeout(500)
        assert [url for url in asked if url.endswith("/queue/playlist")] == []
        held[0].continue_()
        expect(playing.page).to_have_title("Tonight · Celesta")
        assert titles(playing) == [names[0], *names[2:]]

    def test_keeps_nothing_while_two_queues_wait_for_a_choice(self, playing):
        names = titles(playing)
        playing.until(lambda: playing.page.evaluate(SAVED_TRACKS) == len(names), "the queue to be saved")
        playing.open("/queue")
        known = playing.page.evaluate("fetch('/player/queue').then((answer) => answer.json()).then((queue) => queue.revision)")
        save_elsewhere(playing, {"known": known, "device": "phone", "tracks": []})
        playing.page.locator("main").get_by_role("button", name=f"Remove {names[1]}").click()
        expect(playing.player.get_by_text("Your queue was changed on another device.")).to_be_visible()
        playing.page.get_by_label("Save the queue as a playlist called").fill("Tonight")
        playing.page.get_by_role("button", name="Save as a playlist").click()
        expect(playing.page.locator("#said")).to_contain_text("Choose first")

    def test_shows_what_the_player_has_and_changes_it(self, playing):
        names = titles(playing)
        playing.open("/queue")
        rows = playing.page.locator("main [data-title]")
        expect(rows).to_have_text(names)
        playing.page.locator("main").get_by_role("button", name=f"Remove {names[1]}").click()
        expect(rows).to_have_text([names[0], *names[2:]])
        playing.page.get_by_label("Save the queue as a playlist called").fill("Tonight")
        playing.page.get_by_role("button", name="Save as a playlist").click()
        expect(playing.page).to_have_title("Tonight · Celesta")
        assert titles(playing) == [names[0], *names[2:]]

    def test_works_without_scripts(self, visit):
        listener = visit(java_script_enabled=False)
        listener.register()
        listener.open(listener.release)
        names = titles_without_scripts(listener)
        choose(listener, listener.page.locator("h1").inner_text(), "Add to the queue")
        listener.open("/queue")
        listener.page.get_by_role("button", name=f"Move {names[2]} up").click()
        listener.page.get_by_role("button", name=f"Remove {names[1]}").click()
        expect(listener.page.locator(".queued__title")).to_have_text([names[0], names[2], *names[3:]])


class TestAnotherDevice:
    def test_goes_on_where_the_first_was(self, visit):
        ana, phone = visit(), visit()
        ana.play_a_release()
        names = titles(ana)
        ana.player.get_by_role("button", name="Next track").click()
        ana.listen_on()
        ana.player.get_by_role("button", name="Pause", exact=True).click()
        ana.page.evaluate("document.querySelector('[data-heard]').currentTime = 7")
        ana.until(lambda: ana.seek_bar.get_attribute("aria-valuenow") == "7", "the position")
        ana.until(lambda: ana.page.evaluate(SAVED_PLACE) == 7000, "the place to be saved")
        phone.email = ana.email
        ana.page.goto("about:blank")
        phone.log_in()
        expect(phone.player).to_be_visible()
        assert phone.playing_title == names[1]
        assert phone.seek_bar.get_attribute("aria-valuenow") == "7"
        assert phone.count(r"POST /player/sessions") == 0
        phone.player.get_by_role("button", name="Play", exact=True).click()
        phone.listen_on()
        assert 7 <= phone.clock < 20

    def test_goes_on_beside_a_track_that_is_offered_no_more(self, visit):
        listener = visit()
        listener.register()
        listener.open(listener.release)
        first, second, *_ = listener.page.locator("[data-track]").evaluate_all("rows => rows.map((row) => row.dataset.track)")
        tracks = [{"track_id": track} for track in ("0" * 22, first, second)]
        save_elsewhere(listener, {"known": 0, "device": "phone", "tracks": tracks, "number": 2})
        listener.page.reload()
        expect(listener.player).to_be_visible()
        listener.player.get_by_role("button", name="Next track").click()
        listener.listen_on()
        listener.until(lambda: listener.page.evaluate(SAVED_BY) != "phone", "the place to be saved")
        assert listener.page.evaluate(SAVED_NUMBER) == 2

    @pytest.mark.parametrize(("choice", "kept"), [("Take that one", "phone"), ("Keep this one", "desk")])
    def test_overwrites_nothing_unseen(self, visit, choice, kept):
        desk, phone = visit(), visit()
        desk.play_a_release()
        names = titles(desk)
        desk.until(lambda: desk.count(SAVED) > 0, "the queue to be saved")
        phone.email = desk.email
        phone.log_in()
        expect(phone.player).to_be_visible()
        phone.open_release()
        choose(phone, names[2], "Add to the queue")
        choose(phone, names[1], "Add to the queue")
        phone.until(lambda: phone.page.evaluate(SAVED_TRACKS) == len(names) + 2, "the phone's queue to be saved")
        show_queue(desk).get_by_role("button", name="Clear what comes next").click()
        expect(desk.player.get_by_text("Your queue was changed on another device.")).to_be_visible()
        desk.listen_on()
        desk.player.get_by_role("button", name=choice).click()
        expect(desk.player.get_by_text("Your queue was changed on another device.")).to_be_hidden()
        theirs, mine = [*names, names[2], names[1]], names[:1]
        expect(desk.page.locator("#player-queue [data-title]")).to_have_text(theirs if kept == "phone" else mine)
        desk.until(lambda: desk.page.evaluate(SAVED_TRACKS) == len(theirs if kept == "phone" else mine), "the choice to be saved")
        desk.page.goto("about:blank")
        phone.open("/queue")
        expect(phone.page.locator("main [data-title]")).to_have_text(theirs if kept == "phone" else mine)


class TestAnotherTab:
    """Here `first` shows a whole release and plays no more, since `second` plays one track of it and has saved that as the queue."""

    @pytest.fixture
    def first(self, visit) -> Listener:
        first = visit()
        first.play_a_release()
        first.until(lambda: first.page.evaluate(SAVED_TRACKS) > 1, "the first queue to be saved")
        return first

    @pytest.fixture
    def second(self, first) -> Listener:
        second = Listener(first.page.context.new_page(), first.url, first.release)
        second.open(second.release)
        expect(second.player).to_be_visible()
        show_queue(second).get_by_role("button", name="Clear what comes next").click()
        second.player.get_by_role("button", name="Play", exact=True).click()
        second.listen_on()
        second.until(lambda: second.page.evaluate(SAVED_TRACKS) == 1, "the second queue to be saved")
        return second

    def test_that_is_seen_and_silent_follows_at_once(self, first):
        other = Listener(first.page.context.new_page(), first.url, first.release)
        other.open("/")
        names = queued(show_queue(other))
        show_queue(first).get_by_role("button", name=f"Remove {names[1]}").click()
        expect(other.page.locator("#player-queue [data-title]")).to_have_text([names[0], *names[2:]])
        first.listen_on()

    def test_that_was_stopped_does_not_say_where_somebody_is(self, first, second):
        before = first.count(POSITION_SAVED)
        first.page.evaluate("document.querySelector('[data-heard]').pause()")
        first.page.evaluate("dispatchEvent(new Event('pagehide'))")
        assert first.page.evaluate(SAVED_TRACKS) == 1
        assert first.count(POSITION_SAVED) == before

    def test_asks_before_it_plays_over_the_other_s(self, first, second):
        names = queued(show_queue(first))
        first.player.get_by_role("button", name="Pause", exact=True).click()
        first.player.get_by_role("button", name="Next track").click()
        expect(first.player.get_by_text("Your queue was changed in another tab.")).to_be_visible()
        assert first.page.evaluate(SAVED_TRACKS) == 1
        first.player.get_by_role("button", name="Keep this one").click()
        first.until(lambda: first.page.evaluate(SAVED_TRACKS) == len(names), "the choice to be saved")

    def test_asks_before_its_changes_replace_the_other_s(self, first, second):
        show_queue(first).locator('[data-edit="remove"]').first.click()
        expect(first.player.get_by_text("Your queue was changed in another tab.")).to_be_visible()
        assert first.page.evaluate(SAVED_TRACKS) == 1
        first.player.get_by_role("button", name="Take that one").click()
        expect(first.page.locator("#player-queue [data-title]")).to_have_count(1)

    def test_asks_after_a_reload_too(self, first, second):
        show_queue(first).locator('[data-edit="remove"]').first.click()
        expect(first.player.get_by_text("Your queue was changed in another tab.")).to_be_visible()
        second.player.get_by_role("button", name="Pause", exact=True).click()
        second.page.goto("about:blank")
        first.page.reload()
        expect(first.player.get_by_text("Your queue was changed in another tab.")).to_be_visible()
        assert first.page.evaluate(SAVED_TRACKS) == 1


def test_a_save_that_is_answered_late_is_not_taken_for_the_next_account_s(visit):
    ana, ben = visit(), visit()
    ben.register()
    ana.play_a_release()
    held: list[Route] = []
    ana.page.route("**/player/queue", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    show_queue(ana).get_by_role("button", name="Clear what comes next").click()
    ana.until(lambda: bool(held), "the queue to be saved")
    ana.page.context.add_cookies(ben.page.context.cookies())
    ana.go("Releases")
    expect(ana.page.get_by_title(ben.email)).to_be_visible()
    expect(ana.player).to_be_hidden()
    with ana.page.expect_response("**/player/queue"):
        held[0].fulfill(json={"revision": 7})
    kept = "new Promise((resolve) => setTimeout(() => resolve(JSON.stringify(localStorage))))"
    assert r"revision\":7" not in ana.page.evaluate(kept)


def titles_without_scripts(listener: Listener) -> list[str]:
    return [row.get_attribute("data-title") or "" for row in listener.page.locator("[data-track]").all()]


class TestWhatIsSaid:
    def test_lies_above_the_player_and_goes_by_a_press(self, playing):
        add_to_the_end(playing, playing.page.locator('.release__head [data-enqueue="end"]'))
        said = playing.page.locator("#said")
        expect(said).to_be_visible()
        assert bottom_of(said) <= top_of(playing.player)
        said.locator("p").click()
        expect(said).to_be_hidden()

    def test_does_not_lie_over_what_was_pressed(self, playing):
        page, said = playing.page, playing.page.locator("#said")
        row = page.locator("[data-track]").nth(1)
        width, height = page.viewport_size["width"], page.viewport_size["height"]
        page.set_viewport_size({"width": width, "height": int(bottom_of(row) + height - top_of(playing.player)) + 16})
        add_to_the_end(playing, row.locator('[data-enqueue="end"]'))
        assert bottom_of(said) <= top_of(row)
        add_to_the_end(playing, playing.page.locator('.release__head [data-enqueue="end"]'))
        assert top_of(said) < bottom_of(row)
        assert bottom_of(said) > top_of(row)


def add_to_the_end(listener: Listener, button: Locator) -> None:
    """By a button of a menu that nobody looks for: the page stays where it is."""
    for event in ("pointerdown", "click"):
        button.dispatch_event(event)
    expect(listener.page.locator("#said")).to_contain_text("added to the queue")


def top_of(place: Locator) -> float:
    box = place.bounding_box()
    assert box
    return box["y"]


def bottom_of(place: Locator) -> float:
    box = place.bounding_box()
    assert box
    return box["y"] + box["height"]
