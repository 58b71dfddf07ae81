"""The exported play log as it lies in storage: whole, true and the same again, or not used at all."""

from __future__ import annotations

import hashlib
import json

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.codec import encoder
from apps.core.contract.exports import PARTITIONS, AskForExports, ListExportedDays, RecordExport, Table
from apps.core.contract.ids import id_to_bytes
from apps.core.contract.jobs import LEASE_SECONDS, ExportWork, JobStatus, ListJobs
from apps.core.contract.listening import Play, RecordPlays
from ports.storage.interface import Storage
from tasks.exported import ExportDamaged, ExportIncomplete, exported
from tasks.exports import export_day
from tasks.leases import do_job
from tests.conftest import START

FIRST, SECOND = "2026-03-02", "2026-03-03"


@pytest.fixture
def release(ana, catalogue):
    return ana.send(GetRelease(catalogue.release("Moonlit", label="Moon Records")))


@pytest.fixture
def play(release):
    def send(who, event_id, started_at=START):
        who.send(RecordPlays((Play(event_id, release.tracks[0].id, started_at, 40_000),)))

    return send


@pytest.fixture
def export(office, task_queue, do_tasks):
    def run():
        task_queue.held.clear()
        office.core.send(AskForExports())
        return do_tasks("tasks.exports.export")["tasks.exports.export"]

    return run


@pytest.fixture
def two_days(ana, ben, play, clock, export):
    """Two plays on the first day, one on the second and one late one."""
    play(ana, "event-01")
    play(ben, "event-01")
    clock.advance(24 * 3600)
    play(ana, "event-02", clock.now())
    play(ben, "event-02", START)
    clock.advance(24 * 3600)
    assert len(export()) == 2


def count(office, table: Table, first: str = FIRST, last: str = SECOND) -> int:
    with exported(office, first, last, [table]) as tables:
        return office.analytics.query(f"SELECT count(*) FROM {table}", tables)[0][0]


class TestAnExport:
    def test_holds_the_plays_of_its_day_beside_what_they_are_of(self, two_days, office, release):
        assert (count(office, Table.PLAYS, FIRST, FIRST), count(office, Table.PLAYS), count(office, Table.LATE)) == (2, 3, 1)
        with exported(office, FIRST, SECOND, list(Table)) as tables:
            found = office.analytics.query(
                """
                SELECT DISTINCT recordings.title, releases.title, ownership.label, tracks.number, CAST(plays.track_id AS VARCHAR)
                FROM plays JOIN recordings USING (recording_id) JOIN releases USING (release_id)
                JOIN ownership USING (recording_id) JOIN tracks USING (track_id)
                """,
                tables,
            )
            listeners = office.analytics.query("SELECT count(DISTINCT listener), count(DISTINCT play_id) FROM plays", tables)
        track = release.tracks[0]
        assert [(*row[:4], row[4].replace("-", "")) for row in found] == [
            ("Moonlit 1", "Moonlit", "Moon Records", 1, id_to_bytes(track.id).hex())
        ]
        assert listeners == [(2, 3)]

    def test_is_named_by_a_manifest_that_names_each_byte(self, two_days, office):
        for day in office.core.send(ListExportedDays(FIRST, SECOND)):
            for file in day.manifest.files:
                with office.storage.open(file.key) as stored:
                    content = stored.read()
                assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.sha256, file.size)
            (key,) = office.storage.keys(f"{PARTITIONS}{day.manifest.day}/manifest")
            with office.storage.open(key) as stored:
                content = stored.read()
            assert hashlib.sha256(content).hexdigest() == day.sha256
            assert content == encoder.encode(day.manifest)
            assert json.loads(content)["version"] == 1

    def test_killed_before_it_was_recorded_is_done_again_with_the_same_bytes(self, ana, play, clock, office, task_queue):
        play(ana, "event-01")
        clock.advance(24 * 3600)
        task_queue.held.clear()
        office.core.send(AskForExports())
        (task,) = task_queue.held
        core, made = office.core, []

        class Dying:
            client = core.client

            @staticmethod
            def send(action):
                if isinstance(action, RecordExport):
                    made.append(action.manifest)
                    if len(made) == 1:
                        raise KeyboardInterrupt
                return core.send(action)

        office.core = Dying
        with pytest.raises(KeyboardInterrupt):
            do_job(office, task.arguments["job_id"], ExportWork, export_day)
        assert core.send(ListExportedDays(FIRST, FIRST)) == ()
        clock.advance(LEASE_SECONDS + 1)
        do_job(office, task.arguments["job_id"], ExportWork, export_day)
        assert made[0] == made[1] == core.send(ListExportedDays(FIRST, FIRST))[0].manifest

    def test_of_a_storage_that_gives_back_something_else_is_not_recorded(self, ana, play, clock, export, office, operator):
        class Rotten:
            def __getattr__(self, name):
                return getattr(storage, name)

            def open(self, key):
                file = storage.open(key)
                file.read(1)
                return file

        storage: Storage = office.storage
        office.storage = Rotten()
        play(ana, "event-01")
        clock.advance(24 * 3600)
        export()
        assert office.core.send(ListExportedDays(FIRST, FIRST)) == ()
        (job,) = operator.send(ListJobs()).items[:1]
        assert job.status == JobStatus.WAITING
        assert "is not what was stored" in job.reason


class TestReading:
    def test_a_period_with_a_day_that_is_not_exported_names_it(self, two_days, office):
        with pytest.raises(ExportIncomplete, match="2026-03-04"):
            count(office, Table.PLAYS, FIRST, "2026-03-05")

    def test_a_missing_file_names_it(self, two_days, office):
        (key,) = office.storage.keys(f"{PARTITIONS}{SECOND}/plays")
        office.storage.delete(key)
        with pytest.raises(ExportDamaged, match=f"{key}, the plays of 2026-03-03, is not in storage"):
            count(office, Table.PLAYS)
        assert count(office, Table.PLAYS, FIRST, FIRST) == 2

    def test_a_changed_file_names_it(self, two_days, office, tmp_path):
        (key,) = office.storage.keys(f"{PARTITIONS}{SECOND}/plays")
        (tmp_path / "changed").write_bytes(b"PAR1")
        office.storage.put(key, tmp_path / "changed", "application/vnd.apache.parquet")
        with pytest.raises(ExportDamaged, match="the plays of 2026-03-03, is not what was exported"):
            count(office, Table.PLAYS)

    def test_leaves_nothing_behind(self, two_days, office):
        count(office, Table.PLAYS)
        assert list(office.workspaces.glob("job-*")) == []
