"""Series on their shelves, and the home page as staff arrange it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from apps.core.client.recent import SECONDS as KEPT_SECONDS
from tests.browser.conftest import PHONE
from tests.browser.listener import Listener
from tests.factories.audio import make_audio
from tests.live import LiveService

SERIES, VOLUMES, ARTISTS = "Night Trains", (1, 2, 3), ("Ada", "Cem")
ONCE = "Nothing is arranged yet"


@pytest.fixture(scope="module")
def series(live_service: LiveService, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Three compilations of two short tracks each."""
    folder: Path = tmp_path_factory.mktemp("series")
    for volume in VOLUMES:
        for number, artist in enumerate(ARTISTS, start=1):
            tags = {
                "title": f"Train {volume}.{number}", "artist": artist, "albumartist": "Various Artists",
                "album": f"{SERIES}, Vol. {volume}", "tracknumber": str(number),
            }  # fmt: skip
            make_audio(folder / f"{volume}-{number}.flac", frequency=200.0 * volume + number, tags=tags)
    live_service.celesta("import", str(folder))
    return SERIES


class TestASeries:
    def test_opens_volume_after_volume(self, listener, series):
        listener.go("Series")
        shelf = listener.page.get_by_role("list", name=f"{series}, the newest first")
        assert [title.partition("Vol.")[2].strip() for title in shelf.locator(".spine__title").all_inner_texts()] == ["3", "2", "1"]
        listener.page.get_by_role("link", name=f"All of {series}: 3 volumes").click()
        expect(listener.page).to_have_title(f"{series} · Celesta")
        assert listener.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        listener.page.locator(".volume__link").nth(1).press("Enter")
        expect(listener.page.get_by_role("heading", level=1)).to_have_text(f"{series}, Vol. 2")
        expect(listener.page.get_by_role("link", name=f"Volume 2 of {series}")).to_be_visible()


class TestTheHomePage:
    @pytest.fixture
    def clerk(self, visit, live_service) -> Iterator[Listener]:
        """Somebody of the staff, who takes away again what they have arranged."""
        someone: Listener = visit()
        someone.register()
        live_service.celesta("users", "roles", someone.email, "staff")
        known = time.monotonic() + KEPT_SECONDS
        someone.until(lambda: time.monotonic() > known, "each of the house's processes to ask for the account again")
        someone.open("/")
        yield someone
        someone.go("Shelves")
        while not someone.page.get_by_text(ONCE).is_visible():
            someone.page.locator(".arranged__title").first.click()
            someone.page.get_by_role("button", name="Remove the shelf").click()
            someone.page.get_by_role("link", name="New shelf").wait_for()

    @pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
    def test_shows_the_shelf_that_staff_have_made(self, clerk, visit, series, release, viewport):
        clerk.go("Shelves")
        clerk.page.get_by_role("link", name="New shelf").click()
        clerk.page.get_by_label("Title").fill("Heard by candlelight")
        clerk.page.get_by_label("What stands on it").select_option("feature")
        clerk.page.get_by_label("Items").fill(f"{clerk.url}{release} | All of it in one evening.")
        clerk.page.get_by_role("button", name="Save").click()
        expect(clerk.page.get_by_role("link", name="Heard by candlelight")).to_be_visible()
        visitor = visit(viewport) if viewport else visit()
        lead = visitor.page.locator(".lead")
        visitor.open("/")
        visitor.until(lambda: "Heard by candlelight" in lead.inner_text() or visitor.open("/"), "the new home page")
        expect(lead).to_contain_text("All of it in one evening.")
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        lead.get_by_role("link", name="Open the").click()
        assert visitor.page.url.endswith(release) or visitor.page.wait_for_url(f"**{release}") is None
