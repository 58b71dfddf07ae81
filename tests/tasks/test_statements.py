"""Weekly statements from plays to files: counted, split to the last penny, written the same however often."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from apps.core.catalogue.models import OwnershipRow
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.exports import AskForExports
from apps.core.contract.jobs import LEASE_SECONDS, JobStatus, ListJobs, StatementsWork
from apps.core.contract.labels import Eligibility
from apps.core.contract.listening import Evidence, Play, RecordPlays
from apps.core.contract.reporting import AskForStatements, Finding, GetRun, GetStatement, ListStatements, StatementDetail
from apps.core.database import db
from ports.storage.interface import Storage
from tasks import exports
from tasks.leases import do_job
from tasks.office import Office
from tasks.statements import write_statements
from tests.factories.reporting import FIRST_WEEK

START = datetime(2026, 3, 5, 12, tzinfo=UTC)
"""A Thursday: the play log begins with it, so one day is all of the first week."""
EVERYTHING = ("tasks.exports.export", "tasks.statements.write", "tasks.dispatch.dispatch")


@pytest.fixture(autouse=True)
def thursday(clock):
    clock.set(START)


@pytest.fixture
def play(visitor):
    """Somebody plays a track of a release, from this moment on, once for each length."""

    def play(who, release_id, *lengths: int, at=START, track: int = 0) -> None:
        track_id = visitor.send(GetRelease(release_id)).tracks[track].id
        plays = [
            Play(f"{at.timestamp():.0f}-{number}-{track_id[-6:]}", track_id, at + timedelta(seconds=number), length)
            for number, length in enumerate(lengths)
        ]
        who.send(RecordPlays(tuple(plays)))

    return play


@pytest.fixture
def report(office, task_queue, do_tasks, reports, operator) -> Callable[..., list[StatementDetail]]:
    """What the back office does by itself: export what has closed, report what is over. The statements of the last week."""

    def report(*moment: int) -> list[StatementDetail]:
        reports.later(*(moment or (2026, 3, 6, 3)))
        office.core.send(AskForExports())
        do_tasks(*EVERYTHING)
        office.core.send(AskForStatements())
        do_tasks(*EVERYTHING)
        items = operator.send(ListStatements(size=100)).items
        return [operator.send(GetStatement(one.number)) for one in reversed(items) if one.week == items[0].week]

    return report


@dataclass
class Storing:
    """A storage before each of whose puts something happens."""

    storage: Storage
    happens: Callable[[str], object]

    def put(self, key: str, source: Path, content_type: str) -> None:
        self.happens(key)
        self.storage.put(key, source, content_type)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.storage, name)


@pytest.fixture
def storing(office):
    """Have something happen before each put; within a block, until its end."""

    def storing(happens: Callable[[str], object]):
        plain, office.storage = office.storage, Storing(office.storage, happens)

        @contextmanager
        def until_the_end():
            try:
                yield
            finally:
                office.storage = plain

        return until_the_end()

    return storing


@pytest.fixture
def job(operator):
    """The last job to write statements."""
    return lambda: next(one for one in operator.send(ListJobs()).items if one.kind == "statements")


@pytest.fixture
def content(office):
    def content(detail: StatementDetail, form: str) -> bytes:
        (file,) = [file for file in detail.files if file.name.endswith(form)]
        with office.storage.open(file.key) as stored:
            read = stored.read()
        assert (len(read), hashlib.sha256(read).hexdigest()) == (file.size, file.sha256)
        return read

    return content


@pytest.fixture
def rows(content) -> Callable[[StatementDetail], Sequence[dict[str, str]]]:
    return lambda detail: list(csv.DictReader(io.StringIO(content(detail, ".csv").decode(), newline="")))


@pytest.fixture
def two_labels(catalogue, reports) -> tuple[str, str]:
    releases = catalogue.release("=Moonlit", tracks=2, label="Moon"), catalogue.release("Sunny", tracks=1, label="Sun")
    reports.agree("Moon", 60)
    reports.agree("Sun", 70)
    return releases


class TestAWeek:
    def test_pays_each_label_its_share_of_what_was_earned(
        self, ana, ben, reports, play, report, rows, content, operator, two_labels, monkeypatch
    ):
        """Of a day of several files."""
        monkeypatch.setattr(exports, "SLICE", 1)
        monkeypatch.setattr(exports, "SLICES", 2)
        moon, sun = two_labels
        reports.buy(ana)
        play(ana, moon, 31_000, 40_000, 29_999)
        play(ana, moon, 60_000, track=1)
        play(ben, sun, 30_000)
        statements = report()
        (reconciled,) = operator.send(GetRun(FIRST_WEEK)).reconciliation
        (pool,) = operator.send(GetRun(FIRST_WEEK)).pools
        assert (reconciled.revenue, reconciled.difference) == (416, 0)
        assert pool.earned == 416 * 12 // (31 * 24)
        assert pool.labels + pool.house == pool.earned
        assert {one.statement.label.name: one.dues[0].amount for one in statements} == {"Moon": 3, "Sun": 1}
        assert [one.statement.number for one in statements] == ["2026-000001", "2026-000002"]
        for one in statements:
            lines = rows(one)
            assert round(sum(100 * float(line["net"]) for line in lines)) == one.dues[0].amount
            assert sum(int(line["units"]) for line in lines) == one.dues[0].eligible
        assert sorted((line["track"], line["plays"], line["units"], line["net"]) for line in rows(statements[0])) == [
            ("'=Moonlit 1", "3", "2", "0.02"), ("'=Moonlit 2", "1", "1", "0.01"),
        ]  # fmt: skip
        assert b"\t=Moonlit 1\t" in content(statements[0], ".tsv")

    def test_written_by_two_workers_at_once_is_written_once(
        self, ana, reports, play, report, two_labels, office, values, core_app, job, content, storing
    ):
        reports.buy(ana)
        play(ana, two_labels[0], 31_000)
        first: list[StatementDetail] = []
        written: list[bytes] = []

        def overtake(key: str) -> None:
            if key.startswith("statements/") and not first:
                first.append(None)
                reports.clock.advance(LEASE_SECONDS)
                do_job(Office(values, core_app), job().id, StatementsWork, write_statements)
                first[:] = [reports.operator.send(GetStatement(f"2026-00000{number}")) for number in (1, 2)]
                written.extend(content(one, form) for one in first for form in (".csv", ".tsv"))

        storing(overtake)
        assert report() == first
        assert (job().status, job().attempts) == (JobStatus.DONE, 2)
        assert [content(one, form) for one in first for form in (".csv", ".tsv")] == written
        assert len(set(written)) == 4

    def test_killed_between_the_money_and_the_files_is_finished_by_the_next(
        self, ana, reports, play, report, two_labels, office, job, operator, storing
    ):
        reports.buy(ana)
        play(ana, two_labels[0], 31_000)

        def die(key: str) -> None:
            if "2026-000002" in key:
                raise SystemExit

        with storing(die), pytest.raises(SystemExit):
            report()
        before = operator.send(ListStatements()).items
        assert [one.written for one in before] == [False, False]
        reports.clock.advance(LEASE_SECONDS)
        do_job(office, job().id, StatementsWork, write_statements)
        after = operator.send(ListStatements()).items
        assert [(one.number, one.totals, one.written) for one in after] == [(one.number, one.totals, True) for one in before]

    def test_splits_a_recording_that_changed_hands_by_the_moment(
        self, ana, ben, reports, play, report, core_app, two_labels, visitor, operator
    ):
        """Moon's goes over to Sun, and Sun's to nobody; a claim in another territory changes nothing here."""
        moon, sun = two_labels
        reports.buy(ana)
        changes = START + timedelta(minutes=30)
        mine, theirs = (visitor.send(GetRelease(one)).tracks[0].recording_id for one in two_labels)
        with core_app.app_context():
            over = OwnershipRow.recording_id.in_([mine, theirs])
            db.session.execute(update(OwnershipRow).where(over).values(ends_at=changes))
            for territory, starts_at in (("WW", changes), ("FR", START)):
                row = {"recording_id": mine, "territory": territory, "label_id": reports.label("Sun"), "starts_at": starts_at}
                db.session.execute(insert(OwnershipRow).values(**row))
            db.session.commit()
        play(ana, moon, 31_000, 31_000, at=changes - timedelta(seconds=2))
        play(ben, moon, 31_000, at=changes)
        play(ben, moon, 31_000, 31_000, 31_000, track=1)
        play(ana, sun, 31_000, 31_000, 31_000, at=changes - timedelta(seconds=1))
        assert {one.statement.label.name: one.dues[0].eligible for one in report()} == {"Moon": 5, "Sun": 1 + 1}
        assert [(one.finding, one.plays) for one in operator.send(GetRun(FIRST_WEEK)).remarks] == [(Finding.NO_OWNER, 2)]

    def test_lets_each_contract_judge_its_own_plays(self, ana, reports, play, report, catalogue, operator):
        releases = [catalogue.release(name, tracks=1, label=name) for name in ("Strict", "Usual", "Nobody", "Proof")]
        reports.buy(ana)
        reports.agree("Strict", eligibility=Eligibility(60_000, Evidence.CLAIMED))
        reports.agree("Strict", 50, territory="FR")
        reports.agree("Usual", eligibility=Eligibility(least_evidence=Evidence.CLAIMED))
        reports.agree("Proof", eligibility=Eligibility(0, Evidence.SESSION))
        for number, release in enumerate(releases):
            play(ana, release, 59_999, 60_000, at=START + timedelta(minutes=number))
        statements = report()
        counted = {one.statement.label.name: one.dues[0].eligible for one in statements if one.dues}
        assert counted == {"Strict": 1, "Usual": 2}
        assert Finding.NO_CONTRACT in {one.finding for one in operator.send(GetRun(FIRST_WEEK)).remarks}

    def test_with_a_day_that_is_damaged_publishes_nothing_and_names_it(
        self, ana, reports, play, report, two_labels, office, operator, job, tmp_path, do_tasks
    ):
        reports.buy(ana)
        play(ana, two_labels[0], 31_000)
        reports.later(2026, 3, 6, 2, 30)
        office.core.send(AskForExports())
        do_tasks(*EVERYTHING)
        (key,) = [key for key in office.storage.keys("play-log/") if "/plays" in key]
        office.storage.fetch(key, tmp_path / "good")
        office.storage.delete(key)
        assert report() == []
        assert (job().status, "2026-03-05" in job().reason) == (JobStatus.WAITING, True)
        office.storage.put(key, tmp_path / "good", "")
        do_job(office, job().id, StatementsWork, write_statements)
        assert [one.written for one in operator.send(ListStatements()).items] == [True, True]


class TestTwoDays:
    @pytest.fixture(autouse=True)
    def wednesday(self, clock):
        clock.set(START - timedelta(days=1))

    def test_count_a_late_play_with_those_of_their_week_and_say_which_it_was_of(
        self, ana, ben, reports, play, report, rows, two_labels, operator
    ):
        reports.buy(ana)
        play(ana, two_labels[0], 31_000, at=START - timedelta(days=1))
        reports.clock.set(START)
        play(ana, two_labels[0], 31_000, 31_000)
        play(ben, two_labels[0], 31_000, at=START - timedelta(days=7))
        lines = rows(report()[0])
        assert [(line["late"], line["units"], line["sale_period_start"], line["reporting_period_start"]) for line in lines] == [
            ("", "3", FIRST_WEEK, FIRST_WEEK), ("yes", "1", "2026-02-20", FIRST_WEEK),
        ]  # fmt: skip
        assert Finding.LATE in {one.finding for one in operator.send(GetRun(FIRST_WEEK)).remarks}
