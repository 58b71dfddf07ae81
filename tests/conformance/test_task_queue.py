"""Every implementation of the task queue port passes this suite."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest

from apps.console.embedded import free_port
from ports.environment import BootError
from ports.task_queue.celery import CeleryTaskQueue
from ports.task_queue.inline import InlineTaskQueue
from ports.task_queue.interface import QueueUnavailable, TaskQueue
from tests.services import PATIENCE, ValkeyServer, valkey

RECORD = "tests.conformance.recorder.record"
FAIL = "tests.conformance.recorder.fail"


@pytest.fixture(scope="module")
def worker() -> Iterator[ValkeyServer]:
    """A broker of its own with one Celery worker on the queues `default` and `priority`."""
    with valkey() as broker:
        command = [sys.executable, "-m", "celery", "--app", "tests.conformance.recorder", "worker", "--pool", "solo"]
        options = ["--queues", "default,priority", "--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
        with subprocess.Popen([*command, *options], env=os.environ | {"RECORDER_BROKER": broker.url}) as process:
            try:
                yield broker
            finally:
                process.kill()


@pytest.fixture(params=["celery", "inline"])
def store(request: pytest.FixtureRequest) -> ValkeyServer:
    """Where tasks record: the worker's broker, or the shared server where there is no worker."""
    server = request.getfixturevalue("worker" if request.param == "celery" else "redis_server")
    with server.client as client:
        client.delete("recorded")
    return server


@pytest.fixture
def queue(request, store, settings, environment) -> TaskQueue:
    settings["BROKER_URL"] = store.url
    chosen = CeleryTaskQueue if request.node.callspec.params["store"] == "celery" else InlineTaskQueue
    return chosen.from_env(environment)


@pytest.fixture
def recorded(store: ValkeyServer) -> Iterator[Callable[[], dict[str, object]]]:
    """What the next task that ran was given; fails where none runs."""
    with store.client as client:

        def recorded() -> dict[str, object]:
            found = client.blpop(["recorded"], timeout=PATIENCE)
            assert isinstance(found, list | tuple), "no task ran"
            return json.loads(found[1])

        yield recorded


class TestTaskQueue:
    def test_the_task_is_done_with_its_arguments(self, queue, store, recorded):
        given = {"text": "Björk\n", "number": 7, "share": 0.5, "yes": True, "nothing": None}
        queue.enqueue(RECORD, {"redis_url": store.url, **given})
        assert recorded() == given

    def test_the_task_is_done_whatever_its_queue(self, queue, store, recorded):
        queue.enqueue(RECORD, {"redis_url": store.url, "through": "priority"}, queue="priority", task_id="recording-1")
        assert recorded() == {"through": "priority"}

    def test_tasks_of_one_caller_are_all_done_in_order(self, queue, store, recorded):
        for number in range(20):
            queue.enqueue(RECORD, {"redis_url": store.url, "number": number})
        assert [recorded()["number"] for _ in range(20)] == list(range(20))

    def test_many_callers_lose_nothing(self, queue, store, recorded):
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda number: queue.enqueue(RECORD, {"redis_url": store.url, "number": number}), range(50)))
        assert sorted(recorded()["number"] for _ in range(50)) == list(range(50))

    def test_a_failing_task_fails_neither_the_caller_nor_the_next_task(self, queue, store, recorded):
        queue.enqueue(FAIL, {})
        queue.enqueue(RECORD, {"redis_url": store.url, "after": "failure"})
        assert recorded() == {"after": "failure"}

    def test_later_changes_of_the_arguments_change_nothing(self, queue, store, recorded):
        arguments: dict[str, str | int] = {"redis_url": store.url, "number": 1}
        queue.enqueue(RECORD, arguments)
        arguments["number"] = 2
        assert recorded() == {"number": 1}

    def test_answers(self, queue):
        queue.ping()


