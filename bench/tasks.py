"""A background task of ours beside bare Celery's: tasks a second, and how long one waits from its publishing to its start."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import STDOUT, Popen
from tempfile import TemporaryDirectory, TemporaryFile

from celery import Celery

from bench.measure import ROOT, BenchError, cpu_seconds, show
from bench.noop import MOMENTS, NAME
from bench.servers import home
from ports.container import Container
from ports.task_queue.interface import TaskQueue

TASKS, ROUNDS = 3_000, 3
SINGLE, PAUSE = 500, 0.02
"""Tasks sent one by one, and the seconds between them: a worker that is awake and idle."""
PATIENCE = 120


@dataclass
class Contender:
    """One way to send the task and have it done."""

    name: str
    app: str
    options: tuple[str, ...]
    send: Callable[[], None]
    rates: list[float] = field(default_factory=list[float])
    costs: list[float] = field(default_factory=list[float])
    """CPU seconds of the worker and its children for one task."""
    waits: list[float] = field(default_factory=list[float])


def main() -> None:
    with home() as environment:
        queue = Container(environment).get(TaskQueue)
        bare = Celery("bare", broker=environment["BROKER_URL"], set_as_current=False)

        def send_bare() -> None:
            bare.send_task(NAME, kwargs={"sent": time.time()}, queue="bare", ignore_result=True)

        contenders = (
            Contender("bare Celery", "bench.noop:bare", (), send_bare),
            Contender("bare Celery, seen by Flower", "bench.noop:bare", ("-E",), send_bare),
            # As `celesta run` starts it.
            Contender("ours", "bench.noop:celery", ("-E", "-Q", "default"), lambda: queue.enqueue(NAME, {"sent": time.time()})),
        )
        for _ in range(ROUNDS):
            for contender in contenders:
                _measure(contender, environment)
    for contender in contenders:
        show(f"{contender.name}: CPU of a task", f"{statistics.median(contender.costs) * 1000:.2f} ms")
        show(f"{contender.name}: tasks a second", f"{statistics.median(contender.rates):.0f}")
        show(f"{contender.name}: publish to start, median", f"{statistics.median(contender.waits) * 1000:.1f} ms")
        bar = "at most 20 ms" if contender.name == "ours" else ""
        show(f"{contender.name}: publish to start, p99", f"{statistics.quantiles(contender.waits, n=100)[98] * 1000:.1f} ms", bar)
    *others, ours = contenders
    for other in others:
        _show_ratio(f"ours by {other.name}: tasks for the same CPU", other.costs, ours.costs)
        _show_ratio(f"ours by {other.name}: tasks a second", ours.rates, other.rates)


def _show_ratio(name: str, one: Sequence[float], other: Sequence[float]) -> None:
    """On a machine that others use too, CPU is the one to believe."""
    ratio = [first / second for first, second in zip(one, other, strict=True)]
    show(name, f"{statistics.median(ratio):.2f} ({min(ratio):.2f} to {max(ratio):.2f})", "at least 0.8")


def _measure(contender: Contender, environment: Mapping[str, str]) -> None:
    with TemporaryDirectory(prefix="celesta-bench-") as folder:
        moments = Path(folder) / "moments"
        for _ in range(TASKS):
            contender.send()
        with _worker(contender, {**environment, "BENCH_MOMENTS": str(moments)}) as worker:
            _await(moments, 1)
            began, early = cpu_seconds([worker]), moments.stat().st_size // MOMENTS.size
            begun = sorted(start for _, start in _await(moments, TASKS))
            contender.costs.append((cpu_seconds([worker]) - began) / (TASKS - early))
            contender.rates.append((TASKS - 1) / (begun[-1] - begun[0]))
            moments.unlink()
            for _ in range(SINGLE):
                contender.send()
                time.sleep(PAUSE)
            contender.waits += [start - sent for sent, start in _await(moments, SINGLE)]


def _await(moments: Path, number: int) -> list[tuple[float, float]]:
    deadline = time.monotonic() + PATIENCE
    while not moments.exists() or moments.stat().st_size < number * MOMENTS.size:
        if time.monotonic() > deadline:
            raise BenchError(f"Of {number} tasks not all were done within {PATIENCE} s.")
        time.sleep(0.02)
    return list(MOMENTS.iter_unpack(moments.read_bytes()))


@contextmanager
def _worker(contender: Contender, environment: Mapping[str, str]) -> Generator[int]:
    options = ("-c", "2", "-l", "WARNING", "--without-gossip", "--without-mingle", *contender.options)
    command = (sys.executable, "-m", "celery", "-A", contender.app, "worker", *options)
    with TemporaryFile() as said:
        worker = Popen(command, env={**environment, "LOG_LEVEL": "WARNING"}, cwd=ROOT, stdout=said, stderr=STDOUT)  # noqa: S603 - our own words
        try:
            yield worker.pid
        finally:
            worker.terminate()
            worker.wait()
