"""Sending statements: the very bytes that were approved, once, whatever happens on the way."""

from __future__ import annotations

import hashlib

import pytest

from apps.core.contract.actions import Role
from apps.core.contract.jobs import LEASE_SECONDS, DispatchWork, JobStatus, ListJobs
from apps.core.contract.reporting import GetStatement, RecordDispatch, RecordStatementFiles, ReportFile, StatementFiles, Status
from ports.environment import BootError
from tasks.dispatch import send_statement
from tasks.leases import do_job
from tasks.office import Office
from tests.sftp_server import sftp

NUMBER = "2026-000001"
CONTENT = b"net\r\n12.34\r\n"


@pytest.fixture
def approved(reports, catalogue, storage, staff, person, tmp_path):
    """A statement whose file is in storage, approved by two; the id of the job to send it."""
    catalogue.deliver(catalogue.files("Moon", ["One"], label="Moon"))
    reports.agree("Moon")
    reports.later(2026, 3, 6, 3)
    reports.days_are_exported()
    claim = reports.claim()
    reports.open(claim)
    (order,) = reports.record(claim)
    (tmp_path / "written").write_bytes(CONTENT)
    storage.put("statements/a.csv", tmp_path / "written", "text/csv")
    file = ReportFile("a.csv", "statements/a.csv", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    reports.worker.send(RecordStatementFiles(claim.job_id, claim.lease, (StatementFiles(order.number, (file,)),)))
    reports.approve(order.number, staff, person("Stan", Role.STAFF))
    return catalogue.waiting("dispatch")[0]


@pytest.fixture
def server(tmp_path, values):
    with sftp(tmp_path / "partner") as server:
        values.update(server.settings(), REPORT_DISPATCH="sftp")
        yield server


@pytest.fixture
def statement(operator):
    return lambda: operator.send(GetStatement(NUMBER))


class TestDispatch:
    def test_sends_what_was_approved_and_says_where_it_lies(self, server, approved, office, statement):
        do_job(office, approved, DispatchWork, send_statement)
        detail = statement()
        path = f"{detail.statement.label.id}/{NUMBER}/a.csv"
        assert server.files() == {path: CONTENT}
        assert (detail.statement.status, detail.places) == (Status.DISPATCHED, (f"sftp://127.0.0.1/{path}",))

    def test_killed_between_upload_and_record_arrives_once(self, server, approved, office, statement, reports, operator):
        class Dying:
            """A Core that the worker dies before telling."""

            def __init__(self, core):
                self._core = core

            def send(self, action):
                if isinstance(action, RecordDispatch):
                    raise SystemExit
                return self._core.send(action)

        core, office.core = office.core, Dying(office.core)
        with pytest.raises(SystemExit):
            do_job(office, approved, DispatchWork, send_statement)
        assert (list(server.files().values()), statement().statement.status) == ([CONTENT], Status.APPROVED)
        office.core = core
        reports.clock.advance(LEASE_SECONDS)
        do_job(office, approved, DispatchWork, send_statement)
        assert (list(server.files().values()), statement().statement.status) == ([CONTENT], Status.DISPATCHED)

    def test_cut_short_is_tried_again(self, server, approved, office, statement, operator):
        server.cuts_after = 0
        do_job(office, approved, DispatchWork, send_statement)
        (job,) = [one for one in operator.send(ListJobs()).items if one.kind == "dispatch"]
        assert (job.status, job.attempts, statement().statement.status) == (JobStatus.WAITING, 0, Status.APPROVED)
        do_job(office, approved, DispatchWork, send_statement)
        assert list(server.files().values()) == [CONTENT]

    @pytest.mark.parametrize("damage", [b"net\r\n99.99\r\n", None], ids=["altered", "gone"])
    def test_sends_nothing_that_is_not_what_was_approved(self, server, approved, office, storage, tmp_path, operator, damage):
        storage.delete("statements/a.csv")
        if damage:
            (tmp_path / "altered").write_bytes(damage)
            storage.put("statements/a.csv", tmp_path / "altered", "text/csv")
        do_job(office, approved, DispatchWork, send_statement)
        (job,) = [one for one in operator.send(ListJobs()).items if one.kind == "dispatch"]
        assert (server.files(), job.status, "statements/a.csv" in job.reason) == ({}, JobStatus.WAITING, True)


class TestWhoReports:
    def test_is_named_by_the_brand_and_its_party_identifier(self, values, core_app):
        office = Office({**values, "BRAND_NAME": "Moonshine", "REPORT_PARTY_ID": "PADPIDA2026X"}, core_app)
        assert (office.sender.name, office.sender.party_id) == ("Moonshine", "PADPIDA2026X")

    @pytest.mark.parametrize(("name", "value"), [("REPORT_PARTY_ID", "P-26"), ("BRAND_NAME", "x" * 81)])
    def test_stops_the_worker_where_it_makes_no_sense(self, values, core_app, name, value):
        with pytest.raises(BootError, match=name):
            Office({**values, name: value}, core_app)
