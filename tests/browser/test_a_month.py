"""After a month: a listener finds charts and stations, staff sign a statement, a partner sees their own; every page is looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from apps.console.demo.house import NOWHERE, PASSWORD, make_environment
from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.database import db
from apps.core.meter import Meter
from apps.website.app import create_website
from apps.website.languages import COOKIE, MIRRORED
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.every_page import Reader, endpoints, furnish, reader, walk
from tests.browser.listener import Listener
from tests.live import LiveService, after_a_month
from tests.untranslated import names_in, untranslated
from tests.website.visitor import Visitor

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


@pytest.fixture(scope="module")
def environment(month: LiveService) -> Mapping[str, str]:
    """For a Core and a website of the test's own, on the same database."""
    return {**make_environment(Path(month.environment["CELESTA_HOME"]), NOWHERE), "WEB_CONCURRENCY": "1"}


@pytest.fixture(scope="module")
def core(environment: Mapping[str, str]) -> Flask:
    return create_core(environment)


@pytest.fixture(scope="module")
def furnished(core: Flask) -> Mapping[str, Sequence[str]]:
    return furnish(core)


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

    def test_plays_what_an_artist_wrote_from_where_it_is_credited(self, enter):
        ana = enter("ana")
        ana.go("Releases")
        ana.page.get_by_role("link", name="Slow Signals").first.click()
        ana.page.get_by_role("link", name="Halcyon Drift", exact=True).first.click()
        wrote = ana.page.locator(".credited")
        wrote.get_by_text("Wrote").click()
        row = wrote.get_by_role("listitem").nth(1)
        title = row.locator(".track__title").inner_text()
        row.get_by_role("button", name="Play", exact=False).last.click()
        ana.listen_on()
        assert ana.playing_title == title


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


PEOPLE = ("", "ana", "stella.staff", "moonpool.partner")
"""A guest, a listener, staff and a partner."""
STYLEGUIDE = "/styleguide"
"""For whoever builds pages, in English."""


@pytest.fixture(scope="module")
def readers(chromium: Browser, month: LiveService, furnished: Mapping[str, Sequence[str]]) -> Iterator[list[Reader]]:
    readers = [reader(chromium, month.url, name, furnished.get(name, ())) for name in PEOPLE]
    yield readers
    for one in readers:
        one.page.context.close()


class TestEveryPage:
    def test_is_found_by_links(self, readers: list[Reader]):
        assert endpoints() - set().union(*(one.pages for one in readers)) == set()

    def test_leaves_nobody_out_in_either_theme(self, readers: list[Reader]):
        """A partner looks at what listeners have no page of."""
        found: dict[str, list[str]] = {}
        guest, ana, stella, partner = readers
        theirs = {endpoint: path for endpoint, path in partner.pages.items() if endpoint not in ana.pages}
        assert theirs
        for one, pages in ((guest, guest.pages), (ana, ana.pages), (stella, stella.pages), (partner, theirs)):
            for path in pages.values():
                for violation in one.violations(path):
                    found.setdefault(violation, []).append(f"{one.name} {path}")
        assert found == {}

    @pytest.mark.parametrize("language", ["de", MIRRORED])
    def test_of_staff_and_partners_holds_long_words_and_runs_from_right_to_left(self, readers: list[Reader], language: str):
        wrong: list[str] = []
        for one in readers:
            if "." in one.name:
                one.page.context.add_cookies([{"name": COOKIE, "value": language, "url": one.url}])
                wrong.extend(f"{one.name} {path} at {width} px" for path in one.pages.values() for width in one.too_narrow_for(path))
                one.page.context.clear_cookies(name=COOKIE)
        assert wrong == []

    def test_says_nothing_that_is_not_translated(self, environment, core, furnished):
        """In the pseudo-language, which marks what is. Why an address makes no sense is told in the decoder's words."""
        website = create_website({**environment, "LANGUAGES": MIRRORED}, core)
        pages: dict[str, str] = {}
        for name in PEOPLE:
            visitor = Visitor(website.test_client())
            if name:
                visitor.log_in(f"{name}@example.com", PASSWORD)

            def read(path: str, visitor: Visitor = visitor, name: str = name) -> str | None:
                answer = visitor.get(path)
                if path != STYLEGUIDE and answer.location is None and answer.status_code != HTTPStatus.UNPROCESSABLE_ENTITY:
                    pages[f"{name} {path}"] = answer.text
                return answer.text if answer.status_code == 200 or path in furnished.get(name, ()) else None

            assert len(walk(read, *furnished.get(name, ()))) > 10
        with core.app_context(), db.engine.connect() as connection:
            names = (website.config["BRAND_NAME"], *names_in(connection))
        left = {path: untranslated(page, names) for path, page in pages.items()}
        assert {path: words for path, words in left.items() if words} == {}

    def test_takes_at_most_two_trips_to_core_and_ten_statements(self, environment, core, furnished, monkeypatch):
        """Beside the account, which is asked for once in five seconds."""
        trips, meter = Trips(monkeypatch), core.extensions["container"].get(Meter)
        website = create_website(environment, core)
        dear: list[str] = []
        for name in PEOPLE:
            visitor = Visitor(website.test_client())
            if name:
                visitor.log_in(f"{name}@example.com", PASSWORD)

            def read(path: str, visitor: Visitor = visitor, name: str = name) -> str | None:
                trips.asked.clear()
                meter.costs.clear()
                answer = visitor.get(path)
                statements = sum(cost.statements for cost in meter.costs.values())
                if len(trips.asked) > 2 or statements > 10:
                    dear.append(f"{name} {path}: {trips.asked}, {statements} statements")
                return answer.text if answer.status_code == 200 or path in furnished.get(name, ()) else None

            assert len(walk(read, *furnished.get(name, ()))) > 10
        assert dear == []


class Trips:
    """What is asked of Core from now on, trip by trip."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        send = InProcessClient.send

        def one(client: InProcessClient, action: Any, *rest: Any) -> Any:
            self.asked.append(type(action).__name__)
            return send(client, action, *rest)

        def many(client: InProcessClient, queries: tuple[Any, ...], actor: Any) -> tuple[Any, ...]:
            self.asked.append(" and ".join(type(query).__name__ for query in queries))
            return tuple(send(client, query, actor) for query in queries)

        monkeypatch.setattr(InProcessClient, "send", one)
        monkeypatch.setattr(InProcessClient, "send_many", many)
