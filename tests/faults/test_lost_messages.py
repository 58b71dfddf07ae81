"""Messages that are lost, late or doubled: every event is delivered, and every moment acted on once."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from apps.console.checkout import ROOT
from apps.core.contract.actions import Service
from apps.core.contract.intake import CompleteDelivery, FoundFile, OpenDelivery, RecordFiles, Tags
from apps.core.contract.jobs import LEASE_SECONDS, Claimed, ClaimJob, JobStatus
from ports.container import Container
from ports.task_queue.interface import TaskQueue
from tasks.schedule import SCHEDULE
from tests.factories.audio import make_audio
from tests.faults.house import House, Process

pytestmark = pytest.mark.faults

KILLED_BEFORE_PUBLISHING = """
import os, signal, sys
from apps.core.outbox import Publisher
Publisher.publish_at_once = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from apps.console.main import main
sys.argv = ["celesta", "import", sys.argv[1], "--no-wait"]
main()
"""
OVERDUE = """
import sys
from datetime import datetime, timedelta, UTC
from celery.beat import PersistentScheduler
from tasks.app import celery
scheduler = PersistentScheduler(app=celery, schedule_filename=sys.argv[1])
for entry in scheduler.schedule.values():
    entry.last_run_at = datetime.now(UTC) - timedelta(hours=3)
scheduler.close()
"""


@pytest.fixture
def music(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    make_songs(folder, range(6), seconds=0.5)
    return folder


def make_songs(folder: Path, numbers: Iterable[int], seconds: float) -> None:
    for number in numbers:
        tags = {"album": f"Album {number % 3}", "title": f"Song {number}"}
        make_audio(folder / f"{number}.mp3", seconds=seconds, frequency=300 + number, tags=tags)


def deliver(house: House, releases: int) -> None:
    """A delivery of that many releases whose files do not exist: its jobs can be claimed, and that is enough."""
    console = house.sender(Service.CONSOLE)
    delivery_id = console.send(OpenDelivery("/nowhere"))
    files = tuple(FoundFile(f"{number}/a.mp3", 1, 1, Tags(album=f"Album {number}")) for number in range(releases))
    console.send(RecordFiles(delivery_id, files))
    console.send(CompleteDelivery(delivery_id))


def queued(house: House) -> int:
    with house.valkey.client as client:
        return int(client.llen("default"))  # pyright: ignore[reportArgumentType] - of the synchronous client


class TestOutbox:
    def test_what_was_committed_and_not_published_is_delivered(self, quick_house, music):
        house = quick_house
        command = [sys.executable, "-c", KILLED_BEFORE_PUBLISHING, str(music)]
        killed = subprocess.run(command, env=house.values, cwd=ROOT, check=False, capture_output=True)
        assert killed.returncode < 0
        assert len(house.jobs("receive")) == 3
        assert queued(house) == 0
        house.relay()
        house.worker("worker")
        house.wait_until(lambda: house.all_done(9))

    def test_a_broker_that_is_away_delays_and_loses_nothing(self, quick_house, music):
        house = quick_house
        house.valkey.stop()
        assert "it becomes playable once Celesta runs" in house.import_folder(music)
        house.valkey.start()
        house.relay()
        house.worker("worker")
        house.wait_until(lambda: house.all_done(9))


class TestTwoRelays:
    def test_publish_what_was_left_behind_once_and_announce_silent_jobs_once(self, quick_house):
        house, number = quick_house, 20
        house.valkey.stop()
        deliver(house, number)
        house.valkey.start()
        relays = [house.relay(f"relay {count}") for count in range(2)]
        house.wait_until(lambda: queued(house) >= number)
        tasks = house.sender(Service.TASKS)
        claims = [tasks.send(ClaimJob(job.id)) for job in house.jobs("receive")]
        assert all(isinstance(claim, Claimed) for claim in claims)
        house.wait_until(lambda: queued(house) >= 2 * number, seconds=LEASE_SECONDS * 4)
        house.wait_until(lambda: {job.status for job in house.jobs("receive")} == {JobStatus.WAITING})
        for _ in range(3):
            until = house.lease_of_the_relay()
            house.wait_until(lambda until=until: house.lease_of_the_relay() != until)
        assert queued(house) == 2 * number
        assert all(relay.popen.poll() is None for relay in relays)


class TestRelayThatIsEnded:
    def test_leaves_its_role_to_the_next(self, quick_house):
        house = quick_house
        first = house.relay("first")
        house.wait_until(house.lease_of_the_relay)
        first.popen.terminate()
        assert first.popen.wait(60) == 0
        assert house.lease_of_the_relay() is None
        house.relay("second")
        house.wait_until(house.lease_of_the_relay)


def moments_ended(worker: Process) -> int:
    """How many of the scheduled tasks the worker has done; canaries are none."""
    ended = re.findall(r"task ended .*outcome=success.* task=(\S+)", worker.log.read_text())
    return sum(task in SCHEDULE for task in ended)


class TestTwoBeats:
    def test_one_moment_is_acted_on_once(self, quick_house, tmp_path):
        house = quick_house
        worker = house.worker("worker")
        for name in ("beat 1", "beat 2"):
            schedule = tmp_path / name
            subprocess.run([sys.executable, "-c", OVERDUE, str(schedule)], env=house.values, cwd=ROOT, check=True)
            house.start(f"{name} process", "-m", "celery", "-A", "tasks.app", "beat", "-s", str(schedule), "--pidfile=")
        house.wait_until(lambda: moments_ended(worker) == 2 * len(SCHEDULE))
        assert worker.count("action=TakeSlot") == 2 * len(SCHEDULE)
        assert worker.count("action=PruneExpired") == 1


class TestDoubledTask:
    def test_does_nothing_while_the_job_runs_and_after_it_is_done(self, house, music):
        for path in list(music.iterdir())[1:]:
            path.unlink()
        make_audio(music / "long.wav", seconds=120)
        house.relay()
        workers = [house.worker("first"), house.worker("second")]
        queue = Container(house.values).get(TaskQueue)
        house.import_folder(music, "--no-wait")
        house.wait_until(
            lambda: len(house.jobs("transcode")) == 2 and any(job.status is JobStatus.RUNNING for job in house.jobs("transcode"))
        )
        for job in house.jobs("transcode") * 3:
            queue.enqueue("tasks.transcoding.transcode", {"job_id": job.id}, "media")
        house.wait_until(lambda: house.all_done(4))
        for job in house.jobs("transcode") * 3:
            queue.enqueue("tasks.transcoding.transcode", {"job_id": job.id}, "media")
        house.wait_until(lambda: sum(worker.count("nothing to do") for worker in workers) == 12)
        assert [job.attempts for job in house.jobs()] == [1, 1, 1, 1]
        assert sum(worker.count("action=RecordTranscode") for worker in workers) == 2


class TestBrokerRestarted:
    def test_every_acknowledged_job_is_done(self, house, music):
        make_songs(music, range(6, 30), seconds=3)
        house.relay()
        workers = [house.worker("first"), house.worker("second")]
        house.import_folder(music, "--no-wait")
        for done in (3, 10, 20):
            house.wait_until(lambda done=done: sum(job.status is JobStatus.DONE for job in house.jobs()) >= done)
            house.valkey.stop()
            house.valkey.start()
        house.wait_until(lambda: house.all_done(33))
        assert sum(worker.count("action=RecordTranscode") for worker in workers) == 30
