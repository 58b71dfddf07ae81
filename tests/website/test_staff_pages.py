"""Deliveries: for staff, and nobody else."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.ids import new_id
from apps.core.contract.intake import CompleteDelivery, FoundFile, OpenDelivery, RecordFiles
from apps.core.contract.jobs import FailJob
from apps.core.database import db
from apps.core.outbox import OutboxRow
from apps.website.app import create_website
from ports.payments.interface import Payments
from tests.website.visitor import Visitor


@pytest.fixture
def shop(core_app):
    return core_app.extensions["container"].get(Payments).shop


def subscribe(visitor: Visitor, shop) -> None:
    paying = visitor.submit("/plans/monthly")
    shop.pay(urlsplit(paying.location).path.rpartition("/")[2])
    visitor.get("/subscription/confirm?checkout=1")


@pytest.fixture
def delivery_id(operator, catalogue):
    made = operator.send(OpenDelivery("/music/new"))
    operator.send(
        RecordFiles(made, (*catalogue.files("Blue Garden", ["One", "Two"]), FoundFile("cover.exe", 10, 1, None, "This is not music.")))
    )
    operator.send(CompleteDelivery(made))
    return made


@pytest.fixture
def given_up(delivery_id, catalogue):
    (job_id,) = catalogue.waiting("receive")
    claim = catalogue.claim(job_id)
    catalogue.worker.send(FailJob(job_id, claim.lease, "The disk is broken."))
    return job_id


class TestJobs:
    def test_that_were_given_up_say_why_and_are_tried_again(self, clerk, given_up, catalogue):
        page = clerk.get("/jobs").text
        assert "Take in a release" in page
        assert "The disk is broken." in page
        assert clerk.submit("/jobs", action=f"/jobs/{given_up}/replay").status_code == 303
        assert catalogue.waiting("receive") == [given_up]
        assert "Nothing was given up" in clerk.get("/jobs").text

    def test_are_not_for_listeners(self, listener, given_up):
        assert listener.get("/jobs").status_code == 403

    def test_are_shown_beside_events_of_which_nobody_was_told(self, clerk, delivery_id, core_app, clock):
        with core_app.app_context(), db.engine.begin() as connection:
            connection.execute(update(OutboxRow).where(OutboxRow.event == "JobReady").values(published_at=None, event="FromTomorrow"))
        clock.advance(60)
        page = clerk.get("/jobs").text
        assert "FromTomorrow" in page
        assert "This release knows no such event" in page


class TestDeliveries:
    def test_are_listed_with_how_far_they_are(self, clerk, delivery_id):
        page = clerk.get("/deliveries").text
        assert "/music/new" in page
        assert f"/deliveries/{delivery_id}" in page
        assert "1 refused" in page

    def test_one_names_its_refusals_and_why(self, clerk, delivery_id):
        page = clerk.get(f"/deliveries/{delivery_id}").text
        assert "cover.exe" in page
        assert "This is not music." in page

    def test_one_in_progress_shows_how_much_is_done(self, clerk, delivery_id, catalogue):
        assert "0 of 1 release written" in clerk.get(f"/deliveries/{delivery_id}").text
        for job in catalogue.waiting("receive"):
            catalogue.receive(job)
        catalogue.transcode(catalogue.waiting("transcode")[0])
        assert "1 of 2 recordings prepared" in clerk.get(f"/deliveries/{delivery_id}").text
        catalogue.transcode_all()
        assert "Finished" in clerk.get(f"/deliveries/{delivery_id}").text

    def test_none_says_how_to_begin(self, clerk):
        assert "./celesta import PATH" in clerk.get("/deliveries").text

    def test_an_unknown_one_is_not_found(self, clerk):
        assert clerk.get(f"/deliveries/{new_id()}").status_code == 404

    @pytest.mark.parametrize("path", ["/deliveries", f"/deliveries/{'0' * 22}"])
    def test_are_not_for_listeners(self, listener, path):
        assert listener.get(path).status_code == 403

    def test_are_not_for_visitors(self, guest):
        assert guest.get("/deliveries").location == "/log-in?next=%2Fdeliveries"

    def test_link_to_flower_where_it_is(self, values, core_app, clerk):
        website = create_website({**values, "FLOWER_URL": "http://127.0.0.1:5555"}, core_app)
        someone = Visitor(website.test_client())
        someone.log_in(email="stella@example.com")
        assert 'href="http://127.0.0.1:5555"' in someone.get("/deliveries").text
        assert "Flower" not in clerk.get("/deliveries").text


class TestNavigation:
    def test_shows_what_each_may_open(self, guest, listener, clerk):
        assert _entries(guest) == ["Home", "Search", "Releases", "Series", "Genres", "Charts", "Language", "Log in"]
        music = ["Home", "Search", "Releases", "Library", "Series", "Genres", "Charts", "Stations"]
        assert _entries(listener) == [*music, "Account", "Language"]
        assert _entries(clerk) == [
            *music,
            "Account",
            "Language",
            "Shelves",
            "Catalogue",
            "Deliveries",
            "Jobs",
            "Ledger",
            "Reports",
            "Ports",
            "Costs",
        ]

    def test_of_a_phone_leads_to_all_that_is_no_tab_by_one_button(self, listener):
        tabs, _, others = listener.get("/series").text.partition("<nav")[2].partition("</nav>")[0].partition("<button")
        assert [word for word in ("Home", "Search", "Releases", "Library") if f"<span>{word}</span>" in tabs] == [
            "Home",
            "Search",
            "Releases",
            "Library",
        ]
        assert 'popovertarget="more-entries" aria-current="true"' in others.partition("</button>")[0]
        assert "<span>Series</span>" in others
        assert 'popovertarget="more-entries">' in listener.get("/releases").text

    def test_marks_where_one_is(self, listener, catalogue):
        release = listener.get(f"/releases/{catalogue.release()}").text
        assert release.count('aria-current="page"') == 1
        assert '/releases" aria-current' in release

    def test_marks_where_one_would_look_for_what_has_no_entry(self, listener, catalogue, visitor):
        release = visitor.send(GetRelease(catalogue.release(genre="Folk")))
        of = {
            f"/artists/{release.credits[0].artist_id}": "/releases", f"/tracks/{release.tracks[0].id}": "/releases",
            "/genres/folk": "/genres", "/account/devices": "/account", "/subscription": "/account", "/plans": "/account",
        }  # fmt: skip
        for path, entry in of.items():
            page = listener.get(path).text
            assert re.findall(r'href="([^"]+)" aria-current="page"', page) == [entry], path


def _entries(visitor) -> list[str]:
    nav = visitor.get("/").text.partition("<nav")[2].partition("</nav>")[0]
    return [part.partition("<span>")[2].partition("</span>")[0] for part in nav.split('<a class="entry"')[1:]]


class TestTheLedger:
    def test_shows_both_sides_of_everything_and_that_they_are_equal(self, clerk, listener, shop):
        assert "Nobody has paid anything yet" in clerk.get("/ledger").text
        subscribe(listener, shop)
        page = clerk.get("/ledger").text
        rows = [(account, debit, credit) for account, debit, credit in re.findall(r'row">([^<]+)</th><td>([^<]+)</td><td>([^<]+)<', page)]
        assert rows == [
            ("revenue", "£0.00", "£4.16"), ("shop:card", "£4.99", "£0.00"), ("tax:GB", "£0.00", "£0.83"), ("Together", "£4.99", "£4.99"),
        ]  # fmt: skip

    def test_is_for_staff(self, listener, guest):
        assert listener.get("/ledger").status_code == 403
        assert guest.get("/ledger").status_code == 303


class TestPorts:
    def test_show_what_is_chosen_by_which_variable_and_that_it_answers(self, clerk):
        page = clerk.get("/staff/ports").text
        assert "Every service answers." in page
        website, core = _tables(page)
        assert ("Clock", "CLOCK=stepped", "a fake", "Answers") in website
        assert ("Tokens", "TOKENS=memory", "", "Answers") in website
        assert ("Storage", "STORAGE=filesystem", "", "Answers") in core
        assert "Storage" not in {row[0] for row in website}

    def test_say_what_to_do_where_one_fails(self, clerk, tmp_path):
        (tmp_path / "home/storage/.incoming").rmdir()
        page = clerk.get("/staff/ports").text
        assert "1 service does not answer" in page
        assert ("Storage", "STORAGE=filesystem", "", "Fails") in _tables(page)[1]
        assert f"{tmp_path}/home/storage/.incoming cannot be written to: give this user the folder." in page

    def test_tell_where_secrets_are_and_never_a_value(self, clerk, values):
        page = clerk.get("/staff/ports").text
        assert "the environment variable SESSION_KEY" in page
        assert "the environment variable OFFLINE_KEY" in page
        assert not [name for name, value in values.items() if name.endswith(("_KEY", "_URL")) and value in page]

    def test_are_for_staff(self, listener, guest):
        assert listener.get("/staff/ports").status_code == 403
        assert guest.get("/staff/ports").location == "/log-in?next=%2Fstaff%2Fports"


ROW = re.compile(r'row">([^<]+)</th><td><code>([^/]+)</code>(?: <strong[^>]*>(a fake)</strong>)?</td><td>(?:<strong.*?</svg>)?(\w+)')


def _tables(page: str) -> list[set[tuple[str, ...]]]:
    """The rows of the website's table and of Core's."""
    return [set(ROW.findall(section.replace("<wbr>", ""))) for section in page.split("<section>")[1:]]
