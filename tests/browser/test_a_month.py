"""After a month: a listener finds charts and stations, staff sign a statement, a partner sees one label's alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from apps.console.demo.house import PASSWORD
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.listener import Listener
from tests.live import LiveService, after_a_month

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[LiveService, str]]:
    with after_a_month() as left:
        yield left


@pytest.fixture(scope="module")
def month(demo: tuple[LiveService, str]) -> LiveService:
    return demo[0]


@pytest.fixture
def enter(chromium: Browser, month: LiveService) -> Iterator[Callable[..., Listener]]:
    """Each call is another browser in which somebody is logged in; none of them may have seen an error by the end."""
    people: list[Listener] = []

    def make(name: str, viewport: dict[str, int] = DESKTOP) -> Listener:
        page = chromium.new_context(viewport=viewport, reduced_motion="reduce").new_page()
        someone = Listener(page, month.url, "", f"{name}@example.com", PASSWORD)
        someone.log_in()
        people.append(someone)
        return someone

    yield make
    for someone in people:
        someone.page.context.close()
    assert [error for someone in people for error in someone.errors] == []


class TestTheMonth:
    def test_comes_out_right_to_the_penny(self, demo: tuple[LiveService, str]):
        """The last week is left for others to sign."""
        told = demo[1]
        assert "WRONG" not in told
        assert told.count("difference 0") == 10
        assert "20 statements sent; files at the labels' equal to the stored ones: 40 of 40 ok" in told


class TestAListener:
    @pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
    def test_follows_a_track_through_the_chart(self, enter, viewport):
        ana = enter("ana", viewport)
        ana.go("Charts")
        ana.page.get_by_role("link", name="UK singles").first.click()
        expect(ana.page.get_by_role("heading", level=1)).to_contain_text("UK singles")
        rows = ana.page.get_by_role("row")
        expect(rows.filter(has_text=re.compile(r"Up \d+ place"))).not_to_have_count(0)
        expect(rows.filter(has_text=re.compile(r"Down \d+ place"))).not_to_have_count(0)
        rows.filter(has_text="5 weeks").first.get_by_role("link", name=re.compile("5 weeks")).last.click()
        expect(ana.page.get_by_role("img", name=re.compile("Positions of .+ from 2 January 2026"))).to_be_visible()
        expect(ana.page.get_by_role("row")).to_have_count(1 + 5)

    def test_hears_from_a_station_what_a_like_and_two_skips_have_done(self, enter):
        ben = enter("ben")
        ben.go("Releases")
        ben.page.get_by_role("link", name="Slow Signals").first.click()
        ben.page.get_by_role("button", name="Start a station", exact=True).first.click()
        ben.page.wait_for_selector("[data-station]")
        ben.page.locator("[data-station-play]").click()
        ben.listen_on()
        on_air, shown = ben.page.locator('[data-air="title"]'), list[str]()
        for _ in range(2):
            ben.until(lambda: on_air.inner_text() not in shown, "another track on air")
            shown.append(on_air.inner_text())
            ben.page.get_by_role("button", name="Skip", exact=True).click()
        ben.until(lambda: on_air.inner_text() not in shown, "another track on air")
        liked = on_air.inner_text()
        ben.page.get_by_role("button", name="Like", exact=True).click()
        expect(ben.page.get_by_role("button", name="Like", exact=True)).to_have_attribute("aria-pressed", "true")
        ben.page.get_by_role("button", name="New tracks").click()
        expect(ben.page.locator("[data-batch]")).to_contain_text(f"Because you liked “{liked}”")
        titles = ben.page.locator("[data-batch] .track__title").all_inner_texts()
        assert titles
        assert not set(shown) & set(titles)


class TestAStatement:
    def test_is_signed_by_two_and_seen_by_its_label_alone(self, enter):
        stella, stan = enter("stella.staff"), enter("stan.staff")
        for staff, button in ((stella, "It is right"), (stan, "Approve and send")):
            staff.go("Reports")
            staff.page.get_by_role("link", name=re.compile("30 January")).first.click()
            expect(staff.page.get_by_role("main")).to_contain_text("£0.00")
            staff.page.get_by_role("link", name="Moonpool").first.click()
            staff.page.get_by_role("button", name=button).click()
        expect(stan.page.get_by_role("main")).to_contain_text("Stan Staff")
        number = stan.page.url.rpartition("/")[2]
        partner, other = enter("moonpool.partner", PHONE), enter("saltmarsh.partner")
        for someone, sees in ((partner, True), (other, False)):
            someone.go("Statements")
            expect(someone.page.get_by_role("heading", level=1)).to_have_text("Statements")
            assert (number in someone.page.get_by_role("main").inner_text()) is sees
        answer = other.page.goto(f"{other.url}/partner/statements/{number}")
        assert answer is not None
        assert answer.status == 404
