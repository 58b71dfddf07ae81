"""A delivered folder on its way through the back office: received, then transcoded, each job under its lease."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from billiard.pool import soft_timeout_sighandler

from apps.core.contract.catalogue import GetRelease, ListReleases
from apps.core.contract.errors import LeaseLost, Unavailable
from apps.core.contract.intake import GetDelivery
from apps.core.contract.jobs import LEASE_SECONDS, Claimed, ClaimJob, JobStatus, ListJobs, ReceiveWork, ReturnJob, TranscodeWork
from ports.environment import Environment
from ports.transcoder.ffmpeg import FfmpegTranscoder
from ports.transcoder.interface import MediaRefused, Progress, Transcode, Transcoder, TranscoderUnavailable
from tasks import leases
from tasks import workspace as workspaces
from tasks.intake import receive_release
from tasks.leases import do_job
from tasks.transcoding import transcode_recording
from tests.factories.audio import make_audio


@pytest.fixture
def receive_job(import_folder, task_queue):
    """The job of the folder's only release, which nobody has claimed."""
    import_folder()
    return task_queue.held.pop().arguments["job_id"]


def job(operator, job_id):
    return next(one for one in operator.send(ListJobs()).items if one.id == job_id)


class TestReceive:
    def test_files_go_to_quarantine_under_their_release_and_hash(self, import_folder, folder, office, operator, task_queue, storage):
        delivery_id = import_folder()
        task = task_queue.held.pop(0)
        releases: list[str] = []

        def receive(office, lease, work):
            releases.append(work.delivered_release_id)
            receive_release(office, lease, work)

        do_job(office, task.arguments["job_id"], ReceiveWork, receive)
        hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "Album").iterdir()]
        assert list(storage.keys("")) == sorted(f"quarantine/{delivery_id}/{releases[0]}/{content_hash}" for content_hash in hashes)
        assert operator.send(GetDelivery(delivery_id)).summary.releases_written == 1
        assert [task.name for task in task_queue.held] == ["tasks.transcoding.transcode"] * 2

    def test_a_file_replaced_by_a_link_after_it_was_delivered_is_refused_alone(self, import_folder, folder, tmp_path, operator, do_tasks):
        delivery_id = import_folder()
        path = folder / "Album" / "1.flac"
        (tmp_path / "secret.flac").write_bytes(path.read_bytes())
        path.unlink()
        path.symlink_to(tmp_path / "secret.flac")
        do_tasks()
        (refusal,) = operator.send(GetDelivery(delivery_id)).refusals
        assert refusal.path == "Album/1.flac"
        assert "links are not followed" in refusal.reason
        assert operator.send(GetDelivery(delivery_id)).summary.recordings_ready == 1

    def test_a_file_changed_after_it_was_delivered_is_refused_alone(self, import_folder, folder, operator, do_tasks):
        delivery_id = import_folder()
        os.truncate(folder / "Album" / "2.flac", 1000)
        do_tasks()
        (refusal,) = operator.send(GetDelivery(delivery_id)).refusals
        assert refusal.path == "Album/2.flac"
        assert "changed after it was delivered" in refusal.reason

    def test_a_folder_that_is_away_is_tried_again(self, receive_job, folder, office, operator, task_queue):
        folder.rename(folder.with_name("unmounted"))
        do_job(office, receive_job, ReceiveWork, receive_release)
        assert job(operator, receive_job).status is JobStatus.WAITING
        assert "No such file or directory" in (job(operator, receive_job).reason or "")


class TestTranscode:
    def test_every_rendition_is_stored_and_the_release_can_be_played(self, import_folder, do_tasks, ana, storage, office):
        import_folder()
        done = do_tasks()
        assert {name: len(jobs) for name, jobs in done.items()} == {"tasks.intake.receive": 1, "tasks.transcoding.transcode": 2}
        (release,) = ana.send(ListReleases()).items
        tracks = ana.send(GetRelease(release.id)).tracks
        assert [(track.title, track.playable) for track in tracks] == [("Song 1", True), ("Song 2", True)]
        for track in tracks:
            names = {key.rpartition("/")[2] for key in storage.keys(f"audio/{track.recording_id}/")}
            assert {re.sub("-[0-9a-f]{16}", "", name) for name in names} == {
                "aac-64.mp4",
                "aac-128.mp4",
                "aac-256.mp4",
                "flac.flac",
                "preview.mp4",
            }
        assert list(storage.keys("quarantine/")) == []
        assert list(office.workspaces.iterdir()) == []

    def test_a_source_that_left_quarantine_is_given_up_with_the_reason(self, receive_job, office, operator, task_queue, storage):
        do_job(office, receive_job, ReceiveWork, receive_release)
        for key in list(storage.keys("quarantine/")):
            storage.delete(key)
        job_id = task_queue.held.pop().arguments["job_id"]
        do_job(office, job_id, TranscodeWork, transcode_recording)
        assert (job(operator, job_id).status, job(operator, job_id).reason) == (
            JobStatus.FAILED,
            "Its file is no longer in quarantine: import it again.",
        )


@dataclass
class WhileEncoding:
    """A transcoder during whose work something happens."""

    transcoder: Transcoder
    happens: Callable[[], object]

    def transcode(self, source: Path, into: Path, progress: Progress) -> Transcode:
        def heard(share: float) -> None:
            if share > 0:
                self.happens()
            progress(share)

        return self.transcoder.transcode(source, into, heard)


