"""A worker as it is started, from its first moment to an orderly end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from urllib.request import urlopen

import pytest

from apps.console.checkout import ROOT
from apps.console.embedded import free_port
from apps.core.contract.costs import ListActionCosts
from ports.container import Container
from ports.task_queue.interface import TaskQueue
from tasks.schedule import PRUNE
from tests.services import valkey, wait_until


@pytest.fixture
def broker():
    with valkey() as server:
        yield server


def test_begins_failures_at_zero_and_writes_what_its_last_seconds_cost(values, broker, operator, tmp_path):
    port, log = free_port(), tmp_path / "log"
    chosen = {**os.environ, **values, "TASK_QUEUE": "celery", "BROKER_URL": broker.url, "METRICS_PORT": str(port)}
    options = ("-Q", "default", "-c", "1", "--without-gossip", "--without-mingle")
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "tasks.app", "worker", *options]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=chosen, cwd=ROOT, stdout=output, stderr=output) as worker,
    ):
        try:
            Container(chosen).get(TaskQueue).enqueue(PRUNE, {}, "default")
            wait_until(lambda: "task ended" in log.read_text(), 60)
            with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                assert f'celesta_tasks_total{{outcome="failure",queue="default",task="{PRUNE}"}} 0.0' in answer.read().decode()
        finally:
            worker.send_signal(signal.SIGTERM)
    assert "TakeSlot" in {one.action for one in operator.send(ListActionCosts()).actions}, log.read_text()
