"""What a worker does is told to whoever watches, such as Flower."""

from __future__ import annotations

import signal
from collections import Counter
from threading import Event, Thread

import pytest
from celery import Celery

from ports.container import Container
from ports.task_queue.interface import TaskQueue
from tasks.schedule import PRUNE

pytestmark = pytest.mark.faults


@pytest.fixture
def events(quick_house):
    """How many events of each type have come."""
    seen: Counter[str] = Counter()
    watching = Event()
    app = Celery("watcher", broker=quick_house.valkey.url, set_as_current=False)
    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": lambda event: seen.update([event["type"]])})
        receiver.on_consume_ready = lambda *_, **__: watching.set()
        thread = Thread(target=receiver.capture, kwargs={"wakeup": False})
        thread.start()
        assert watching.wait(20)
        yield seen
        receiver.should_stop = True
        thread.join()


class TestEvents:
    def test_tell_of_each_task_and_of_the_last_before_the_worker_ends(self, quick_house, events):
        house, queue = quick_house, Container(quick_house.values).get(TaskQueue)
        worker = house.worker("worker")
        for number in range(1, 4):
            queue.enqueue(PRUNE, {})
            house.wait_until(lambda number=number: events["task-succeeded"] == number)
        queue.enqueue(PRUNE, {})
        house.wait_until(lambda: worker.count("outcome=success") == 4)
        worker.popen.send_signal(signal.SIGTERM)
        house.wait_until(lambda: events["task-succeeded"] == 4)
        assert events["task-received"] == events["task-started"] == 4
