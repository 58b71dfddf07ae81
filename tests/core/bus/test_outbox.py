"""Events leave with the Command that made them true: at once, or by the relay, at least once and never for nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from apps.core.contract.intake import CompleteDelivery, OpenDelivery, RecordFiles
from apps.core.contract.jobs import LEASE_SECONDS, JobReady, JobStatus, ListJobs
from apps.core.database import db, reader
from apps.core.outbox import PAUSE_SECONDS, SWEEP_AFTER, OutboxRow, Publisher
from apps.core.relay import LEASE, Relay
from ports.task_queue.held import HeldTaskQueue
from ports.task_queue.interface import QueueUnavailable, TaskQueue


class Broker(HeldTaskQueue):
    """A queue whose broker can be stopped."""

    stopped = False

    def enqueue(self, task, arguments, queue="default", task_id=None, request_id=""):
        if self.stopped:
            raise QueueUnavailable("the broker does not answer")
        super().enqueue(task, arguments, queue, task_id, request_id)


@pytest.fixture
def broker(core_app) -> Broker:
    broker = Broker()
    core_app.extensions["container"].put(TaskQueue, broker)
    return broker


@pytest.fixture
def seconds(core_app) -> list[float]:
    """What the publisher's timer shows; a test moves it."""
    shown = [1000.0]
    container = core_app.extensions["container"]
    container.put(Publisher, Publisher(container, timer=lambda: shown[0]))
    return shown


@pytest.fixture
def deliver(operator, catalogue):
    """Complete a delivery of one release, which emits one JobReady."""

    def complete(title: str) -> None:
        delivery_id = operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(delivery_id, tuple(catalogue.files(title, ["One"]))))
        operator.send(CompleteDelivery(delivery_id))

    return complete


@pytest.fixture
def waiting(core_app):
    """How many events have not been published."""

    def count() -> int:
        with core_app.app_context(), reader() as connection:
            return len(connection.execute(select(OutboxRow.id).where(OutboxRow.published_at.is_(None))).all())

    return count


@pytest.fixture
def relay(core_app) -> Relay:
    return Relay(core_app)


class TestPublishingAtOnce:
    def test_follows_the_commit(self, deliver, broker, waiting):
        deliver("Blue")
        (task,) = broker.held
        assert (task.name, task.queue, list(task.arguments)) == ("tasks.intake.receive", "default", ["job_id"])
        assert waiting() == 0

    def test_does_not_fail_the_command_when_the_queue_is_down(self, deliver, broker, emitted, waiting):
        broker.stopped = True
        deliver("Blue")
        assert (emitted(JobReady), waiting(), broker.held) == (1, 1, [])

    def test_does_not_fail_the_command_when_the_mark_cannot_be_written(self, deliver, broker, waiting, core_app, monkeypatch):
        """It was told; it is told once more by the relay."""
        monkeypatch.setattr(Publisher, "_mark", _locked)
        deliver("Blue")
        assert (len(broker.held), waiting()) == (1, 1)

    def test_pauses_after_a_failure_rather_than_keep_callers_waiting(self, deliver, broker, waiting, seconds):
        broker.stopped = True
        deliver("Blue")
        broker.stopped = False
        deliver("Green")
        assert (len(broker.held), waiting()) == (0, 2)
        seconds[0] += PAUSE_SECONDS
        deliver("Red")
        assert (len(broker.held), waiting()) == (1, 2)


