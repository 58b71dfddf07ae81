"""Workers that die while they export the play log or write statements: it is all there once, and nothing of it counts before that."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import psutil
import pytest
from sqlalchemy import func, select

from apps.core.client.interface import Sender
from apps.core.contract.actions import Service
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.exports import PARTITIONS, AskForExports, ListExportedDays, Table
from apps.core.contract.jobs import LEASE_SECONDS, ExportWork, JobStatus, StatementsWork
from apps.core.contract.listening import Play, RecordPlays
from apps.core.contract.reporting import AskForStatements, GetStatement, ListStatements, StatementDetail
from apps.core.database import close_engines, reader
from apps.core.listening.models import PlayRow
from ports.clock.interface import Clock
from ports.clock.stepped import SteppedClock
from tasks.exported import ExportIncomplete, exported
from tasks.exports import export_day
from tasks.leases import do_job
from tasks.office import Office
from tasks.statements import write_statements
from tests.conftest import START
from tests.factories.catalogue import Catalogue
from tests.factories.reporting import Reports
from tests.faults.house import House, Process
from tests.services import valkey

pytestmark = pytest.mark.faults

FIRST, SECOND = "2026-03-02", "2026-03-03"
STANDS_STILL = """
import os, signal
from ports.storage.filesystem import FilesystemStorage
put = FilesystemStorage.put
def put_and_stand_still(storage, key, source, content_type):
    put(storage, key, source, content_type)
    if os.environ["STANDS_STILL_AFTER"] in key:
        os.kill(os.getpid(), signal.SIGSTOP)
FilesystemStorage.put = put_and_stand_still
from celery.__main__ import main
main()
"""
"""A worker that is met in the middle of its work for certain: right after it has stored an object of that name."""


@dataclass
class Days:
    """A house in which the time stands until it is told to go on, and the days of a label's music."""

    house: House

    def __post_init__(self) -> None:
        self.operator, self.worker = self.house.sender(Service.CONSOLE), self.house.sender(Service.TASKS)
        self.catalogue = Catalogue(self.operator, self.worker)
        self.reports = Reports(self.house.core, self.operator, self.worker, self.catalogue)

    @property
    def clock(self) -> SteppedClock:
        return self.house.core.extensions["container"].get(Clock)

    @cached_property
    def office(self) -> Office:
        return Office(self.house.values, self.house.core)

    def play(self, who: Sender, release_id: str, number: int, started_at: datetime) -> None:
        tracks = who.send(GetRelease(release_id)).tracks
        plays = (
            Play(f"{self.clock.now():%d-%H}-{one:03}", tracks[one % len(tracks)].id, started_at + timedelta(seconds=one), 30_000 + one)
            for one in range(number)
        )
        who.send(RecordPlays(tuple(plays)))

    def worker_is_killed_after(self, stored: str) -> None:
        """A worker has stored an object of such a name, and is gone with all its processes."""
        worker = self.house.worker("first", settings={"STANDS_STILL_AFTER": stored}, program=("-c", STANDS_STILL))
        self.house.wait_until(lambda: stands_still(worker))
        worker.kill()

    def another_takes_over(self, kind: str) -> Process:
        """The lease lapses, and all of that kind is done by the next worker."""
        self.clock.advance(LEASE_SECONDS + 1)
        self.house.relay()
        worker = self.house.worker("second")
        self.house.wait_until(lambda: all(job.status is JobStatus.DONE for job in self.house.jobs(kind)))
        return worker

    def written(self) -> list[StatementDetail]:
        return [self.operator.send(GetStatement(one.number)) for one in self.operator.send(ListStatements(size=100)).items]

    def files(self, prefix: str) -> dict[str, bytes]:
        """What is stored under keys that begin so."""
        found: dict[str, bytes] = {}
        for key in self.office.storage.keys(prefix):
            with self.office.storage.open(key) as file:
                found[key] = file.read()
        return found


def stands_still(worker: Process) -> bool:
    return any(child.status() == psutil.STATUS_STOPPED for child in worker.children())


@pytest.fixture
def days(tmp_path):
    with valkey() as server:
        house = House(tmp_path, server, {"TRANSCODER": "fake", "CLOCK": "stepped"})
        house.build()
        days = Days(house)
        days.clock.set(START)
        yield days
        house.end()


