"""Running ffmpeg: in the sandbox, under a deadline, with its progress heard, and never left behind."""

from __future__ import annotations

import logging
import os
import re
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import IO

from ports.environment import Environment
from ports.transcoder.interface import TranscoderUnavailable
from ports.transcoder.sandbox import PROTECTIONS, REPORT, sandboxed

log = logging.getLogger(__name__)

TICK = 0.5
CHUNK = 1 << 16
DIAGNOSTICS_KEPT = 1 << 22
MEGABYTE = 1 << 20
MOST_SECONDS = 45 * 60
"""The longest a transcode may be given: the task around it needs time of its own, to fetch and to store."""
LIBRARIES = (
    *("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64"),
    *("/nix/store", "/gnu/store", "/etc/ld.so.cache"),
)
"""Where systems keep what programs load; nothing there is secret."""
TROUBLE = re.compile(
    r"^\S.*: (File too large|No space left on device|Cannot allocate memory|Input/output error|Read-only file system|Disk quota exceeded)$",
    re.MULTILINE,
)
STARTED = "\nStream mapping:\n"
"""What ffmpeg prints when all is open and the work begins: what a source says of itself was printed before."""
CAUGHT = re.compile(r"^Exiting normally, received signal (\d+)\.\s*\Z", re.MULTILINE)
"""Its last words: the same anywhere else are a file's."""
OUT_TIME = re.compile(rb"out_time_us=(\d+)\n")


@dataclass(frozen=True)
class Limits:
    """What a source may be and what one ffmpeg may use."""

    source_bytes: int = 4096 * MEGABYTE
    source_seconds: int = 6 * 3600
    seconds: int = 1800
    """Of wall time for one transcode: past it the machine is at fault, and another try may succeed."""
    cpu_seconds: int = 1500
    """Of processor time: past it the file is at fault."""
    memory: int = 4096 * MEGABYTE
    output_bytes: int = 8192 * MEGABYTE
    """For each file written."""
    libraries: tuple[str, ...] = ()
    """Folders and files beside the system's own that ffmpeg may load and run."""

    @classmethod
    def from_env(cls, environment: Environment) -> Limits:
        return cls(
            source_bytes=environment.integer("FFMPEG_SOURCE_MB", 4096, 1) * MEGABYTE,
            source_seconds=environment.integer("FFMPEG_SOURCE_SECONDS", 6 * 3600, 1),
            seconds=environment.integer("FFMPEG_TIMEOUT", 1800, 1, MOST_SECONDS),
            cpu_seconds=environment.integer("FFMPEG_CPU_SECONDS", 1500, 1),
            memory=environment.integer("FFMPEG_MEMORY_MB", 4096, 1) * MEGABYTE,
            output_bytes=environment.integer("FFMPEG_OUTPUT_MB", 8192, 1) * MEGABYTE,
            libraries=tuple(filter(None, (environment.optional("FFMPEG_LIBRARIES") or "").split(os.pathsep))),
        )


@dataclass(frozen=True)
class Permit:
    """What the runs of one transcode may reach, and until when."""

    folder: Path
    """Where they run."""
    deadline: float
    """By the monotonic clock."""
    source: Path | None = None
    """The one file outside of `folder` that they may read."""


@dataclass(frozen=True)
class Finished:
    """How ffmpeg ended, and the end of what it wrote to stderr."""

    code: int
    """0 where it believes all went well."""
    signal: int | None
    """What ended it, where a signal did; it catches some itself, tidies up and says so."""
    diagnostics: str

    @property
    def troubles(self) -> str:
        """The reasons the system gave for failing to write; what a file says of itself never counts once the work has begun."""
        return ", ".join(dict.fromkeys(TROUBLE.findall(self.diagnostics.rpartition(STARTED)[2])))

    @property
    def missing(self) -> dict[str, str]:
        """The protections that this machine does not give, each with the launcher's words on why."""
        # The launcher speaks before ffmpeg does.
        reported = takewhile(lambda line: line.startswith(REPORT), self.diagnostics.splitlines())
        reports = [line.removeprefix(REPORT) for line in reported]
        return {name: report for name in PROTECTIONS for report in reports if report.startswith(name)}