class TestTranscodeThatIsPutOff:
    @pytest.fixture
    def long_job(self, folder, import_folder, office, task_queue):
        for path in (folder / "Album").iterdir():
            path.unlink()
        make_audio(folder / "Album" / "1.flac", seconds=1800, sample_rate=8000, channels=1, tags={"title": "Long", "album": "Album"})
        import_folder()
        do_job(office, task_queue.held.pop().arguments["job_id"], ReceiveWork, receive_release)
        return task_queue.held.pop().arguments["job_id"]

    def put_off(self, office, operator, job_id, happens) -> str:
        transcoder = WhileEncoding(FfmpegTranscoder.from_env(Environment(os.environ)), happens)
        office.transcoder = transcoder
        do_job(office, job_id, TranscodeWork, transcode_recording)
        assert (job(operator, job_id).status, job(operator, job_id).attempts) == (JobStatus.WAITING, 0)
        assert list(office.workspaces.iterdir()) == []
        assert [child.name() for child in psutil.Process().children() if "ffmpeg" in child.name()] == []
        return job(operator, job_id).reason

    def test_a_disk_that_fills_up_on_the_way(self, long_job, office, operator, monkeypatch):
        reason = self.put_off(office, operator, long_job, lambda: monkeypatch.setattr(workspaces, "SPARE_BYTES", 1 << 60))
        assert "MiB stay free: make room" in reason

    def test_time_that_is_up(self, long_job, office, operator):
        before = signal.signal(signal.SIGUSR1, soft_timeout_sighandler)
        try:
            reason = self.put_off(office, operator, long_job, lambda: signal.raise_signal(signal.SIGUSR1))
        finally:
            signal.signal(signal.SIGUSR1, before)
        assert "took longer than any job may" in reason


class TestDoJob:
    def test_a_job_somebody_else_holds_is_left_alone(self, receive_job, office, worker):
        worker.send(ClaimJob(receive_job))
        do_job(office, receive_job, ReceiveWork, lambda *_: pytest.fail("it was claimed twice"))

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (TranscoderUnavailable("no ffmpeg"), "no ffmpeg"),
            (Unavailable("no Core"), "no Core"),
            (OSError(28, "No space left on device"), "No space left on device"),
            (OSError(28, "No space left on device", "/var/work"), "No space left on device (/var/work)"),
            (OSError("the store is away"), "the store is away"),
        ],
    )
    def test_a_passing_fault_returns_the_job_with_its_reason(self, receive_job, office, operator, error, reason):
        def work(*_):
            raise error

        do_job(office, receive_job, ReceiveWork, work)
        assert (job(operator, receive_job).status, job(operator, receive_job).attempts) == (JobStatus.WAITING, 0)
        assert job(operator, receive_job).reason == reason

    def test_what_is_refused_is_given_up_with_the_reason(self, receive_job, office, operator):
        def work(*_):
            raise MediaRefused("This is a picture.")

        do_job(office, receive_job, ReceiveWork, work)
        assert (job(operator, receive_job).status, job(operator, receive_job).reason) == (JobStatus.FAILED, "This is a picture.")

    def test_a_mistake_of_ours_returns_the_job_and_is_seen(self, receive_job, office, operator):
        def work(*_):
            raise ZeroDivisionError("by zero")

        with pytest.raises(ZeroDivisionError):
            do_job(office, receive_job, ReceiveWork, work)
        assert (job(operator, receive_job).status, job(operator, receive_job).attempts) == (JobStatus.WAITING, 1)
        assert job(operator, receive_job).reason == "Our mistake (ZeroDivisionError): by zero"

    def test_work_of_another_kind_is_a_mistake_of_ours(self, receive_job, office):
        with pytest.raises(Exception, match="is not TranscodeWork"):
            do_job(office, receive_job, TranscodeWork, lambda *_: pytest.fail("it is not"))

    def test_a_lease_is_kept_with_its_progress_while_the_work_lasts(self, receive_job, office, operator, worker, clock, monkeypatch):
        monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.01)

        def work(_office, lease, _work):
            clock.advance(LEASE_SECONDS - 1)
            lease.progress(0.5)
            until(lambda: job(operator, receive_job).progress == 0.5)
            clock.advance(LEASE_SECONDS - 1)
            assert not isinstance(worker.send(ClaimJob(receive_job)), Claimed)
            worker.send(ReturnJob(receive_job, lease.token, "The work is over."))

        do_job(office, receive_job, ReceiveWork, work)
        assert job(operator, receive_job).reason == "The work is over."

    def test_a_lost_lease_stops_the_work_and_changes_nothing(self, receive_job, office, operator, worker, clock, monkeypatch):
        monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.01)
        stopped = []

        def work(_office, lease, _work):
            clock.advance(LEASE_SECONDS)
            assert isinstance(worker.send(ClaimJob(receive_job)), Claimed)

            def lost() -> bool:
                try:
                    lease.progress(0.1)
                except LeaseLost:
                    stopped.append(True)
                    raise
                return False

            until(lost)

        do_job(office, receive_job, ReceiveWork, work)
        assert stopped
        assert (job(operator, receive_job).status, job(operator, receive_job).attempts) == (JobStatus.RUNNING, 2)


def until(condition) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
