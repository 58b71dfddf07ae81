"""The Celery app: what Core announces and what is scheduled is a task of ours, in a queue that has a worker."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from celery import Celery

from apps.core.contract.jobs import LEASE_SECONDS
from apps.core.event_tasks import JOB_TASKS
from ports.environment import BootError
from ports.transcoder.process import MOST_SECONDS
from tasks.app import ROUTES, SOFT_TIME_LIMIT, TIME_LIMIT, VISIBILITY_TIMEOUT, celery, check_office, settings
from tasks.schedule import CALENDAR, CANARY, SCHEDULE, beat_schedule

TIME_TO_MOVE_FILES = 10 * 60
LET_OTHERS_LOOK = """
import ctypes, os
from tasks.app import keep_secrets

keep_secrets()
PR_GET_DUMPABLE = 3
if os.fork() == 0:
    print(ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), flush=True)
    os._exit(0)
os.wait()
"""
"""Whether other processes of this user may look into those that a worker forks."""


@pytest.fixture
def app(monkeypatch):
    """The app with all its tasks loaded; it reaches no broker."""
    monkeypatch.setenv("TASK_QUEUE", "held")
    celery.loader.import_default_modules()
    return celery


def worker(*queues: str) -> Any:
    """A worker of these queues, as much of it as there is when it begins."""
    app = Celery(set_as_current=False)
    app.amqp.queues.select(queues)
    return SimpleNamespace(app=app)


class TestTasks:
    def test_core_announces_jobs_to_tasks_and_queues_that_exist(self, app):
        queues = {route["queue"] for route in ROUTES.values()}
        for name, queue in JOB_TASKS.values():
            assert name in app.tasks
            assert queue in queues
            assert app.amqp.router.route({}, name)["queue"].name == queue

    def test_every_scheduled_entry_is_a_task_with_a_calendar(self, app):
        assert set(SCHEDULE) <= set(app.tasks)
        assert set(SCHEDULE.values()) <= set(CALENDAR)
        assert {entry["task"] for entry in beat_schedule().values()} == {*SCHEDULE, CANARY}

    def test_a_canary_sings_in_every_queue(self):
        sung = [entry["options"]["queue"] for entry in beat_schedule().values() if entry["task"] == CANARY]
        assert set(sung) == {route["queue"] for route in ROUTES.values()}

    def test_no_task_may_outlast_what_would_give_it_to_a_second_worker(self):
        assert LEASE_SECONDS < SOFT_TIME_LIMIT < TIME_LIMIT < VISIBILITY_TIMEOUT

    def test_a_transcode_ends_while_its_task_has_time_to_fetch_and_to_store(self):
        assert MOST_SECONDS + TIME_TO_MOVE_FILES <= SOFT_TIME_LIMIT


class TestSettings:
    def test_a_missing_broker_stops_the_boot_and_is_named(self, monkeypatch):
        monkeypatch.setenv("SECRETS", "env")
        monkeypatch.delenv("BROKER_URL", raising=False)
        monkeypatch.delenv("TASK_QUEUE", raising=False)
        with pytest.raises(BootError, match="BROKER_URL"):
            settings()

    def test_only_json_is_taken_and_a_task_is_acknowledged_when_it_is_done(self, monkeypatch):
        monkeypatch.setenv("TASK_QUEUE", "held")
        chosen = settings()
        assert chosen["accept_content"] == ["json"]
        assert chosen["task_acks_late"]
        assert chosen["task_reject_on_worker_lost"]
        assert chosen["result_backend"] is None


LOGGED = """
import logging
import tasks.watching
from tasks.app import celery, log_as_all_processes_do
log_as_all_processes_do()
logging.getLogger("celery.worker.strategy").info("Task trial[7] received")
logging.getLogger("celery.beat").info("Scheduler: Sending due task trial")
def trial(): pass
celery.task(name="trial")(trial).apply(task_id="7")
"""


class TestLog:
    @pytest.fixture
    def logged(self, values):
        def logged(level: str) -> list[str]:
            environment = {"PATH": os.environ["PATH"], **values, "LOG_LEVEL": level}
            return subprocess.run(
                [sys.executable, "-c", LOGGED], env=environment, capture_output=True, text=True, check=True
            ).stderr.splitlines()

        return logged

    def test_says_of_each_task_that_it_is_done_in_one_short_line(self, logged):
        (line,) = [line for line in logged("INFO") if "trial" in line]
        said = r"\[info\] task ended \[tasks\] id=7 outcome=success queue=\(none\) request=[0-9a-f]{16} seconds=0\.\d+ task=trial"
        assert re.fullmatch(said, line)

    def test_tells_the_rest_to_whom_asks_for_it(self, logged):
        lines = [line for line in logged("DEBUG") if "trial" in line]
        assert any("received" in line for line in lines)
        assert any("Sending due task" in line for line in lines)


class TestWorkerStart:
    def test_no_process_of_the_same_user_may_read_its_keys(self):
        looked = subprocess.run([sys.executable, "-c", LET_OTHERS_LOOK], capture_output=True, text=True, check=True)
        assert looked.stdout == "0\n"

    def test_an_unknown_port_stops_the_worker_with_one_line(self, monkeypatch, tmp_path):
        monkeypatch.setenv("CELESTA_HOME", str(tmp_path))
        monkeypatch.setenv("TRANSCODER", "gramophone")
        with pytest.raises(SystemExit) as stopped:
            check_office(worker("default"))
        assert str(stopped.value).startswith("TRANSCODER=gramophone is not known")

    def test_a_missing_secret_stops_the_worker_with_one_line(self, monkeypatch, tmp_path):
        monkeypatch.setenv("CELESTA_HOME", str(tmp_path))
        monkeypatch.setenv("SECRETS", "env")
        monkeypatch.delenv("MEDIA_KEY", raising=False)
        assert "MEDIA_KEY" not in os.environ
        with pytest.raises(SystemExit, match="MEDIA_KEY"):
            check_office(worker("default"))

    @pytest.mark.parametrize("queue", ["default", "billing", "reports"])
    def test_a_worker_needs_no_ffmpeg_unless_it_transcodes(self, monkeypatch, values, queue):
        for name, value in {**values, "TRANSCODER": "ffmpeg", "FFMPEG": "/nowhere/ffmpeg"}.items():
            monkeypatch.setenv(name, value)
        check_office(worker(queue))
        with pytest.raises(SystemExit, match="FFMPEG=/nowhere/ffmpeg is not a program"):
            check_office(worker(queue, "media"))

    def test_a_database_of_another_release_stops_the_worker_with_one_line(self, monkeypatch, values, tmp_path):
        for name, value in {**values, "DATABASE_URL": f"sqlite:///{tmp_path}/empty.db"}.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit, match="The database has no schema yet"):
            check_office(worker("default"))

    def test_a_worker_that_can_work_starts_without_a_connection_to_inherit(self, monkeypatch, values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        opened = len(psutil.Process().open_files())
        check_office(worker("default", "media", "reports", "billing"))
        assert len(psutil.Process().open_files()) == opened
