"""Child processes under our supervision: started in order, restarted where they crash, stopped in order, never left behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import IO

from apps.console import guardian
from apps.console.checkout import ROOT
from apps.console.logs import Journal

TICK = 0.05
"""Seconds between two looks at the children."""
LONGEST_PAUSE = 30.0
STEADY = 60.0
"""Seconds after which a service counts as running well: its next crash is its first again."""
TRACEBACK = "Traceback (most recent call last):"
OUR_ERRORS_NAME = re.compile(r"^(?:ports|apps|tasks|wsgi)\.[\w.]+: ")


class StopAsked(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


@dataclass(frozen=True)
class Service:
    """How to start one process, and how to end it."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    configuration: str = ""
    """Written to its standard input, where neither a file nor the list of processes shows it."""
    stop_signal: signal.Signals = signal.SIGTERM
    shown: bool = True
    """Whether its lines go to the screen too; else to the log file only."""
    once: bool = False
    """Whether it has something to do and then ends, and is not started again."""


class Child:
    """One running process, leader of a process group of its own."""

    def __init__(self, service: Service, journal: Journal) -> None:
        self.service = service
        self.shown = service.shown
        self.started = time.monotonic()
        self._journal = journal
        self._tail: deque[str] = deque(maxlen=100)
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            service.command,
            env=service.environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self._process.stdin and self._process.stdout
        self._give(self._process.stdin)
        self._reader = Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative where a signal ended it."""
        return self._process.poll()

    def _give(self, standard_input: IO[bytes]) -> None:
        with contextlib.suppress(BrokenPipeError), standard_input:
            standard_input.write(self.service.configuration.encode())

    def _read(self, output: IO[bytes]) -> None:
        for raw in output:
            line = raw.decode(errors="replace")
            self._tail.append(line)
            self._journal.write(self.service.name, line, shown=self.shown and not line.isspace())

    def reason(self) -> str:
        """Why it ended, as far as its last lines tell, in one line."""
        self._reader.join(timeout=1)
        lines = [line.rstrip() for line in self._tail if line.strip()] or [f"it said nothing, exit code {self.exit_code}"]
        if TRACEBACK not in lines:
            return lines[-1]
        last = len(lines) - lines[::-1].index(TRACEBACK)
        raised = next((line for line in lines[last:] if not line.startswith(" ")), lines[-1])
        return OUR_ERRORS_NAME.sub("", raised)

    def ask_to_stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(self.service.stop_signal)

    def end_group(self) -> None:
        """Kill what is left of the process and of those it started itself."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


@dataclass
class Restart:
    service: Service
    due: float


class Supervisor:
    """Every method is called from the main thread; signals only leave a note."""

    def __init__(self, journal: Journal, lock: int) -> None:
        """`lock` is the file descriptor of the run's lock: it is held until the last process has gone, even if ours is killed."""
        self._journal = journal
        self._children: list[Child] = []
        self._restarts: list[Restart] = []
        self._pauses: dict[str, float] = {}
        self._asked = 0
        self._guardian = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", str(Path(guardian.__file__))],
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=[lock],
        )

    def note_signal(self, *_: object) -> None:
        """A handler for signals."""
        self._asked += 1

    def start(self, service: Service) -> Child:
        child = Child(service, self._journal)
        self._tell_guardian(f"+{child.pid}")
        self._children.append(child)
        return child

    def wait(self, until: Callable[[], bool], seconds: float = float("inf")) -> bool:
        """Whether `until` came true in that time; raises `StopAsked` where somebody wants the end instead."""
        deadline = time.monotonic() + seconds
        while not until():
            if self._asked:
                raise StopAsked
            if time.monotonic() > deadline:
                return False
            time.sleep(TICK)
        return True

    def look_after(self) -> None:
        """Start again what crashes, until somebody wants the end (`StopAsked`)."""
        while True:
            for child in [child for child in self._children if child.exit_code is not None]:
                self._crashed(child)
            for restart in [restart for restart in self._restarts if restart.due <= time.monotonic()]:
                self._restarts.remove(restart)
                self.start(restart.service)
            self.wait(lambda: False, seconds=TICK * 2)

    def _crashed(self, child: Child) -> None:
        name = child.service.name
        if child.service.once:
            if child.exit_code:
                self._journal.write("celesta", f"{name} has ended ({child.reason()}); it goes on at the next start.")
            self._forget(child)
            return
        steady = time.monotonic() - child.started > STEADY
        pause = 1.0 if steady else min(self._pauses.get(name, 0.5) * 2, LONGEST_PAUSE)
        self._pauses[name] = pause
        self._journal.write("celesta", f"{name} has ended ({child.reason()}); starting it again in {pause:.0f} s.")
        self._forget(child)
        self._restarts.append(Restart(replace(child.service, shown=child.shown), time.monotonic() + pause))

    def stop(self, *names: str, patience: float) -> None:
        """End these services (all without a name), by force after `patience` seconds or at a second Ctrl-C."""
        self._restarts.clear()
        children = [child for child in self._children if not names or child.service.name in names]
        for child in children:
            child.ask_to_stop()
        asked, deadline = self._asked, time.monotonic() + patience
        while any(child.exit_code is None for child in children) and time.monotonic() < deadline and self._asked == asked:
            time.sleep(TICK)
        for child in children:
            if child.exit_code is None:
                self._journal.write("celesta", f"{child.service.name} did not stop in time: killing it.")
            self._forget(child)

    def close(self) -> None:
        """End everything that still runs, then the guardian."""
        self.stop(patience=2)
        assert self._guardian.stdin
        self._guardian.stdin.close()
        self._guardian.wait()

    def _forget(self, child: Child) -> None:
        child.end_group()
        self._tell_guardian(f"-{child.pid}")
        self._children.remove(child)

    def _tell_guardian(self, line: str) -> None:
        assert self._guardian.stdin
        with contextlib.suppress(BrokenPipeError):
            self._guardian.stdin.write(f"{line}\n".encode())
            self._guardian.stdin.flush()
