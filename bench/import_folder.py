"""How long an import takes until 2,000 tagged files are a delivery, and how long it takes to see that nothing changed."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from apps.console.folder.delivery import deliver, sort_out
from apps.console.folder.walk import Walk
from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.actions import Actor, Service
from apps.core.contract.intake import OpenDelivery
from bench.library import write_files
from bench.measure import ROOT, show
from bench.servers import home

ROUNDS = 3


class Round(NamedTuple):
    """Wall seconds; the commands are whole processes, the others what they do between their start and their last line."""

    files: int
    delivered: float
    seen_again: float
    command: float
    command_again: float


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="celesta-bench-") as folder:
        music = Path(folder)
        write_files(music)
        rounds = [_round(music) for _ in range(ROUNDS)]
    files = rounds[0].files
    delivered, again, command, command_again = (statistics.median(column) for column in list(zip(*rounds, strict=True))[1:])
    show(f"tags of {files} files read and the delivery recorded", f"{delivered:.2f} s")
    show("for each 1,000 files", f"{delivered / files * 1000:.2f} s", "at most 1 s")
    show(f"the same {files} files again, unchanged", f"{again:.3f} s", "at most 0.3 s for 2,000")
    show("the whole command", f"{command:.2f} s")
    show("the whole command again", f"{command_again:.2f} s")


def _round(music: Path) -> Round:
    with home() as environment:
        core = Sender(InProcessClient(create_core(environment), Service.CONSOLE), Actor(Service.CONSOLE))
        began = time.perf_counter()
        files = sort_out(core, music, list(Walk(music).files())).fresh
        deliver(core, core.send(OpenDelivery(str(music))), music, files, lambda _: None)
        delivered = time.perf_counter() - began
        began = time.perf_counter()
        left = sort_out(core, music, list(Walk(music).files())).fresh
        seen_again = time.perf_counter() - began
        assert not left, f"{len(left)} files seem to have changed"
    with home() as environment:
        return Round(len(files), delivered, seen_again, _command(environment, music), _command(environment, music))


def _command(environment: Mapping[str, str], music: Path) -> float:
    began = time.perf_counter()
    command = (Path(sys.executable).with_name("celesta"), "import", music, "--no-wait")
    subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
    return time.perf_counter() - began
