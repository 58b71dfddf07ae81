"""Jobs whose worker went silent are announced again; one that kills every worker is given up."""

from __future__ import annotations

import pytest

from apps.core.contract.intake import CompleteDelivery, DeliveryStatus, GetDelivery, OpenDelivery, RecordFiles
from apps.core.contract.jobs import LEASE_SECONDS, MAXIMUM_ATTEMPTS, JobReady, JobStatus, ListJobs, RenewJob
from apps.core.jobs import sweeper, work
from apps.core.jobs.work import UNHEARD
from tests.at_once import at_once


@pytest.fixture
def delivery_id(operator, catalogue) -> str:
    """Of two releases that wait to be received."""
    delivery_id = operator.send(OpenDelivery("/music"))
    operator.send(RecordFiles(delivery_id, (*catalogue.files("Blue", ["One"]), *catalogue.files("Green", ["One"]))))
    operator.send(CompleteDelivery(delivery_id))
    return delivery_id


@pytest.fixture
def jobs(catalogue, delivery_id) -> list[str]:
    return catalogue.waiting("receive")


@pytest.fixture
def announced(task_queue, jobs):
    """The jobs the queue was told of since they were made."""
    before = len(task_queue.held)
    return lambda: [task.arguments["job_id"] for task in task_queue.held[before:]]


class TestASweep:
    def test_leaves_jobs_that_wait_or_run_in_time(self, sweep, catalogue, jobs, announced, clock):
        catalogue.claim(jobs[0])
        clock.advance(LEASE_SECONDS - 1)
        assert (sweep(), announced()) == (0, [])

    def test_announces_a_lapsed_job_once(self, sweep, staff, catalogue, jobs, announced, clock, emitted):
        catalogue.claim(jobs[0])
        clock.advance(LEASE_SECONDS)
        assert [sweep(), sweep()] == [1, 0]
        assert announced() == [jobs[0]]
        assert emitted(JobReady) == len(jobs) + 1
        assert {one.status for one in staff.send(ListJobs()).items} == {JobStatus.WAITING}
        assert catalogue.claim(jobs[0]).attempt == 2

    def test_leaves_a_renewed_job_to_its_worker(self, sweep, worker, catalogue, jobs, announced, clock):
        claim = catalogue.claim(jobs[0])
        clock.advance(LEASE_SECONDS - 1)
        worker.send(RenewJob(claim.job_id, claim.lease))
        clock.advance(LEASE_SECONDS - 1)
        assert (sweep(), announced()) == (0, [])

    def test_announces_a_job_again_that_waited_long(self, sweep, jobs, announced, clock):
        clock.advance(UNHEARD.total_seconds() - 1)
        assert sweep() == 0
        clock.advance(1)
        assert [sweep(), sweep()] == [2, 0]
        assert sorted(announced()) == sorted(jobs)

    def test_announces_the_rest_of_many_that_were_asked_for_at_once(self, sweep, operator, catalogue, task_queue, monkeypatch):
        monkeypatch.setattr(work, "ANNOUNCED_AT_ONCE", 2)
        delivery_id = operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(delivery_id, tuple(file for number in range(5) for file in catalogue.files(f"{number}", ["One"]))))
        operator.send(CompleteDelivery(delivery_id))
        assert len(task_queue.held) == 2
        assert [sweep(), sweep()] == [3, 0]
        assert sorted(task.arguments["job_id"] for task in task_queue.held) == sorted(catalogue.waiting("receive"))

    def test_leaves_what_is_over(self, sweep, catalogue, jobs, announced, clock):
        for job_id in jobs:
            catalogue.receive(job_id)
        catalogue.transcode_all()
        clock.advance(10 * UNHEARD.total_seconds())
        assert (sweep(), announced()[2:]) == (0, [])

    def test_takes_no_more_than_its_size(self, sweep, jobs, announced, clock, monkeypatch):
        monkeypatch.setattr(sweeper, "SWEEP_SIZE", 1)
        clock.advance(UNHEARD.total_seconds())
        assert [sweep(), sweep(), sweep()] == [1, 1, 0]
        assert sorted(announced()) == sorted(jobs)


class TestAJobThatKillsEveryWorker:
    def test_is_given_up_and_what_it_was_for_refused(self, sweep, staff, catalogue, delivery_id, jobs, announced, clock):
        for _ in range(MAXIMUM_ATTEMPTS):
            catalogue.claim(jobs[0])
            clock.advance(LEASE_SECONDS)
            assert sweep() == 1
        assert sweep() == 0
        assert announced() == [jobs[0]] * (MAXIMUM_ATTEMPTS - 1)
        (failed,) = staff.send(ListJobs(status=JobStatus.FAILED)).items
        assert (failed.id, failed.attempts) == (jobs[0], MAXIMUM_ATTEMPTS)
        assert failed.reason == "It was tried 3 times and each time the worker died."
        found = staff.send(GetDelivery(delivery_id))
        assert [one.reason for one in found.refusals] == [failed.reason]
        assert (found.summary.status, found.summary.releases_written) == (DeliveryStatus.QUARANTINED, 1)

    def test_does_not_hold_up_the_others(self, sweep, catalogue, jobs, announced, clock):
        for _ in range(MAXIMUM_ATTEMPTS):
            catalogue.claim(jobs[0])
            clock.advance(LEASE_SECONDS)
        catalogue.claim(jobs[1])
        clock.advance(LEASE_SECONDS)
        assert (sweep(), announced()) == (2, [jobs[1]])


class TestSweepersAtOnce:
    def test_announce_each_job_once(self, sweep, jobs, announced, clock):
        clock.advance(UNHEARD.total_seconds())
        assert sum(at_once([sweep] * 4)) == 2
        assert sorted(announced()) == sorted(jobs)
