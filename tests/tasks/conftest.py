from __future__ import annotations

from collections import defaultdict

import pytest

from apps.console.folder.delivery import deliver
from apps.console.folder.walk import Walk
from apps.core.contract.intake import OpenDelivery
from apps.core.contract.jobs import (
    ChartWork,
    CoverWork,
    DispatchWork,
    ExportWork,
    JobId,
    PictureWork,
    ReceiveWork,
    StatementsWork,
    TranscodeWork,
)
from ports.container import Container
from ports.storage.interface import Storage
from tasks.charts import count_edition
from tasks.covers import prepare_cover, prepare_picture
from tasks.dispatch import send_statement
from tasks.exports import export_day
from tasks.intake import receive_release
from tasks.leases import do_job
from tasks.office import Office
from tasks.statements import write_statements
from tasks.transcoding import transcode_recording
from tests.factories.audio import make_audio

WORK = {
    "tasks.dispatch.dispatch": (DispatchWork, send_statement),
    "tasks.covers.prepare": (CoverWork, prepare_cover),
    "tasks.covers.prepare_uploaded": (PictureWork, prepare_picture),
    "tasks.charts.count": (ChartWork, count_edition),
    "tasks.exports.export": (ExportWork, export_day),
    "tasks.intake.receive": (ReceiveWork, receive_release),
    "tasks.statements.write": (StatementsWork, write_statements),
    "tasks.transcoding.transcode": (TranscodeWork, transcode_recording),
}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "music"
    (folder / "Album").mkdir(parents=True)
    for number in (1, 2):
        tags = {"title": f"Song {number}", "album": "Album", "artist": "Ana", "tracknumber": str(number)}
        make_audio(folder / "Album" / f"{number}.flac", seconds=0.2, frequency=200 * number, tags=tags)
    return folder


@pytest.fixture
def import_folder(operator, folder):
    def run():
        delivery_id = operator.send(OpenDelivery(str(folder)))
        deliver(operator, delivery_id, folder, list(Walk(folder).files()), lambda _: None)
        return delivery_id

    return run


@pytest.fixture
def storage(values):
    return Container(values).get(Storage)


@pytest.fixture
def office(values, core_app):
    """A worker's office beside the test's own Core."""
    return Office(values, core_app)


@pytest.fixture
def do_tasks(office, task_queue):
    """Do every task that is held (of these names), and those which come of them; returns the ids of their jobs by task."""

    def do(*names: str) -> dict[str, list[JobId]]:
        done: defaultdict[str, list[JobId]] = defaultdict(list)
        while todo := [task for task in task_queue.held if task.name in (names or WORK)]:
            task = todo[0]
            task_queue.held.remove(task)
            job_id = str(task.arguments["job_id"])
            do_job(office, job_id, *WORK[task.name])
            done[task.name].append(job_id)
        return done

    return do