class TestWorkerKilledWhileItExports:
    @pytest.fixture
    def played(self, days) -> None:
        """Two days that have closed: 200 plays on the first, 150 on the second and 100 that came late."""
        listener, release_id = days.house.listener(), days.catalogue.release()
        days.play(listener, release_id, 200, START)
        days.clock.advance(15 * 3600)
        days.play(listener, release_id, 100, START)
        days.clock.advance(9 * 3600)
        days.play(listener, release_id, 150, days.clock.now())
        days.clock.advance(24 * 3600)
        days.worker.send(AskForExports())

    @pytest.mark.parametrize("stored", [f"{FIRST}/plays", f"{FIRST}/manifest"])
    def test_each_day_is_exported_once_and_whole(self, days, played, stored):
        house, office = days.house, days.office
        days.worker_is_killed_after(stored)
        assert any(stored in key for key in office.storage.keys(PARTITIONS))
        assert JobStatus.RUNNING in {job.status for job in house.jobs("export")}
        assert FIRST not in {day.manifest.day for day in days.worker.send(ListExportedDays(FIRST, SECOND))}
        with pytest.raises(ExportIncomplete, match=FIRST), exported(office, FIRST, SECOND, [Table.PLAYS]):
            pass

        days.another_takes_over("export")
        listed = days.worker.send(ListExportedDays(FIRST, SECOND))
        assert [day.manifest.day for day in listed] == [FIRST, SECOND]
        assert sorted(job.attempts for job in house.jobs("export")) == [1, 2]
        named = {file.key: file.sha256 for day in listed for file in day.manifest.files}
        stored = {key: hashlib.sha256(content).hexdigest() for key, content in days.files(PARTITIONS).items()}
        assert {key: sha256 for key, sha256 in stored.items() if key in named} == named
        assert sorted(sha256 for key, sha256 in stored.items() if key not in named) == sorted(day.sha256 for day in listed)
        with exported(office, FIRST, SECOND, [Table.PLAYS, Table.LATE]) as tables:
            statement = "SELECT count(*), count(DISTINCT play_id), sum(played_ms) FROM"
            counted = [office.analytics.query(f"{statement} {table}", {table: paths})[0] for table, paths in tables.items()]
        assert [one[:2] for one in counted] == [(350, 350), (100, 100)]
        with house.core.app_context(), reader() as connection:
            in_the_database = connection.scalar(select(func.sum(PlayRow.played_ms)))
        assert sum(one[2] for one in counted) == in_the_database


class TestWorkerKilledWhileItWritesStatements:
    @pytest.fixture
    def week(self, days) -> None:
        """A week of three labels, paid for and exported, whose statements have been asked for."""
        days.clock.set(START + timedelta(days=3))
        listener = days.house.listener()
        days.reports.buy(listener)
        for number, name in enumerate(("Moon", "Star", "Sun"), start=1):
            release_id = days.catalogue.release(name, label=name)
            days.reports.agree(name, 50 + number)
            days.clock.advance(3600)
            days.play(listener, release_id, 40 * number, days.clock.now())
        days.reports.later(2026, 3, 6, 3)
        days.worker.send(AskForExports())
        for job_id in days.catalogue.waiting("export"):
            do_job(days.office, job_id, ExportWork, export_day)
        days.worker.send(AskForStatements())

    @pytest.fixture
    def undisturbed(self, days, week, tmp_path) -> Iterator[Days]:
        """The same house at the same moment, in which the statements have been written at once."""
        with days.house.core.app_context():
            close_engines()
        shutil.copytree(days.house.folder / "home", tmp_path / "undisturbed" / "home")
        days = Days(House(tmp_path / "undisturbed", days.house.valkey, {**days.house.settings, "TASK_QUEUE": "held"}))
        (job_id,) = days.catalogue.waiting("statements")
        do_job(days.office, job_id, StatementsWork, write_statements)
        yield days
        days.house.end()

    @pytest.mark.parametrize("stored", ["2026-000001/", "2026-000003/"])
    def test_they_are_the_same_as_if_it_had_not_been(self, days, undisturbed, stored):
        days.worker_is_killed_after(stored)
        assert days.house.job("statements").status is JobStatus.RUNNING
        assert not any(one.written for one in days.operator.send(ListStatements()).items)

        second = days.another_takes_over("statements")
        assert second.count("action=RecordStatementFiles") == 1
        assert days.house.job("statements").attempts == 2
        statements = days.written()
        assert sorted(one.statement.number for one in statements) == ["2026-000001", "2026-000002", "2026-000003"]
        assert statements == undisturbed.written()
        files = days.files("statements/")
        assert files == undisturbed.files("statements/")
        assert set(files) == {file.key for one in statements for file in one.files}
