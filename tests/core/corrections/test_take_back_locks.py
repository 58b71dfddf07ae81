"""A correction of what is heard is taken back by one release while it is corrected by another one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from apps.core.catalogue.models import RecordingRow
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.corrections import TakeBackCorrection
from apps.core.corrections.models import CorrectionRow
from apps.core.database import READER, db
from tests.core.jobs.test_locks import BLOCKED

pytestmark = pytest.mark.postgresql


def test_what_was_corrected_meanwhile_stays(core_app, catalogue, correct, look, staff, ana, clock):
    halo = catalogue.release("Halo", artist="Beyonce K", tracks=1)
    correct(halo, 0, explicit=True)
    (made,) = look(halo).corrections
    recording_id = ana.send(GetRelease(halo)).tracks[0].recording_id
    over = update(CorrectionRow).where(CorrectionRow.id == made.id).values(over_at=clock.now())
    with core_app.app_context(), ThreadPoolExecutor(1) as threads, db.engine.connect() as other, db.engines[READER].connect() as watcher:
        other.execute(select(RecordingRow.id).where(RecordingRow.id == recording_id).with_for_update())
        taken_back = threads.submit(staff.send, TakeBackCorrection(made.id))
        while not watcher.scalar(BLOCKED):
            assert not taken_back.done(), "it did not wait for the other"
        other.execute(over)
        other.commit()
        taken_back.result(timeout=20)
    assert ana.send(GetRelease(halo)).tracks[0].explicit
