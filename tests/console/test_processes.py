"""Supervision of real processes, by a real supervisor in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

pytestmark = pytest.mark.faults

SUPERVISE = """
import os, signal, sys
from pathlib import Path
from apps.console.logs import Journal
from apps.console.processes import Service, StopAsked, Supervisor

folder = Path(sys.argv[1])
lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR)
supervisor = Supervisor(Journal(folder), lock)
signal.signal(signal.SIGTERM, supervisor.note_signal)
for number, code in enumerate(sys.argv[2:]):
    once = code.startswith("# once")
    supervisor.start(Service(f"child{number}", (sys.executable, "-u", "-c", code), os.environ, once=once))
try:
    supervisor.look_after()
except StopAsked:
    supervisor.stop(patience=0.5)
finally:
    supervisor.close()
print("all stopped", flush=True)
"""
OBEDIENT = "import os, time; print('pid', os.getpid()); time.sleep(1000)"
DEAF = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('pid', os.getpid()); time.sleep(1000)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-u', '-c', {DEAF!r}])"
CRASHING = "import os; print('pid', os.getpid()); raise ValueError('no such colour')"


@pytest.fixture
def supervise(tmp_path):
    started = []

    def start(*codes):
        command = [sys.executable, "-u", "-c", SUPERVISE, str(tmp_path), *codes]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def pids(process, count):
    """The process ids that the children print."""
    found = []
    while len(found) < count:
        line = process.stdout.readline()
        assert line, "the supervisor ended early"
        if "| pid " in line:
            found.append(int(line.rpartition(" ")[2]))
    return found


def gone(*processes):
    """Whether all of these end in time; generous, as it ends with the last of them."""
    deadline = time.monotonic() + 30
    while any(running(pid) for pid in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def running(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class TestStopping:
    def test_ends_every_child(self, supervise):
        process = supervise(OBEDIENT, OBEDIENT)
        children = pids(process, 2)
        process.terminate()
        assert process.communicate()[0].endswith("all stopped\n")
        assert not any(running(pid) for pid in children)

    def test_kills_a_child_that_does_not_listen(self, supervise):
        process = supervise(DEAF)
        (deaf,) = pids(process, 1)
        process.terminate()
        assert "child0 did not stop in time" in process.communicate()[0]
        assert not running(deaf)

    def test_kills_what_a_child_has_started_itself(self, supervise):
        process = supervise(PARENT)
        (grandchild,) = pids(process, 1)
        process.terminate()
        process.communicate()
        assert gone(grandchild)

    def test_leaves_nobody_behind_when_it_is_killed_itself(self, supervise):
        process = supervise(OBEDIENT, PARENT)
        children = pids(process, 2)
        guardian = [child.pid for child in psutil.Process(process.pid).children() if "guardian" in " ".join(child.cmdline())]
        assert len(guardian) == 1
        process.kill()
        assert gone(*children, *guardian)


class TestCrashes:
    def test_start_again_and_say_why(self, supervise, tmp_path):
        process = supervise(CRASHING, OBEDIENT)
        first = pids(process, 3)
        assert len(set(first)) == 3
        journal = (tmp_path / "celesta.log").read_text()
        assert "child0 has ended (ValueError: no such colour); starting it again in 1 s." in journal

    def test_of_what_is_done_once_end_it(self, supervise, tmp_path):
        """The other child crashes again later than this one would be started again."""
        process = supervise(f"# once\n{CRASHING}", "# once", CRASHING)
        pids(process, 4)
        journal = (tmp_path / "celesta.log").read_text()
        assert "child0 has ended (ValueError: no such colour); it goes on at the next start." in journal
        assert journal.count("child0  | pid ") == 1
        assert "child1" not in journal

    def test_of_a_killed_child_too(self, supervise):
        process = supervise(OBEDIENT)
        (first,) = pids(process, 1)
        os.kill(first, signal.SIGKILL)
        (second,) = pids(process, 1)
        assert second != first