class TestCeleryTaskQueue:
    @pytest.fixture
    def silent_port(self) -> Iterator[int]:
        """Takes connections and never says a word."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            yield listener.getsockname()[1]

    def test_a_broker_that_is_not_there_takes_nothing(self):
        queue = CeleryTaskQueue(f"redis://127.0.0.1:{free_port()}/0")
        with pytest.raises(QueueUnavailable, match=f"{RECORD} was not taken"):
            queue.enqueue(RECORD, {})
        with pytest.raises(QueueUnavailable, match="does not answer"):
            queue.ping()

    def test_a_silent_broker_takes_nothing(self, silent_port):
        queue = CeleryTaskQueue(f"redis://127.0.0.1:{silent_port}/0")
        with pytest.raises(QueueUnavailable):
            queue.enqueue(RECORD, {})
        with pytest.raises(QueueUnavailable):
            queue.ping()

    def test_goes_on_when_the_broker_is_back(self):
        with valkey() as broker:
            queue = CeleryTaskQueue(broker.url)
            queue.enqueue(RECORD, {})
            broker.stop()
            with pytest.raises(QueueUnavailable):
                queue.enqueue(RECORD, {})
            broker.start()
            queue.enqueue(RECORD, {})
            with broker.client as client:
                assert client.llen("default") == 2

    def test_a_full_broker_takes_nothing_and_says_so(self, redis_server):
        queue = CeleryTaskQueue(redis_server.url)
        with redis_server.client as client:
            client.config_set("maxmemory", "1mb")
            try:
                with pytest.raises(QueueUnavailable, match="maxmemory"):
                    queue.enqueue(RECORD, {})
            finally:
                client.config_set("maxmemory", "0")

    def test_speaks_through_a_unix_socket(self, redis_server):
        CeleryTaskQueue(redis_server.socket_url.replace("unix://", "redis+socket://")).enqueue(RECORD, {})
        with redis_server.client as client:
            assert client.llen("default") == 1

    def test_sends_json_and_asks_for_no_result(self, redis_server):
        CeleryTaskQueue(redis_server.url).enqueue(RECORD, {"number": 1}, task_id="recording-1")
        with redis_server.client as client:
            message = json.loads(client.lindex("default", 0))
        assert message["content-type"] == "application/json"
        assert message["headers"]["id"] == "recording-1"
        assert message["headers"]["ignore_result"] is True

    @pytest.mark.parametrize("url", ["ftp://:precious@localhost", "localhost", "amqp://precious@localhost"])
    def test_a_broker_of_another_kind_stops_the_boot_and_is_not_shown(self, settings, environment, url):
        settings["BROKER_URL"] = url
        with pytest.raises(BootError, match="one of redis, rediss, redis\\+socket, sqs") as refused:
            CeleryTaskQueue.from_env(environment)
        assert "precious" not in str(refused.value)

    def test_a_missing_broker_is_named(self, environment):
        with pytest.raises(BootError, match="BROKER_URL"):
            CeleryTaskQueue.from_env(environment)


done: list[str] = []
caller: ContextVar[str] = ContextVar("caller", default="nobody")
current_queue: list[TaskQueue] = []


def outer() -> None:
    done.append("outer begins")
    current_queue[-1].enqueue(f"{__name__}.inner", {})
    done.append("outer ends")


def inner() -> None:
    done.append(f"inner for {caller.get()}")


class TestInlineTaskQueue:
    @pytest.fixture
    def inline(self, environment) -> Iterator[InlineTaskQueue]:
        queue = InlineTaskQueue.from_env(environment)
        current_queue.append(queue)
        yield queue
        current_queue.clear()
        done.clear()

    def test_says_loudly_that_it_is_a_fake(self, environment, caplog):
        caplog.set_level(logging.WARNING)
        assert InlineTaskQueue.from_env(environment).fake is True
        assert "task queue is a fake" in caplog.text

    def test_has_done_the_task_when_it_returns(self, inline):
        inline.enqueue(f"{__name__}.inner", {})
        assert done == ["inner for nobody"]

    def test_does_what_a_task_enqueues_after_it(self, inline):
        inline.enqueue(f"{__name__}.outer", {})
        assert done == ["outer begins", "outer ends", "inner for nobody"]

    def test_hides_the_callers_context_from_the_task(self, inline):
        token = caller.set("somebody")
        inline.enqueue(f"{__name__}.inner", {})
        caller.reset(token)
        assert done == ["inner for nobody"]

    def test_runs_a_plain_function_and_a_celery_task_alike(self, inline, redis_server):
        for task in ("record", "plain"):
            inline.enqueue(f"tests.conformance.recorder.{task}", {"redis_url": redis_server.url, "by": task})
        with redis_server.client as client:
            assert [json.loads(text)["by"] for text in client.lrange("recorded", 0, -1)] == ["record", "plain"]

    @pytest.mark.parametrize("task", [FAIL, "tests.conformance.recorder.missing", "no.such.module", "nothing"])
    def test_logs_what_went_wrong(self, inline, caplog, task):
        inline.enqueue(task, {}, task_id="recording-1")
        assert f"The task {task} (recording-1) failed" in caplog.text
        assert "Traceback" in caplog.text
