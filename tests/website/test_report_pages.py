"""Reports for staff, statements for partners, and nobody else's for anybody."""

from __future__ import annotations

import hashlib

import pytest

from apps.core.contract.actions import Role
from apps.core.contract.labels import AssignPartner
from apps.core.contract.reporting import RecordStatementFiles, ReportFile, StatementFiles, UsageTotal
from ports.container import Container
from ports.storage.interface import Storage
from tests.factories.reporting import FIRST_WEEK

MOON, SUN = "2026-000001", "2026-000002"
CONTENT = b"statement\r\n"


@pytest.fixture
def enter(visit, person, clock):
    """A browser in which somebody with these roles is logged in."""

    def enter(name: str, *roles: Role):
        person(name, *roles)
        someone = visit()
        someone.log_in(email=f"{name.lower()}@example.com")
        return someone

    return enter


@pytest.fixture
def week(ana, reports, catalogue, values, tmp_path):
    """The first week, reported: one play each of the labels Moon & Co and Sun."""
    catalogue.deliver([file for name in ("Moon & Co", "Sun") for file in catalogue.files(name, ["One"], label=name)])
    reports.agree("Moon & Co", 60)
    reports.agree("Sun", 70)
    reports.buy(ana)
    reports.later(2026, 3, 6, 3)
    reports.days_are_exported()
    claim = reports.claim()
    reports.open(claim)
    totals = tuple(UsageTotal(reports.label(name), "GB", 3, 2, 1) for name in ("Moon & Co", "Sun"))
    orders = reports.record(claim, *totals)
    (tmp_path / "file").write_bytes(CONTENT)
    Container(values).get(Storage).put("statements/a.csv", tmp_path / "file", "text/csv")
    file = ReportFile("a.csv", "statements/a.csv", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    files = tuple(StatementFiles(order.number, (file,)) for order in orders)
    reports.worker.send(RecordStatementFiles(claim.job_id, claim.lease, files))


class TestStaff:
    def test_see_the_week_reconciled_and_approve_what_another_has_checked(self, enter, week):
        stella, stan = enter("Stella", Role.STAFF), enter("Stan", Role.STAFF)
        assert f"/reports/{FIRST_WEEK}" in stella.get("/reports").text
        page = stella.get(f"/reports/{FIRST_WEEK}").text
        assert "27 February to 5 March 2026" in page
        assert "<td>£4.16</td><td>£3.70</td><td>£0.46</td><td>£0.00</td><td><strong>£0.00</strong></td>" in page
        assert "Moon &amp; Co" in page
        assert "2 plays" in page
        path = f"/reports/statements/{MOON}"
        with stella.get(f"{path}/a.csv") as got:
            assert got.data == CONTENT
        assert stella.submit(path, f"{path}/check").location == path
        refused = stella.submit(path, f"{path}/approve")
        assert (refused.status_code, "Somebody else has to approve it" in refused.text) == (403, True)
        assert stan.submit(path, f"{path}/approve").location == path
        page = stan.get(path).text
        assert "Stella" in page
        assert "Stan" in page
        assert "Being sent" in page

    def test_read_of_a_week_that_is_not_reported(self, enter):
        stella = enter("Stella", Role.STAFF)
        assert "No week is reported yet" in stella.get("/reports").text
        assert stella.get("/reports/2026-03-06").status_code == 404

    def test_agree_contracts(self, enter, catalogue, reports):
        catalogue.deliver(catalogue.files("Moon", ["One"], label="Moon"))
        stella, path = enter("Stella", Role.STAFF), "/reports/contracts"
        assert "No label has a contract yet" in stella.get(path).text
        told = {
            "label": "moon",
            "share": "62.5",
            "territory": "WW",
            "starts_on": FIRST_WEEK,
            "least_seconds": "30",
            "least_evidence": "session",
        }
        assert stella.submit(path, **told).status_code == 303
        page = stella.get(path).text
        assert "62.5 %" in page
        assert "Everywhere, from 27 February 2026" in page
        assert stella.submit(path, **told | {"share": "2/3", "territory": "GB", "ends_on": "2026-03-13"}).status_code == 303
        page = stella.get(path).text
        assert "66.6667 %" in page
        assert "GB, from 27 February 2026 until 13 March 2026" in page
        for wrong in (
            {"share": "101"},
            {"share": "x"},
            {"share": "1/0"},
            {"starts_on": "soon"},
            {"territory": "Gb"},
            {"starts_on": "2026-03-07"},
        ):
            assert stella.submit(path, **told | wrong).status_code == 422
        assert stella.submit(path, **told | {"label": "Nobody"}).status_code == 404

    def test_alone_may(self, enter, guest):
        petra = enter("Petra", Role.PARTNER)
        for path in ("/reports", f"/reports/{FIRST_WEEK}", "/reports/contracts", f"/reports/statements/{MOON}/a.csv"):
            assert guest.get(path).status_code == 303
            assert petra.get(path).status_code in {403, 404}


class TestPartners:
    @pytest.fixture
    def petra(self, enter, week, administrator, reports, staff, person):
        """Moon's; its statement and Sun's are approved."""
        stan = person("Stan", Role.STAFF)
        for number in (MOON, SUN):
            reports.approve(number, staff, stan)
        petra = enter("Petra", Role.PARTNER)
        administrator.send(AssignPartner("petra@example.com", (reports.label("Moon & Co"),)))
        return petra

    def test_see_and_download_their_own(self, petra):
        listed = petra.get("/partner/statements").text
        assert (MOON in listed, SUN in listed, "Statements" in listed, 'href="/reports' in listed) == (True, False, True, False)
        assert "£0.14" in petra.get(f"/partner/statements/{MOON}").text
        with petra.get(f"/partner/statements/{MOON}/a.csv") as got:
            assert (got.data, got.mimetype) == (CONTENT, "text/csv")
            assert got.headers["Content-Disposition"] == "attachment; filename=a.csv"

    def test_read_it_in_their_language(self, petra):
        petra.submit("/language", language="de")
        page = petra.get(f"/partner/statements/{MOON}").text
        assert "Fällig in GBP" in page
        assert "0,14\N{NO-BREAK SPACE}£" in page
        assert "27. Februar bis 5. März 2026" in page

    def test_find_nothing_else(self, petra):
        for path in (SUN, f"{SUN}/a.csv", f"{MOON}/other.csv", "2026-999999"):
            assert petra.get(f"/partner/statements/{path}").status_code == 404

    def test_are_told_when_a_file_cannot_be_read(self, petra, values):
        Container(values).get(Storage).delete("statements/a.csv")
        assert petra.get(f"/partner/statements/{MOON}/a.csv").status_code == 503

    def test_listeners_are_not(self, listener, guest):
        assert listener.get("/partner/statements").status_code == 403
        assert guest.get("/partner/statements").status_code == 303