@dataclass(frozen=True)
class Ffmpeg:
    """One installed ffmpeg and the limits it runs under."""

    program: str
    limits: Limits

    def run(self, arguments: list[str], permit: Permit, heard: Callable[[float], None], *, writes: bool = False) -> Finished:
        """Run it in the permit's folder, where it may make files if it `writes`.

        `heard` gets the seconds of output reached at least once a second and at the end, and what it raises kills ffmpeg.
        """
        command = sandboxed(
            [self.program, "-hide_banner", "-nostdin", "-nostats", "-progress", "pipe:1", "-stats_period", str(TICK), *arguments],
            self._paths(permit, writes),
            cpu_seconds=self.limits.cpu_seconds,
            memory=self.limits.memory,
            file_size=self.limits.output_bytes,
        )
        # A session of its own: no terminal to type into, Ctrl-C reaches us and not it, and we end all of it.
        with subprocess.Popen(  # noqa: S603  (our own list of arguments; the source goes by a name of our choosing)
            command,
            cwd=permit.folder,
            env={"LC_ALL": "C", "MALLOC_ARENA_MAX": "2"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            try:
                diagnostics = self._attend(process, permit.deadline, heard)
            finally:
                _kill_group(process)
        finished = Finished(process.returncode, _signal(process.returncode, diagnostics), diagnostics)
        for report in finished.missing.values():
            _say_once(report)
        return finished

    def _paths(self, permit: Permit, writes: bool) -> Iterator[tuple[str, str]]:
        """All it may reach, each with the access it needs."""
        program = Path(self.program).resolve()
        # Programs that were not installed by the system keep their libraries beside themselves.
        for path in (str(program), str(program.parent.parent / "lib"), *LIBRARIES, *self.limits.libraries):
            yield "run", path
        yield "write" if writes else "read", "."
        if permit.source:
            yield "read", str(permit.source.absolute())

    def _attend(self, process: subprocess.Popen[bytes], deadline: float, heard: Callable[[float], None]) -> str:
        """Follow it to its end; the end of what it wrote to stderr."""
        next_tick = time.monotonic()
        progress, diagnostics = bytearray(), bytearray()
        for stream, chunk in _chunks(process):
            kept, most = (diagnostics, DIAGNOSTICS_KEPT) if stream is process.stderr else (progress, CHUNK)
            kept += chunk
            del kept[:-most]
            now = time.monotonic()
            if now > deadline:
                raise TranscoderUnavailable(
                    f"ffmpeg was stopped after {self.limits.seconds} s: raise FFMPEG_TIMEOUT or try on a quieter machine."
                )
            if now >= next_tick:
                next_tick = now + TICK
                heard(_reached(progress))
        heard(_reached(progress))
        return diagnostics.decode(errors="replace")


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """It led a group of its own, whose number nobody else gets while anything of it lives; where nothing does, there is no such group."""
    # macOS forbids it where only the dead are left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _signal(code: int, diagnostics: str) -> int | None:
    if code < 0:
        return -code
    caught = CAUGHT.search(diagnostics)
    return int(caught[1]) if code and caught else None


def _chunks(process: subprocess.Popen[bytes]) -> Iterator[tuple[IO[bytes] | None, bytes]]:
    """What the process writes, by stream, until it has ended; nothing, of no stream, whenever it is silent for a tick."""
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            selector.register(stream, selectors.EVENT_READ, stream)
        ended = False
        while selector.get_map():
            ready = selector.select(TICK)
            for key, _ in ready:
                chunk = os.read(key.fd, CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                yield key.data, chunk
            if not ready:
                yield None, b""
                if ended:
                    return  # what holds its streams open is something that it left behind
                ended = process.poll() is not None
    while _is_running(process):
        yield None, b""


def _is_running(process: subprocess.Popen[bytes]) -> bool:
    """Whether it runs on for a tick, having closed its streams."""
    try:
        process.wait(TICK)
    except subprocess.TimeoutExpired:
        return True
    return False


def _reached(progress: bytearray) -> float:
    times = OUT_TIME.findall(progress)
    return int(times[-1]) / 1_000_000 if times else 0.0


@cache
def _say_once(missing: str) -> None:
    log.warning("ffmpeg runs with less protection: no %s. Its protocol and format lists still hold.", missing)
