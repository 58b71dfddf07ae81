"""From `celesta run` to the first page, with the schema current, and the memory of the web processes once they have served."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from apps.console.embedded import free_port
from bench.load import HOST
from bench.measure import ROOT, BenchError, end_cleanly, show

ROUNDS = 5
PATIENCE = 60
PAGES = ("/", "/releases", "/log-in", "/register", "/api/v1/releases")
VISITS = 40
"""Of each page, before the memory is read."""


def main() -> None:
    end_cleanly()
    firsts: list[float] = []
    memory = 0
    with TemporaryDirectory(prefix="celesta-bench-") as home:
        with _service(home):
            pass
        for _ in range(ROUNDS):
            with _service(home) as (seconds, url, process):
                firsts.append(seconds)
                _visit(url)
                memory = _web_memory(process)
    spread = f"{statistics.median(firsts):.2f} s ({min(firsts):.2f} to {max(firsts):.2f})"
    show("celesta run: first page", spread, "at most 4 s")
    show("web processes: PSS", f"{memory / 1e6:.0f} MB", "at most 170 MB")


@contextmanager
def _service(home: str) -> Generator[tuple[float, str, psutil.Process]]:
    """A running service, and the seconds it took to its first page."""
    port = free_port()
    url = f"http://{HOST}:{port}"
    command = (str(Path(sys.executable).with_name("celesta")), "run", "--no-demo", "--port", str(port))
    environment = {**os.environ, "CELESTA_HOME": home}
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
    try:
        while not _answers(url):
            if process.poll() is not None or time.perf_counter() > began + PATIENCE:
                raise BenchError("celesta run did not come up. Start it by hand to see why.")
            time.sleep(0.01)
        yield time.perf_counter() - began, url, psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310 - our own server
            return answer.status == 200
    except OSError:
        return False


def _visit(url: str) -> None:
    for page in PAGES * VISITS:
        try:
            urllib.request.urlopen(url + page, timeout=PATIENCE).close()  # noqa: S310 - our own server
        except urllib.error.HTTPError:
            continue  # refused without a token, which costs memory too


def _web_memory(process: psutil.Process) -> int:
    """Bytes; what processes share counts once."""
    web = [child for child in process.children(recursive=True) if any("gunicorn" in word for word in child.cmdline())]
    return sum(child.memory_full_info().pss for child in web)
