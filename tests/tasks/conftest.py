from __future__ import annotations

import pytest

from apps.core.contract.jobs import JobId, ReceiveWork, TranscodeWork
from tasks.intake import receive_release
from tasks.leases import do_job
from tasks.office import Office
from tasks.transcoding import transcode_recording

WORK = {
    "tasks.intake.receive": (ReceiveWork, receive_release),
    "tasks.transcoding.transcode": (TranscodeWork, transcode_recording),
}


@pytest.fixture
def office(values, core_app):
    """A worker's office beside the test's own Core."""
    return Office(values, core_app)


@pytest.fixture
def do_tasks(office, task_queue):
    """Do every task that is held, and those which come of them; returns the ids of their jobs by task."""

    def do() -> dict[str, list[JobId]]:
        done: dict[str, list[JobId]] = {name: [] for name in WORK}
        while task_queue.held:
            task = task_queue.held.pop(0)
            job_id = str(task.arguments["job_id"])
            do_job(office, job_id, *WORK[task.name])
            done[task.name].append(job_id)
        return done

    return do
