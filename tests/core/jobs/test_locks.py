"""Whatever locks a recording and its job does so in this order; otherwise two of them could wait for each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from apps.core.catalogue.models import RecordingRow
from apps.core.contract.jobs import LEASE_SECONDS, MAXIMUM_ATTEMPTS, FailJob, ReturnJob
from apps.core.contract.playback import RecordTranscode
from apps.core.database import FOR_CHANGE, READER, db
from apps.core.jobs.models import JobRow
from tests.factories.catalogue import audio, renditions

pytestmark = pytest.mark.postgresql

BLOCKED = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
def claim(catalogue, clock):
    """The last attempt at a transcode."""
    catalogue.deliver(catalogue.files("Blue Garden", ["Song"]))
    (job_id,) = catalogue.waiting("transcode")
    for _ in range(MAXIMUM_ATTEMPTS - 1):
        catalogue.claim(job_id)
        clock.advance(LEASE_SECONDS + 1)
    return catalogue.claim(job_id)


@pytest.fixture
def ending(worker, claim, sweep, clock):
    """Each way that a transcode's job can end."""

    def give_up():
        clock.advance(LEASE_SECONDS + 1)
        return sweep()

    return {
        "recorded": lambda: worker.send(RecordTranscode(claim.job_id, claim.lease, audio(), renditions(claim.work))),
        "failed": lambda: worker.send(FailJob(claim.job_id, claim.lease, "It is no audio.")),
        "returned": lambda: worker.send(ReturnJob(claim.job_id, claim.lease, "The disk is full.")),
        "given up": give_up,
    }


@pytest.mark.parametrize("how", ["recorded", "failed", "returned", "given up"])
def test_a_job_is_locked_after_its_recording(core_app, claim, ending, how):
    recording = select(RecordingRow.id).where(RecordingRow.id == claim.work.recording_id).with_for_update(**FOR_CHANGE)
    job = select(JobRow.id).where(JobRow.id == claim.job_id).with_for_update(nowait=True)
    with core_app.app_context(), ThreadPoolExecutor(1) as threads, db.engine.connect() as release, db.engines[READER].connect() as watcher:
        release.execute(recording)
        ended = threads.submit(ending[how])
        while not watcher.scalar(BLOCKED):
            assert not ended.done(), f"it did not wait for the recording: {ended.result()}"
        release.execute(job)
        release.rollback()
        ended.result(timeout=20)
