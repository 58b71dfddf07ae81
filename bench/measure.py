"""Measuring servers against one another: system CPU per request, in one run, taking turns.

Throughput is at the mercy of how connections fall on workers and of who else uses the machine; the CPU that a server's processes
spend on a request is much less so. Every process that works for a request counts (databases too), the load generator never.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

import msgspec
import psutil

from bench.load import Load, Outcome

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
"""Seconds after which a server that does not answer has failed."""
GUNICORN = (sys.executable, "-m", "gunicorn", "-c", "python:wsgi.gunicorn")


class BenchError(Exception):
    """The run is worthless: what happened, and where to look."""


def end_cleanly() -> None:
    """Let SIGTERM end the blocks that are open, and with them the servers; Ctrl-C does so anyway."""
    signal.signal(signal.SIGTERM, _end_with_code)


def _end_with_code(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


@contextmanager
def running(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    port: int,
    folder: str | Path = ROOT,
    user: str | None = None,
    stdin: IO[bytes] | None = None,
) -> Generator[int]:
    """Run a server until the block ends; gives its process id once it listens on its port."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - the benchmarks' own commands
            words,
            env={**os.environ, **environment},
            cwd=folder,
            user=user,
            stdin=stdin,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            _await(process, port, said)
            yield process.pid
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await(process: subprocess.Popen[bytes], port: int, said: IO[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            said.seek(0)
            raise BenchError(f"{process.args} does not answer on port {port}. It said:\n{said.read().decode(errors='replace')}")
        if _listens(process.pid, port):
            return
        time.sleep(0.02)


def _listens(process: int, port: int) -> bool:
    """Whether it is this process, and no other, that has taken the port."""
    connections = psutil.Process(process).net_connections(kind="tcp")
    return any(connection.status == psutil.CONN_LISTEN and connection.laddr.port == port for connection in connections)


@dataclass
class Target:
    """A request to measure, and every process that works for it."""

    name: str
    load: Load
    processes: tuple[int, ...]
    seconds: list[float] = field(default_factory=list[float])
    """CPU seconds a request, one figure a round."""

    @property
    def cost(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.seconds)

    def measure(self) -> Outcome:
        before = cpu_seconds(self.processes)
        outcome = generate(self.load)
        self.seconds.append((cpu_seconds(self.processes) - before) / outcome.requests)
        if outcome.refused:
            raise BenchError(f"{self.name}: {outcome.refused} of {outcome.requests} answers were not 2xx.")
        return outcome


def compare(targets: Sequence[Target], rounds: int = 5) -> None:
    """Warm each up, then let them take turns, so that what disturbs the machine disturbs all alike."""
    for target in targets:
        target.measure()
        target.seconds.clear()
    for _ in range(rounds):
        for target in targets:
            target.measure()


def ratios(target: Target, other: Target) -> tuple[float, float, float]:
    """What `target` costs for each unit that `other` costs: median, lowest and highest of the rounds."""
    each = [one / two for one, two in zip(target.seconds, other.seconds, strict=True)]
    return statistics.median(each), min(each), max(each)


def microseconds(*calls: Callable[[], object], times: int = 2_000, rounds: int = 15) -> tuple[float, ...]:
    """The CPU time of each call, taking turns: the medians of the rounds."""
    for call in calls:
        _cpu_of(call, times)
    each = [[_cpu_of(call, times) for call in calls] for _ in range(rounds)]
    return tuple(statistics.median(column) for column in zip(*each, strict=True))


def _cpu_of(call: Callable[[], object], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - began) / times * 1e6


def generate(load: Load) -> Outcome:
    """Put the load on from a process of its own."""
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=msgspec.json.encode(load), cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        raise BenchError(f"The load on {load.path} broke off: {done.stderr.decode().strip().rpartition(chr(10))[2]}")
    return msgspec.json.decode(done.stdout, type=Outcome)


def cpu_seconds(processes: Sequence[int]) -> float:
    """User and system time of these processes and all below them."""
    total = 0.0
    for root in processes:
        parent = psutil.Process(root)
        for process in (parent, *parent.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def show(name: str, value: str, bar: str = "") -> None:
    """One line of a result, what it was measured against behind it."""
    print(f"{name:58} {value:>26}  {bar}".rstrip(), flush=True)


def show_ratio(name: str, target: Target, other: Target, bar: str) -> None:
    median, lowest, highest = ratios(target, other)
    show(name, f"{median:.2f} ({lowest:.2f} to {highest:.2f})", bar)
