"""Four processes write to one SQLite database as fast as they can: each waits its turn, and none is turned away."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from apps.core.database import reader
from apps.core.jobs.models import SlotRow

PROCESSES, WRITES = 4, 200

WRITE = """
import os, sys
from datetime import UTC, datetime

from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.contract.actions import Actor, Service
from apps.core.contract.jobs import TakeSlot

client = InProcessClient(create_core(os.environ), Service.TASKS)
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[2])):
    name = f"{sys.argv[1]} {number}"
    assert client.send(TakeSlot(name, datetime(2026, 3, 2, tzinfo=UTC)), Actor(Service.TASKS), idempotency_key=name)
"""


@pytest.mark.faults
def test_four_processes_write_without_an_error(values, core_app):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, str(number), str(WRITES)],
            env={**os.environ, **values}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(PROCESSES)
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout is not None
        while writer.stdout.readline() != "ready\n":
            assert writer.poll() is None, writer.communicate()
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    told = [writer.communicate()[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * PROCESSES, told
    with core_app.app_context(), reader() as connection:
        assert connection.scalar(select(func.count()).select_from(SlotRow)) == PROCESSES * WRITES
