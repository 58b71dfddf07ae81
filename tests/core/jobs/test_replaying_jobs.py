"""What was given up is seen with its reason and tried again; what it was for waits for it as before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from apps.core.contract.errors import NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.intake import (
    CompleteDelivery,
    DeliveryStatus,
    FoundFile,
    GetDelivery,
    ListDeliveries,
    OpenDelivery,
    RecordFiles,
)
from apps.core.contract.jobs import FailJob, JobReady, JobStatus, ListJobs, ListUnpublishedEvents, ReplayJob
from apps.core.database import db
from apps.core.outbox import OutboxRow, Publisher
from ports.container import Container


def given_up(staff):
    return staff.send(ListJobs(JobStatus.FAILED)).items


@pytest.fixture
def give_up(catalogue):
    """Gives up the only waiting job of a kind, and tells its id."""

    def act(kind: str, reason: str = "The disk is broken.") -> str:
        claim = catalogue.claim(*catalogue.waiting(kind))
        catalogue.worker.send(FailJob(claim.job_id, claim.lease, reason))
        return claim.job_id

    return act


class TestReplayJob:
    def test_waits_and_is_announced_as_if_it_were_new(self, catalogue, give_up, staff, emitted):
        catalogue.deliver(catalogue.files("Blue Garden", ["One"]))
        job_id, before = give_up("transcode"), emitted(JobReady)
        again = staff.send(ReplayJob(job_id))
        assert (again.id, again.status, again.attempts, again.reason) == (job_id, JobStatus.WAITING, 0, None)
        assert emitted(JobReady) == before + 1
        assert given_up(staff) == ()
        assert isinstance(catalogue.claim(job_id).attempt, int)

    def test_twice_is_once(self, catalogue, give_up, staff, emitted):
        catalogue.deliver(catalogue.files("Blue Garden", ["One"]))
        job_id, before = give_up("transcode"), emitted(JobReady)
        first, second = (staff.send(ReplayJob(job_id)) for _ in range(2))
        assert first == second
        assert emitted(JobReady) == before + 1

    def test_of_one_that_runs_or_is_done_changes_nothing(self, catalogue, staff):
        catalogue.deliver(catalogue.files("Blue Garden", ["One"]))
        (job_id,) = catalogue.waiting("transcode")
        catalogue.claim(job_id)
        assert staff.send(ReplayJob(job_id)).status is JobStatus.RUNNING

    def test_of_none_is_not_found(self, staff):
        with pytest.raises(NotFound):
            staff.send(ReplayJob(new_id()))

    def test_lets_a_recording_be_heard_after_all(self, catalogue, give_up, staff, operator):
        (release_id,) = catalogue.deliver(catalogue.files("Blue Garden", ["One"]))
        job_id = give_up("transcode")
        (delivery,) = operator.send(ListDeliveries()).items
        assert delivery.recordings_refused == 1
        staff.send(ReplayJob(job_id))
        catalogue.transcode_all()
        (delivery,) = operator.send(ListDeliveries()).items
        assert (delivery.recordings_ready, delivery.recordings_refused) == (1, 0)
        assert operator.send(GetDelivery(delivery.id)).refusals == ()
        assert release_id

    def test_takes_nothing_back_that_another_content_was_refused_for(self, catalogue, give_up, staff, operator):
        catalogue.deliver(catalogue.files("Blue Garden", ["One"]))
        first = give_up("transcode")
        catalogue.deliver(catalogue.files("Blue Garden", ["One"]), content="remaster")
        second = give_up("transcode", "It holds no sound.")

        def refused() -> list[int]:
            return [delivery.recordings_refused for delivery in operator.send(ListDeliveries()).items]

        staff.send(ReplayJob(first))
        assert refused() == [1, 1]
        staff.send(ReplayJob(second))
        assert refused() == [0, 0]

    def test_lets_a_release_be_taken_in_after_all_but_for_what_was_no_music(self, catalogue, give_up, staff, operator):
        files = (*catalogue.files("Blue Garden", ["One"]), FoundFile("Blue Garden/cover.exe", 10, 1, None, "This is not music."))
        delivery_id = operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(delivery_id, files))
        operator.send(CompleteDelivery(delivery_id))
        job_id = give_up("receive")
        assert operator.send(GetDelivery(delivery_id)).summary.status is DeliveryStatus.FINISHED
        staff.send(ReplayJob(job_id))
        assert operator.send(GetDelivery(delivery_id)).summary.status is DeliveryStatus.QUARANTINED
        catalogue.receive(job_id)
        detail = operator.send(GetDelivery(delivery_id))
        assert (detail.summary.status, detail.summary.releases_written, detail.summary.refused) == (DeliveryStatus.FINISHED, 1, 1)
        assert [refusal.reason for refusal in detail.refusals] == ["This is not music."]


class TestUnpublishedEvents:
    @pytest.fixture
    def left(self, core_app, catalogue, clock):
        """One event that was left behind long ago, changed as a test wants it."""

        def act(**changes: object) -> None:
            catalogue.deliver(catalogue.files("Blue Garden", ["One"]))
            with core_app.app_context(), db.engine.begin() as connection:
                one = OutboxRow.event == "JobReady"
                connection.execute(update(OutboxRow).where(one).values(published_at=None, **changes))
            clock.advance(timedelta(minutes=1).total_seconds())

        return act

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [({}, "broker and the relay"), ({"event": "FromTomorrow"}, "knows no such event"), ({"fields": b"nothing"}, "cannot read it")],
    )
    def test_are_seen_with_their_reason(self, left, staff, changes, reason):
        left(**changes)
        events = staff.send(ListUnpublishedEvents()).items
        assert events
        assert all(reason in event.reason for event in events)

    def test_are_told_page_by_page(self, left, staff):
        left()
        first = staff.send(ListUnpublishedEvents(size=1))
        following = staff.send(ListUnpublishedEvents(cursor=first.next, size=1))
        assert first.items[0].id < following.items[0].id

    def test_are_none_while_the_relay_may_still_come(self, catalogue, staff):
        catalogue.deliver(catalogue.files("Blue Garden", ["One"]))
        assert staff.send(ListUnpublishedEvents()).items == ()

    def test_that_cannot_be_read_are_in_nobodys_way(self, left, core_app):
        left(fields=b"nothing")
        container: Container = core_app.extensions["container"]
        with core_app.app_context():
            assert container.get(Publisher).sweep() > 0
            assert container.get(Publisher).sweep() == 0