class TestTheRelay:
    def test_delivers_what_was_left_once(self, deliver, broker, waiting, relay, clock):
        broker.stopped = True
        deliver("Blue")
        broker.stopped = False
        clock.advance(SWEEP_AFTER.total_seconds() + 1)
        assert [relay.turn(), relay.turn()] == [True, True]
        assert (len(broker.held), waiting()) == (1, 0)

    def test_leaves_young_events_to_those_who_wrote_them(self, deliver, broker, waiting, relay):
        broker.stopped = True
        deliver("Blue")
        broker.stopped = False
        relay.turn()
        assert (broker.held, waiting()) == ([], 1)

    def test_keeps_everything_while_the_queue_is_down(self, deliver, broker, waiting, relay, clock):
        broker.stopped = True
        deliver("Blue")
        clock.advance(SWEEP_AFTER.total_seconds() + 1)
        with pytest.raises(QueueUnavailable):
            relay.turn()
        assert waiting() == 1

    def test_is_not_held_up_by_an_event_of_a_newer_release(self, deliver, broker, waiting, relay, clock, core_app):
        broker.stopped = True
        deliver("Blue")
        with core_app.app_context(), db.engine.begin() as connection:
            connection.execute(update(OutboxRow).where(OutboxRow.published_at.is_(None)).values(event="SomethingOfTomorrow"))
        deliver("Green")
        broker.stopped = False
        clock.advance(SWEEP_AFTER.total_seconds() + 1)
        relay.turn()
        assert (len(broker.held), waiting()) == (1, 1)

    def test_acts_in_one_process_at_a_time(self, core_app, relay):
        assert [relay.turn(), Relay(core_app).turn(), relay.turn()] == [True, False, True]

    def test_is_taken_over_when_its_holder_goes_silent(self, core_app, relay, clock):
        relay.turn()
        clock.advance(LEASE.total_seconds())
        assert [Relay(core_app).turn(), relay.turn()] == [True, False]

    def test_that_ends_leaves_its_role_to_the_next_at_once(self, core_app, relay):
        other, idle = Relay(core_app), Relay(core_app)
        relay.turn()
        ended(idle)
        assert not other.turn()
        ended(relay)
        assert other.turn()

    def test_sweeps_jobs_whatever_becomes_of_the_events(self, core_app, relay, broker, deliver, clock, catalogue, staff):
        deliver("Blue")
        catalogue.claim(catalogue.waiting("receive")[0])
        broker.stopped = True
        deliver("Green")
        clock.advance(LEASE_SECONDS)
        with pytest.raises(QueueUnavailable):
            relay.turn()
        assert staff.send(ListJobs(status=JobStatus.RUNNING)).items == ()

    def test_passes_over_what_it_cannot_read(self, core_app, relay, broker, deliver, waiting, clock):
        broker.stopped = True
        deliver("Blue")
        with core_app.app_context(), db.engine.begin() as connection:
            unread = {"fields": b'{"job_id":"","kind":"sing"}', "created_at": clock.now(), "published_at": None}
            connection.execute(insert(OutboxRow), [{**unread, "id": "0" * 22, "event": "JobReady"}])
        broker.stopped = False
        clock.advance(SWEEP_AFTER.total_seconds() + 1)
        assert relay.turn()
        assert (len(broker.held), waiting()) == (1, 1)

    def test_settles_what_an_earlier_release_left_and_nobody_is_told_of(self, core_app, relay, broker, waiting, clock):
        with core_app.app_context(), db.engine.begin() as connection:
            left = {"fields": b'{"account_id":""}', "created_at": clock.now(), "published_at": None}
            connection.execute(insert(OutboxRow), [{**left, "id": "0" * 22, "event": "AccountRegistered"}])
        clock.advance(SWEEP_AFTER.total_seconds() + 1)
        assert relay.turn()
        assert (broker.held, waiting()) == ([], 0)

    def test_goes_on_after_a_failure_and_ends_when_told(self, core_app, broker, deliver, waiting, clock):
        broker.stopped = True
        deliver("Blue")
        clock.advance(SWEEP_AFTER.total_seconds() + 1)
        relay = Eager(core_app, broker)
        relay.start()
        relay.join(timeout=20)
        assert not relay.is_alive()
        assert (relay.turns, len(broker.held), waiting()) == (3, 1, 0)


def ended(relay: Relay) -> None:
    relay.stop()
    relay.start()
    relay.join(timeout=20)
    assert not relay.is_alive()


class Eager(Relay):
    """Takes its turns without a pause; the first fails for a reason nobody knows, then the broker comes back, then it is told to stop."""

    def __init__(self, core, broker: Broker) -> None:
        super().__init__(core, turn_seconds=0.0)
        self._broker = broker
        self.turns = 0

    def turn(self) -> bool:
        self.turns += 1
        if self.turns == 1:
            raise ZeroDivisionError("nobody knows why")
        if self.turns == 3:
            self._broker.stopped = False
            self.stop()
        return super().turn()


def _locked(*_: object) -> None:
    from sqlalchemy.exc import OperationalError

    raise OperationalError("UPDATE outbox", None, Exception("database is locked"))
