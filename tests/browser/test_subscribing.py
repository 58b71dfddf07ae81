"""A listener's whole way: previews, a plan, a failed payment and its way out, the end, and previews again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from ports.clock.stepped import SteppedClock
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.listener import Listener
from tests.live import LiveService, embedded

pytestmark = pytest.mark.browser
MONTH = 31 * 86_400
PREVIEW_SECONDS = 30


@pytest.fixture(scope="module")
def service() -> Iterator[LiveService]:
    """Music for subscribers only, and a clock that stands until somebody moves it."""
    with embedded("--for-subscribers", CLOCK="stepped") as service:
        yield service


@pytest.fixture
def clock(service) -> SteppedClock:
    return SteppedClock(Path(service.environment["CELESTA_HOME"], "clock"))


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def ana(request, chromium, service) -> Iterator[Listener]:
    page = chromium.new_context(viewport=request.param, reduced_motion="reduce").new_page()
    someone = Listener(page, service.url, longest_release(service))
    someone.register_by_hand()
    yield someone
    page.context.close()
    assert someone.errors == []


def longest_release(service: LiveService) -> str:
    def tracks(path: str) -> int:
        with urlopen(service.url + path) as page:
            return page.read().count(b'class="track__number"')

    return max(service.releases(), key=tracks)


def press(ana: Listener, name: str | re.Pattern[str]) -> None:
    ana.page.locator("main").get_by_role("button", name=name).click()


def follow(ana: Listener, name: str | re.Pattern[str]) -> None:
    ana.page.locator("main").get_by_role("link", name=name).click()


def read(ana: Listener) -> str:
    return ana.page.locator("main").inner_text()


def length(ana: Listener) -> int:
    """Seconds of what the player says it plays."""
    shown = ana.page.locator('[data-part="length"]')
    ana.until(lambda: bool(shown.text_content()), "a length")
    minutes, _, seconds = (shown.text_content() or "").partition(":")
    return int(minutes) * 60 + int(seconds)


def play(ana: Listener) -> None:
    ana.open(ana.release)
    ana.play_longest()
    ana.listen_on()


def test_from_previews_to_a_plan_and_back(ana, clock):
    play(ana)
    assert length(ana) <= PREVIEW_SECONDS
    assert ana.page.locator('[data-part="preview"]').is_visible()

    follow(ana, "Look at the plans")
    follow(ana, "Choose Monthly")
    expect(ana.page.locator("main")).to_contain_text("VAT included")
    ana.listen_on()
    press(ana, "Subscribe and pay £4.99")
    expect(ana.page.locator("body")).to_contain_text("No money moves here")
    press(ana, "Pay with a card that is declined")
    assert "nothing was paid" in read(ana)
    press(ana, "Pay with a card that works")
    ana.page.wait_for_url("**/subscription?begun=*")
    assert "Monthly” has begun" in read(ana)

    play(ana)
    assert length(ana) > PREVIEW_SECONDS
    assert not ana.page.locator('[data-part="preview"]').is_visible()

    ana.open("/subscription")
    press(ana, "Change the card")
    press(ana, "Use a card that is declined from now on")
    press(ana, "A month passes")
    follow(ana, re.compile("Go back to"))
    ana.open("/subscription")
    ana.until(lambda: ana.page.reload() is not None and "did not go through" in read(ana), "the failed payment")
    assert "You hear everything in full until" in read(ana)

    press(ana, "Pay now, or change the card")
    press(ana, "Use a card that works from now on")
    press(ana, re.compile("Pay the open invoice"))
    follow(ana, re.compile("Go back to"))
    ana.page.wait_for_url("**/subscription")
    assert "Next payment" in read(ana) and "did not go through" not in read(ana)

    follow(ana, "Cancel subscription")
    press(ana, "Cancel it")
    ana.page.wait_for_url("**/subscription")
    expect(ana.page.locator("main")).to_contain_text("Ends")
    play(ana)
    assert length(ana) > PREVIEW_SECONDS

    clock.advance(MONTH)
    play(ana)
    assert length(ana) <= PREVIEW_SECONDS
    ana.open("/subscription")
    assert "You have no plan at the moment" in read(ana)
    assert ana.page.locator(".payment").count() == 2
