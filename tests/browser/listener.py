"""Somebody with a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import SEE_OTHER
from uuid import uuid4

from playwright.sync_api import ConsoleMessage, Locator, Page, Request

PASSWORD = "correct horse battery"
PATIENCE = 60
"""Seconds until what should happen counts as not happening, on a machine that is busy with other things."""

RECORDER = """
window.born = Math.random();
window.heard = 0;
window.breaks = [];
addEventListener("DOMContentLoaded", () => {
  for (const audio of document.querySelectorAll("audio")) {
    const heard = () => audio.hasAttribute("data-heard");
    let last = null;
    audio.addEventListener("timeupdate", () => {
      if (heard() && last !== null && audio.currentTime > last && audio.currentTime - last < 2) window.heard += audio.currentTime - last;
      last = audio.currentTime;
    });
    audio.addEventListener("pause", () => audio.ended || !heard() || window.breaks.push("pause"));
    for (const name of ["emptied", "error"]) audio.addEventListener(name, () => heard() && window.breaks.push(name));
  }
});
"""
"""What the media element that is heard tells by itself; `born` changes when the whole page is loaded anew."""


NO_FAULTS = ("Failed to load resource", "Service Worker registration blocked by Playwright")
"""What the browser says of a request that was refused, which the page tells by itself; and of what most tests do without."""


@dataclass
class Listener:
    """Acts on the website as a person does and reads what a person could."""

    page: Page
    url: str
    release: str
    """The path of a release with several tracks."""
    email: str = field(default_factory=lambda: f"ana-{uuid4().hex}@example.com")
    password: str = PASSWORD
    errors: list[str] = field(default_factory=list[str])
    calls: list[str] = field(default_factory=list[str])
    """The player's calls, as `POST /player/…`."""

    def __post_init__(self) -> None:
        self.page.add_init_script(RECORDER)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._request)

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def register(self) -> None:
        """Be somebody who has just registered and sees the first page; the form is sent without being shown, which takes a second less."""
        form = self.page.request.get(f"{self.url}/register").text()
        token = form.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
        fields = {"csrf_token": token, "name": "Ana", "email": self.email, "password": self.password}
        # The first page greets once: whoever follows the way there would have been greeted.
        answer = self.page.request.post(f"{self.url}/register", form=fields, max_redirects=0)
        assert answer.status == SEE_OTHER, answer.text()
        self.open("/")

    def register_by_hand(self) -> None:
        self.open("/register")
        self.page.fill("#name", "Ana")
        self.page.fill("#email", self.email)
        self.page.fill("#password", self.password)
        self._enter("Create account")

    def log_in(self) -> None:
        self.open("/log-in")
        self.page.fill("#email", self.email)
        self.page.fill("#password", self.password)
        self._enter("Log in")

    def log_out(self) -> None:
        button = self.page.get_by_role("button", name="Log out")
        button.click()
        button.wait_for(state="hidden")

    def _enter(self, button: str) -> None:
        self.page.locator("main").get_by_role("button", name=button).click()
        self.page.wait_for_url(self.url + "/")

    def go(self, entry: str) -> None:
        """Choose from the navigation."""
        main = self.page.get_by_role("navigation", name="Main")
        link = main.get_by_role("link", name=entry, exact=True)
        main.get_by_role("link", name="Home", exact=True).wait_for()
        if not link.is_visible():
            main.get_by_role("button", name="More", exact=True).click()
        link.click()

    def open_release(self) -> None:
        self.go("Releases")
        self.choose_release()
        self.page.wait_for_selector("[data-tracks]")

    def choose_release(self) -> None:
        """From a page that lists it."""
        self.page.locator(f'.card[href="{self.release}"]').click()

    def play_longest(self) -> str:
        """Play the longest track on this page and return its title."""
        rows = self.page.locator("[data-track]")
        lengths = [_seconds(text) for text in rows.locator(".track__length").all_inner_texts()]
        row = rows.nth(lengths.index(max(lengths)))
        row.locator("[data-play]").click()
        return row.get_attribute("data-title") or ""

    def play_other_than(self, title: str) -> None:
        names = self.page.locator("[data-track]").evaluate_all("rows => rows.map((row) => row.dataset.title)")
        other = next(at for at, name in enumerate(names) if name != title)
        self.page.locator("[data-track]").nth(other).locator("[data-play]").click()

    def play_all(self) -> None:
        self.page.locator('[data-play=""]').click()

    @property
    def player(self) -> Locator:
        return self.page.get_by_label("Player", exact=True)

    @property
    def seek_bar(self) -> Locator:
        return self.page.get_by_role("slider", name="Position")

    def click_seek_bar(self, share: float) -> None:
        """Press on the waveform, at a share of its width from 0 to 1."""
        box = self.seek_bar.bounding_box()
        assert box
        self.page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)

    @property
    def playing_title(self) -> str:
        return self.page.locator('[data-part="title"]').inner_text()

    @property
    def clock(self) -> float:
        return self.page.evaluate("document.querySelector('[data-heard]').currentTime")

    @property
    def heard(self) -> float:
        return self.page.evaluate("window.heard")

    @property
    def is_paused(self) -> bool:
        return self.page.evaluate("document.querySelector('[data-heard]').paused")

    @property
    def breaks(self) -> list[str]:
        return self.page.evaluate("window.breaks")

    def forget_breaks(self) -> None:
        self.page.evaluate("window.breaks = []")

    def play_a_release(self) -> None:
        """Register, and play a whole release from its beginning."""
        self.register()
        self.open_release()
        self.play_all()
        self.listen_on()

    def listen_on(self, seconds: float = 0.3) -> None:
        """Wait until the audio clock has run that much further."""
        before = self.heard
        self.until(lambda: self.heard >= before + seconds, "the audio clock to run")

    def until(self, happened: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < deadline, f"waited in vain for {what}; the player says {self.said!r}, errors {self.errors}"
            self.page.wait_for_timeout(50)

    @property
    def said(self) -> str:
        """What the player tells of a problem."""
        alert = self.player.get_by_role("alert")
        return alert.inner_text() if alert.count() and alert.is_visible() else ""

    def count(self, call: str) -> int:
        return sum(1 for made in self.calls if re.fullmatch(call, made))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(NO_FAULTS):
            self.errors.append(message.text)

    def _request(self, request: Request) -> None:
        path = request.url.removeprefix(self.url)
        if path.startswith("/player/"):
            self.calls.append(f"{request.method} {path}")


def _seconds(text: str) -> int:
    total = 0
    for part in text.split(":"):
        total = total * 60 + int(part)
    return total
