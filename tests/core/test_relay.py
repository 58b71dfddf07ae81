"""`python -m apps.core.relay`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from apps.console.checkout import ROOT
from apps.console.embedded import free_port
from apps.core.contract.costs import ListActionCosts
from apps.core.jobs.models import LeaseRow
from apps.core.relay import RELAY
from tests.services import wait_until


@contextmanager
def relay(values, log):
    with log.open("wb") as output:
        # Its coverage is counted where this one's is.
        counted = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        command = [sys.executable, "-m", "apps.core.relay"]
        process = subprocess.Popen(command, env={**values, **counted}, cwd=ROOT, stdout=output, stderr=output)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


class TestRelayProcess:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_runs_until_it_is_told_to_end(self, values, tmp_path, number):
        log = tmp_path / "log"
        with relay(values, log) as process:
            wait_until(lambda: "the relay runs" in log.read_text())
            process.send_signal(number)
            assert process.wait(60) == 0

    def test_tells_prometheus_what_runs_where_it_is_asked_to(self, values, tmp_path):
        port = free_port()
        with relay({**values, "METRICS_PORT": str(port)}, tmp_path / "log") as process:
            wait_until(lambda: "the relay runs" in (tmp_path / "log").read_text())
            with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                assert b'celesta_port_info{implementation="stepped",port="clock"} 1.0' in answer.read()
            process.terminate()
            assert process.wait(60) == 0

    def test_a_signal_during_its_start_is_not_lost(self, values, tmp_path):
        log = tmp_path / "log"
        with relay(values, log) as process:
            wait_until(lambda: blocked(process.pid) & 1 << (signal.SIGTERM - 1))
            process.terminate()
            assert process.wait(60) == 0

    def test_writes_what_its_last_seconds_cost(self, values, tmp_path, operator, left):
        with relay(values, tmp_path / "log") as process:
            wait_until(lambda: left(LeaseRow.name))
            process.terminate()
            assert process.wait(60) == 0
        assert [one.action for one in operator.send(ListActionCosts()).actions] == [RELAY]

    def test_says_in_one_line_what_keeps_it_from_that(self, values, tmp_path):
        log = tmp_path / "log"
        with relay({**values, "DATABASE_URL": f"sqlite:///{tmp_path}/missing/celesta.db"}, log) as process:
            assert process.wait(60) == 1
        told = log.read_text()
        assert "correct DATABASE_URL" in told.splitlines()[-1]
        assert "Traceback" not in told


def blocked(process: int) -> int:
    """The signals that it holds back, one bit each."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigBlk"))
