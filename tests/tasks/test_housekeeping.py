"""What quarantine holds when nothing needs it any more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.contract.intake import REPLAYABLE_DAYS
from apps.core.contract.jobs import TranscodeWork
from ports.transcoder.interface import MediaRefused
from tasks import housekeeping
from tasks.housekeeping import delete_spent_files
from tasks.leases import do_job


@pytest.fixture
def quarantined(storage):
    return lambda: len(list(storage.keys("quarantine/")))


class TestDeleteSpentFiles:
    def test_removes_what_had_been_prepared_before(self, import_folder, do_tasks, office, quarantined, monkeypatch):
        monkeypatch.setattr(housekeeping, "KEYS_PER_QUERY", 1)
        for _ in range(2):
            import_folder()
            do_tasks()
        assert quarantined() == 2
        delete_spent_files(office)
        assert quarantined() == 0

    def test_removes_what_was_refused_once_it_is_not_tried_again(self, import_folder, do_tasks, office, task_queue, quarantined, clock):
        def refuse(*_):
            raise MediaRefused("This is a picture.")

        import_folder()
        do_tasks("tasks.intake.receive")
        do_job(office, task_queue.held.pop().arguments["job_id"], TranscodeWork, refuse)
        do_tasks()
        clock.set(clock.now() + timedelta(days=REPLAYABLE_DAYS, hours=-1))
        delete_spent_files(office)
        assert quarantined() == 1
        clock.set(clock.now() + timedelta(hours=2))
        delete_spent_files(office)
        assert quarantined() == 0

    def test_leaves_what_is_still_to_be_prepared(self, import_folder, do_tasks, office, quarantined):
        import_folder()
        do_tasks("tasks.intake.receive")
        delete_spent_files(office)
        assert quarantined() == 2
        do_tasks()
        assert quarantined() == 0
