"""Running ffmpeg: in the sandbox, under a deadline, with its progress heard, and never left behind."""

from __future__ import annotations

import logging
import os
import re
import selectors
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from ports.environment import Environment
from ports.transcoder.interface import TranscoderUnavailable
from ports.transcoder.sandbox import REPORT, sandboxed

log = logging.getLogger(__name__)

TICK = 0.5
CHUNK = 1 << 16
DIAGNOSTICS_KEPT = 1 << 22
PROTECTIONS = 8
"""At most so many lines come from the launcher."""
MEGABYTE = 1 << 20
TROUBLE = re.compile(
    r"^\S.*: (File too large|No space left on device|Cannot allocate memory|Input/output error|Read-only file system|Disk quota exceeded)$",
    re.MULTILINE,
)
CAUGHT = re.compile(r"^Exiting normally, received signal (\d+)", re.MULTILINE)
OUT_TIME = re.compile(rb"out_time_us=(\d+)\n")


@dataclass(frozen=True)
class Limits:
    """What a source may be and what one ffmpeg may use."""

    source_bytes: int = 4096 * MEGABYTE
    source_seconds: int = 6 * 3600
    seconds: int = 1800
    """Of wall time: past it the machine is at fault, and another try may succeed."""
    cpu_seconds: int = 1500
    """Of processor time: past it the file is at fault."""
    memory: int = 4096 * MEGABYTE
    output_bytes: int = 8192 * MEGABYTE
    """For each file written."""

    @classmethod
    def from_env(cls, environment: Environment) -> Limits:
        return cls(
            source_bytes=environment.integer("FFMPEG_SOURCE_MB", 4096) * MEGABYTE,
            source_seconds=environment.integer("FFMPEG_SOURCE_SECONDS", 6 * 3600),
            seconds=environment.integer("FFMPEG_TIMEOUT", 1800),
            cpu_seconds=environment.integer("FFMPEG_CPU_SECONDS", 1500),
            memory=environment.integer("FFMPEG_MEMORY_MB", 4096) * MEGABYTE,
            output_bytes=environment.integer("FFMPEG_OUTPUT_MB", 8192) * MEGABYTE,
        )


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
        """The reasons the system gave for failing to write; a file's own text is always indented and never counts."""
        return ", ".join(dict.fromkeys(TROUBLE.findall(self.diagnostics)))


@dataclass(frozen=True)
class Ffmpeg:
    """One installed ffmpeg and the limits it runs under."""

    program: str
    limits: Limits

    def run(self, arguments: list[str], folder: Path, heard: Callable[[float], None]) -> Finished:
        """Run it in `folder`; `heard` gets the seconds of output reached at least once a second, and what it raises kills ffmpeg."""
        command = sandboxed(
            [self.program, "-hide_banner", "-nostdin", "-nostats", "-progress", "pipe:1", "-stats_period", str(TICK), *arguments],
            cpu_seconds=self.limits.cpu_seconds,
            memory=self.limits.memory,
            file_size=self.limits.output_bytes,
        )
        # A group of its own: Ctrl-C at the terminal reaches us, and we end it.
        with subprocess.Popen(  # noqa: S603  (our own list of arguments; the source goes by a name of our choosing)
            command,
            cwd=folder,
            env={"LC_ALL": "C", "MALLOC_ARENA_MAX": "2"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        ) as process:
            try:
                diagnostics = _attend(process, self.limits.seconds, heard)
            except BaseException:
                process.kill()
                raise
        return Finished(process.returncode, _signal(process.returncode, diagnostics), diagnostics)


def _signal(code: int, diagnostics: str) -> int | None:
    if code < 0:
        return -code
    caught = CAUGHT.search(diagnostics)
    return int(caught[1]) if code and caught else None


def _attend(process: subprocess.Popen[bytes], seconds: float, heard: Callable[[float], None]) -> str:
    next_tick = time.monotonic()
    deadline = next_tick + seconds
    progress = diagnostics = b""
    for stream, chunk in _chunks(process):
        if stream is process.stderr:
            diagnostics = (diagnostics + chunk)[-DIAGNOSTICS_KEPT:]
        else:
            progress = (progress + chunk)[-CHUNK:]
        now = time.monotonic()
        if now > deadline:
            raise TranscoderUnavailable(f"ffmpeg was stopped after {seconds:.0f} s: raise FFMPEG_TIMEOUT or try on a quieter machine.")
        if now >= next_tick:
            next_tick = now + TICK
            heard(_reached(progress))
    process.wait()
    text = diagnostics.decode(errors="replace")
    for line in text.splitlines()[:PROTECTIONS]:
        if line.startswith(REPORT):
            _say_once(line.removeprefix(REPORT))
    return text


def _chunks(process: subprocess.Popen[bytes]) -> Iterator[tuple[IO[bytes] | None, bytes]]:
    """What the process writes, by stream, until it closes both; nothing, of no stream, whenever it is silent for a tick."""
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            selector.register(stream, selectors.EVENT_READ, stream)
        while selector.get_map():
            ready = selector.select(TICK)
            for key, _ in ready:
                chunk = os.read(key.fd, CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                yield key.data, chunk
            if not ready:
                yield None, b""


def _reached(progress: bytes) -> float:
    times = OUT_TIME.findall(progress)
    return int(times[-1]) / 1_000_000 if times else 0.0


@cache
def _say_once(missing: str) -> None:
    log.warning("ffmpeg runs with less protection: %s. Its protocol and format lists still hold.", missing)
