"""What a liveness probe looks at: a file whose age says whether a process without a port still turns."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tasks.heartbeat import AWAY, CONNECTED, PAUSE_SECONDS, STUCK_SECONDS

pytestmark = pytest.mark.faults
STUCK = "import signal, time; signal.signal(signal.SIGUSR2, lambda *_: time.sleep(3600)); from celery.__main__ import main; main()"
"""Celery with a signal that keeps its loop from turning."""


@pytest.fixture
def heartbeat(tmp_path) -> Path:
    return tmp_path / "heartbeat"


def said(heartbeat: Path) -> str:
    return heartbeat.read_text().strip() if heartbeat.exists() else ""


def beats_on(house, heartbeat: Path) -> None:
    before = heartbeat.stat().st_mtime_ns
    house.wait_until(lambda: heartbeat.stat().st_mtime_ns > before)


class TestAWorker:
    def test_lives_while_the_broker_is_away_and_says_when_it_is_back(self, quick_house, heartbeat):
        quick_house.worker("worker", settings={"HEARTBEAT_FILE": str(heartbeat)})
        quick_house.wait_until(lambda: said(heartbeat) == CONNECTED)
        quick_house.valkey.stop()
        quick_house.wait_until(lambda: said(heartbeat) == AWAY)
        beats_on(quick_house, heartbeat)
        quick_house.valkey.start()
        quick_house.wait_until(lambda: said(heartbeat) == CONNECTED)
        beats_on(quick_house, heartbeat)

    def test_that_is_stuck_stops_beating(self, quick_house, heartbeat):
        worker = quick_house.worker("worker", settings={"HEARTBEAT_FILE": str(heartbeat)}, program=("-c", STUCK))
        quick_house.wait_until(lambda: said(heartbeat) == CONNECTED)
        worker.popen.send_signal(signal.SIGUSR2)
        quick_house.wait_until(lambda: time.time() - heartbeat.stat().st_mtime > STUCK_SECONDS + 2 * PAUSE_SECONDS)
        assert worker.popen.poll() is None


class TestBeat:
    def test_beats_where_no_broker_is(self, quick_house, heartbeat, tmp_path):
        quick_house.valkey.stop()
        settings = {"HEARTBEAT_FILE": str(heartbeat)}
        quick_house.start("beat", "-m", "celery", "-A", "tasks.app", "beat", "-s", str(tmp_path / "schedule"), settings=settings)
        quick_house.wait_until(heartbeat.exists)


class TestTheRelay:
    def test_beats_at_each_turn(self, quick_house, heartbeat):
        quick_house.start("relay", "-m", "apps.core.relay", settings={"HEARTBEAT_FILE": str(heartbeat)})
        quick_house.wait_until(heartbeat.exists)
        beats_on(quick_house, heartbeat)
