"""A job is done by one worker at a time, under a lease; a death delays it and never doubles or loses it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.contract.errors import Forbidden, Invalid, LeaseLost, NotFound, Unauthenticated
from apps.core.contract.ids import new_id
from apps.core.contract.intake import CompleteDelivery, DeliveryStatus, GetDelivery, ListDeliveries, OpenDelivery, RecordFiles, WriteRelease
from apps.core.contract.jobs import (
    LEASE_SECONDS,
    LONGEST_PATIENCE,
    MAXIMUM_ATTEMPTS,
    Claimed,
    ClaimJob,
    FailJob,
    JobReady,
    JobStatus,
    ListJobs,
    NotClaimable,
    RenewJob,
    ReturnJob,
    TranscodeWork,
)
from apps.core.contract.paging import encode_cursor
from apps.core.contract.playback import RecordTranscode
from tests.at_once import at_once
from tests.factories.catalogue import audio, renditions


@pytest.fixture
def job_id(catalogue) -> str:
    """A transcode that waits."""
    catalogue.deliver(catalogue.files("Blue Garden", ["One"]))
    (job_id,) = catalogue.waiting("transcode")
    return job_id


@pytest.fixture
def job(staff, job_id):
    """What staff see of it."""
    return lambda: next(one for one in staff.send(ListJobs()).items if one.id == job_id)


@pytest.fixture
def lapse(clock):
    return lambda: clock.advance(LEASE_SECONDS)


def record(claim) -> RecordTranscode:
    return RecordTranscode(claim.job_id, claim.lease, audio(), renditions(claim.work))


class TestClaimJob:
    def test_gives_the_work_and_a_lease(self, worker, job_id, job, clock):
        claim = worker.send(ClaimJob(job_id)).claim
        assert isinstance(claim.work, TranscodeWork)
        assert (claim.job_id, claim.attempt, claim.expires_at) == (job_id, 1, clock.now() + timedelta(seconds=LEASE_SECONDS))
        assert (job().kind, job().status, job().attempts) == ("transcode", JobStatus.RUNNING, 1)

    def test_a_second_time_is_refused(self, worker, job_id):
        worker.send(ClaimJob(job_id))
        assert worker.send(ClaimJob(job_id)) == NotClaimable(JobStatus.RUNNING)

    def test_by_ten_at_once_succeeds_once(self, worker, job_id, job):
        answers = at_once([lambda: worker.send(ClaimJob(job_id))] * 10)
        assert sum(isinstance(answer, Claimed) for answer in answers) == 1
        assert answers.count(NotClaimable(JobStatus.RUNNING)) == 9
        assert job().attempts == 1

    def test_of_one_that_is_done_is_refused(self, worker, catalogue, job_id):
        catalogue.transcode(job_id)
        assert worker.send(ClaimJob(job_id)) == NotClaimable(JobStatus.DONE)

    def test_is_refused_until_the_lease_lapses(self, worker, job_id, clock):
        first = worker.send(ClaimJob(job_id)).claim
        clock.advance(LEASE_SECONDS - 0.001)
        assert worker.send(ClaimJob(job_id)) == NotClaimable(JobStatus.RUNNING)
        clock.advance(0.001)
        second = worker.send(ClaimJob(job_id)).claim
        assert (second.attempt, second.work) == (2, first.work)
        assert second.lease != first.lease

    def test_of_nothing_is_not_found(self, worker):
        with pytest.raises(NotFound):
            worker.send(ClaimJob(new_id()))

    def test_is_for_the_back_office(self, administrator, visitor, job_id):
        for who, refusal in ((administrator, Forbidden), (visitor, Unauthenticated)):
            with pytest.raises(refusal):
                who.send(ClaimJob(job_id))


class TestThreeDeaths:
    def test_leave_the_job_to_the_sweeper(self, worker, staff, catalogue, job_id, job, lapse, sweep):
        for _ in range(MAXIMUM_ATTEMPTS):
            catalogue.claim(job_id)
            lapse()
        assert worker.send(ClaimJob(job_id)) == NotClaimable(JobStatus.RUNNING)
        sweep()
        assert (job().status, job().attempts) == (JobStatus.FAILED, MAXIMUM_ATTEMPTS)
        assert job().reason == "It was tried 3 times and each time the worker died."
        (delivery,) = staff.send(ListDeliveries()).items
        assert [one.reason for one in staff.send(GetDelivery(delivery.id)).refusals] == [job().reason]
        assert worker.send(ClaimJob(job_id)) == NotClaimable(JobStatus.FAILED)


class TestRenewJob:
    def test_keeps_the_claim_for_another_lease(self, worker, catalogue, job_id, job, clock):
        claim = catalogue.claim(job_id)
        clock.advance(LEASE_SECONDS - 1)
        worker.send(RenewJob(job_id, claim.lease, 0.5))
        clock.advance(LEASE_SECONDS - 1)
        assert worker.send(ClaimJob(job_id)) == NotClaimable(JobStatus.RUNNING)
        assert job().progress == 0.5
        clock.advance(1)
        assert isinstance(worker.send(ClaimJob(job_id)), Claimed)
        assert job().progress == 0.0

    def test_takes_a_lapsed_lease_that_nobody_took(self, worker, catalogue, job_id, lapse):
        claim = catalogue.claim(job_id)
        lapse()
        worker.send(RenewJob(job_id, claim.lease))
        assert worker.send(ClaimJob(job_id)) == NotClaimable(JobStatus.RUNNING)

    @pytest.mark.parametrize("progress", [-0.1, 1.1])
    def test_refuses_a_progress_out_of_range(self, worker, catalogue, job_id, progress):
        claim = catalogue.claim(job_id)
        with pytest.raises(Invalid):
            worker.send(RenewJob(job_id, claim.lease, progress))


class TestALostLease:
    @pytest.fixture(params=["record", "renew", "fail", "return"])
    def use(self, request):
        """Makes each of the Commands that a holder sends."""
        make = {
            "record": record,
            "renew": lambda claim: RenewJob(claim.job_id, claim.lease),
            "fail": lambda claim: FailJob(claim.job_id, claim.lease, "It is not music."),
            "return": lambda claim: ReturnJob(claim.job_id, claim.lease, "The disk is full."),
        }
        return make[request.param]

    def test_does_nothing_while_another_worker_holds_the_job(self, worker, catalogue, job_id, job, lapse, use):
        lost = catalogue.claim(job_id)
        lapse()
        held = catalogue.claim(job_id)
        before = job()
        with pytest.raises(LeaseLost):
            worker.send(use(lost))
        assert job() == before
        worker.send(record(held))
        assert job().status is JobStatus.DONE

    def test_does_nothing_once_the_job_is_over(self, worker, catalogue, job_id, job, use):
        claim = catalogue.claim(job_id)
        worker.send(record(claim))
        with pytest.raises(LeaseLost):
            worker.send(use(claim))
        assert (job().status, job().progress, job().reason) == (JobStatus.DONE, 1.0, None)

    def test_does_nothing_to_a_job_that_waits_again(self, worker, catalogue, job_id, job, use):
        claim = catalogue.claim(job_id)
        worker.send(ReturnJob(job_id, claim.lease, "The disk is full."))
        with pytest.raises(LeaseLost):
            worker.send(use(claim))
        assert (job().status, job().reason) == (JobStatus.WAITING, "The disk is full.")

    def test_of_no_job_is_lost_too(self, worker, catalogue, job_id):
        claim = catalogue.claim(job_id)
        with pytest.raises(LeaseLost):
            worker.send(RenewJob(new_id(), claim.lease))


class TestRecording:
    def test_is_taken_from_a_lapsed_lease_that_nobody_took(self, worker, catalogue, job_id, job, lapse):
        claim = catalogue.claim(job_id)
        lapse()
        worker.send(record(claim))
        assert (job().status, job().progress) == (JobStatus.DONE, 1.0)

    def test_of_other_work_than_was_claimed_is_refused(self, worker, catalogue, job_id, job):
        claim = catalogue.claim(job_id)
        with pytest.raises(Invalid, match="job to transcode"):
            worker.send(WriteRelease(job_id, claim.lease, new_id(), ()))
        assert job().status is JobStatus.RUNNING

    def test_after_a_return_forgets_the_reason(self, worker, catalogue, job_id, job):
        worker.send(ReturnJob(job_id, catalogue.claim(job_id).lease, "The disk is full."))
        catalogue.transcode(job_id)
        assert (job().status, job().attempts, job().reason) == (JobStatus.DONE, 2, None)


class TestReturnJob:
    def test_lets_it_wait_for_another_try(self, worker, catalogue, job_id, job):
        claim = catalogue.claim(job_id)
        worker.send(RenewJob(job_id, claim.lease, 0.7))
        worker.send(ReturnJob(job_id, claim.lease, "The disk is full."))
        assert (job().status, job().attempts, job().progress, job().reason) == (JobStatus.WAITING, 1, 0.0, "The disk is full.")
        assert catalogue.claim(job_id).attempt == 2

    def test_tells_the_queue_in_a_while_and_each_time_after_a_longer_one(self, worker, catalogue, job_id, task_queue, clock, sweep):
        told, waits = len(task_queue.held), []
        for _ in range(3):
            worker.send(ReturnJob(job_id, catalogue.claim(job_id).lease, "The disk is full.", passing=True))
            returned_at = clock.now()
            while not sweep():
                clock.advance(1)
            waits.append((clock.now() - returned_at).total_seconds())
        assert waits == [5, 5, 10]
        assert [task.arguments["job_id"] for task in task_queue.held[told:]] == [job_id] * 3

    def test_at_the_last_attempt_gives_it_up(self, worker, catalogue, job_id, job):
        for _ in range(MAXIMUM_ATTEMPTS):
            worker.send(ReturnJob(job_id, catalogue.claim(job_id).lease, "Our mistake."))
        assert (job().status, job().attempts, job().reason) == (JobStatus.FAILED, MAXIMUM_ATTEMPTS, "Our mistake.")

    def test_for_a_fault_that_passes_does_not_count(self, worker, catalogue, job_id, job):
        for _ in range(MAXIMUM_ATTEMPTS + 1):
            worker.send(ReturnJob(job_id, catalogue.claim(job_id).lease, "The disk is full.", passing=True))
        assert (job().status, job().attempts, job().reason) == (JobStatus.WAITING, 0, "The disk is full.")

    def test_for_a_fault_that_does_not_pass_within_a_day_gives_it_up(self, worker, catalogue, job_id, job, clock):
        clock.advance(2 * LONGEST_PATIENCE.total_seconds())  # in a long queue: that is nobody's fault
        for wait in (0, LONGEST_PATIENCE.total_seconds() - 1):
            clock.advance(wait)
            worker.send(ReturnJob(job_id, catalogue.claim(job_id).lease, "The disk is full.", passing=True))
            assert job().status is JobStatus.WAITING
        clock.advance(1)
        worker.send(ReturnJob(job_id, catalogue.claim(job_id).lease, "The disk is full.", passing=True))
        assert (job().status, job().reason) == (JobStatus.FAILED, "The disk is full.")

    @pytest.mark.parametrize("command", [FailJob, ReturnJob])
    @pytest.mark.parametrize("reason", ["", "x" * 501])
    def test_and_failing_want_a_reason_of_some_length(self, worker, catalogue, job_id, command, reason):
        claim = catalogue.claim(job_id)
        with pytest.raises(Invalid):
            worker.send(command(job_id, claim.lease, reason))


class TestFailJob:
    def test_refuses_the_recording_and_its_file(self, worker, catalogue, staff, job_id, job):
        worker.send(FailJob(job_id, catalogue.claim(job_id).lease, "It is not music."))
        assert (job().status, job().reason) == (JobStatus.FAILED, "It is not music.")
        (delivery,) = staff.send(ListDeliveries()).items
        found = staff.send(GetDelivery(delivery.id))
        assert [(one.path, one.reason) for one in found.refusals] == [("The Lanterns/Blue Garden/01 One.flac", "It is not music.")]
        assert (found.summary.recordings, found.summary.recordings_refused) == (1, 1)

    def test_leaves_a_recording_that_has_other_audio_as_it_is(self, worker, catalogue, staff, job_id):
        catalogue.transcode(job_id)
        catalogue.deliver(catalogue.files("Blue Garden", ["One"]), content="remaster")
        (second,) = catalogue.waiting("transcode")
        worker.send(FailJob(second, catalogue.claim(second).lease, "It is not music."))
        newer, older = (staff.send(GetDelivery(one.id)) for one in staff.send(ListDeliveries()).items)
        assert [one.reason for one in newer.refusals] == ["It is not music."]
        assert older.refusals == ()
        assert (older.summary.recordings_ready, older.summary.recordings_refused) == (1, 0)

    def test_refuses_every_file_of_a_release_that_could_not_be_received(self, worker, catalogue, staff, operator):
        delivery_id = operator.send(OpenDelivery("/music"))
        files = (*catalogue.files("Blue Garden", ["One", "Two"]), *catalogue.files("Green Garden", ["One"]))
        operator.send(RecordFiles(delivery_id, files))
        operator.send(CompleteDelivery(delivery_id))
        first, second = catalogue.waiting("receive")
        worker.send(FailJob(first, catalogue.claim(first).lease, "The folder is gone."))
        found = staff.send(GetDelivery(delivery_id))
        assert {one.reason for one in found.refusals} == {"The folder is gone."}
        assert (found.summary.status, found.summary.releases_written) == (DeliveryStatus.QUARANTINED, 1)
        worker.send(FailJob(second, catalogue.claim(second).lease, "The folder is gone."))
        found = staff.send(GetDelivery(delivery_id))
        assert (found.summary.status, len(found.refusals)) == (DeliveryStatus.FINISHED, 3)

    def test_is_undone_when_the_same_content_is_delivered_again(self, worker, catalogue, job_id, job, clock):
        worker.send(FailJob(job_id, catalogue.claim(job_id).lease, "It is not music."))
        clock.advance(LONGEST_PATIENCE.total_seconds())
        catalogue.deliver(catalogue.files("Blue Garden", ["One"]))
        assert (job().status, job().attempts, job().reason, job().created_at) == (JobStatus.WAITING, 0, None, clock.now())
        assert catalogue.claim(job_id).attempt == 1


class TestAskingAgain:
    def test_for_the_same_work_leaves_a_job_that_waits_or_runs_as_it_is(self, catalogue, job_id, job, emitted):
        before, announced = job(), emitted(JobReady)
        catalogue.deliver(catalogue.files("Blue Garden", ["One"]))
        assert (job(), catalogue.waiting("transcode")) == (before, [job_id])
        catalogue.claim(job_id)
        before = job()
        catalogue.deliver(catalogue.files("Blue Garden", ["One"]))
        assert (job(), catalogue.waiting("transcode")) == (before, [])
        assert emitted(JobReady) == announced + 2  # to receive either delivery


class TestListJobs:
    @pytest.fixture
    def jobs(self, catalogue) -> list[str]:
        """Five transcodes, newest first, of which the newest two are done."""
        catalogue.deliver(catalogue.files("Blue Garden", ["1", "2", "3", "4", "5"]))
        jobs = catalogue.waiting("transcode")[::-1]
        for job_id in jobs[:2]:
            catalogue.transcode(job_id)
        return jobs

    def test_shows_the_newest_first_page_by_page(self, staff, jobs):
        pages, cursor = [], None
        while not pages or cursor:
            page = staff.send(ListJobs(cursor=cursor, size=2))
            pages.append([one.id for one in page.items])
            cursor = page.next
        assert [len(page) for page in pages] == [2, 2, 2]
        assert [*pages[0], *pages[1], pages[2][0]] == jobs

    def test_narrows_to_a_status_on_every_page(self, staff, jobs):
        first = staff.send(ListJobs(status=JobStatus.WAITING, size=2))
        second = staff.send(ListJobs(status=JobStatus.WAITING, size=2, cursor=first.next))
        assert [one.id for one in (*first.items, *second.items)] == jobs[2:]
        assert second.next is None
        assert [one.kind for one in staff.send(ListJobs(status=JobStatus.DONE)).items] == ["transcode", "transcode", "receive"]
        assert staff.send(ListJobs(status=JobStatus.FAILED)).items == ()

    @pytest.mark.parametrize("cursor", ["x", "!!!", encode_cursor(1), encode_cursor("a", "b")])
    def test_refuses_a_foreign_cursor(self, staff, cursor):
        with pytest.raises(Invalid):
            staff.send(ListJobs(cursor=cursor))

    def test_is_for_staff(self, ana):
        with pytest.raises(Forbidden):
            ana.send(ListJobs())
