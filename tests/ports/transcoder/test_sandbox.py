from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ports.transcoder.interface import TranscoderUnavailable
from ports.transcoder.process import Ffmpeg, Limits
from ports.transcoder.sandbox import NOT_STARTED, sandboxed
from tests.ports.transcoder.conftest import Listener, Transcoding

PATIENCE = 20
WORKER = """
import os, sys
from pathlib import Path
from ports.environment import Environment
from ports.transcoder.ffmpeg import FfmpegTranscoder

def progress(share: float) -> None:
    if share > 0:
        print("encoding", flush=True)

FfmpegTranscoder.from_env(Environment(os.environ)).transcode(Path(sys.argv[1]), Path(sys.argv[2]), progress)
"""


def in_sandbox(
    program: list[str], *, cpu_seconds: int = 10, memory: int = 1 << 30, file_size: int = 1 << 20
) -> subprocess.CompletedProcess[str]:
    command = sandboxed(program, cpu_seconds=cpu_seconds, memory=memory, file_size=file_size)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def python(code: str, **limits: int) -> subprocess.CompletedProcess[str]:
    return in_sandbox([sys.executable, "-I", "-c", code], **limits)


def working_in(folder: Path) -> list[psutil.Process]:
    """The processes whose current folder it is."""
    return [process for process in psutil.process_iter(["cwd"]) if process.info["cwd"] == str(folder)]


class TestSockets:
    @pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"])
    def test_none_can_be_made(self, family: str):
        refused = python(f"import socket; socket.socket(socket.{family}, socket.SOCK_RAW if socket.{family} == 16 else socket.SOCK_STREAM)")
        assert "PermissionError" in refused.stderr

    def test_nor_by_the_kernels_ring(self):
        code = "import ctypes; libc = ctypes.CDLL(None, use_errno=True); print(libc.syscall(425, 1, bytes(120)), ctypes.get_errno())"
        assert python(code).stdout == "-1 1\n"

    def test_ffmpeg_cannot_call_anybody(self, ffmpeg: Ffmpeg, into: Path, listener: Listener):
        arguments = ["-rw_timeout", "300000", "-i", f"{listener.address}song.mp3", "-f", "null", "-"]
        subprocess.run([ffmpeg.program, "-nostdin", *arguments], capture_output=True, check=False)
        assert listener.was_called
        assert ffmpeg.run(arguments, into, lambda _: None).code != 0
        assert not listener.was_called


class TestLimitsOfTheProcess:
    def test_nothing_is_missing_on_this_system(self):
        assert (python("print('well')").stdout, python("print('well')").stderr) == ("well\n", "")

    def test_memory_is_bounded(self):
        assert "MemoryError" in python("bytearray(1 << 31)").stderr

    def test_files_are_bounded(self, tmp_path: Path):
        assert "File too large" in python(f"open({str(tmp_path / 'big')!r}, 'wb').write(bytes(2 << 20))").stderr

    def test_processor_time_is_bounded(self):
        assert python("while True: pass", cpu_seconds=1).returncode == -signal.SIGXCPU

    def test_no_new_rights_and_low_priority(self):
        code = "import os; print(os.nice(0), [line for line in open('/proc/self/status') if line.startswith('NoNewPrivs')])"
        assert python(code).stdout == "10 ['NoNewPrivs:\\t1\\n']\n"

    def test_a_program_that_is_not_there_is_told_by_its_code(self, tmp_path: Path):
        missing = in_sandbox([str(tmp_path / "gone")])
        assert (missing.returncode, missing.stderr) == (NOT_STARTED, f"{tmp_path / 'gone'}: No such file or directory\n")

    def test_ffmpeg_sees_no_environment_of_ours(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("SECRET_KEY", "do-not-tell")
        script = tmp_path / "ffmpeg"
        script.write_text("#!/bin/sh\n/usr/bin/env >&2\n")
        script.chmod(0o755)
        seen = Ffmpeg(str(script), Limits()).run([], tmp_path, lambda _: None).diagnostics
        assert "LC_ALL=C" in seen
        assert "do-not-tell" not in seen


class TestNothingIsLeftBehind:
    def test_after_a_callback_that_raises(self, transcode: Transcoding, hour: Path, into: Path):
        def lose_the_lease(share: float) -> None:
            if share > 0:
                assert working_in(into)
                raise InterruptedError("the lease is lost")

        with pytest.raises(InterruptedError, match="the lease is lost"):
            transcode(hour, lose_the_lease)
        assert working_in(into) == []

    def test_after_the_time_is_up(self, transcode: Transcoding, hour: Path, into: Path):
        with pytest.raises(TranscoderUnavailable, match="stopped after 1 s: raise FFMPEG_TIMEOUT"):
            transcode(hour, seconds=1)
        assert working_in(into) == []

    def test_ffmpeg_killed_by_somebody_may_be_tried_again(self, transcode: Transcoding, hour: Path, into: Path):
        def kill(share: float) -> None:
            if share > 0:
                for process in working_in(into):
                    process.kill()

        with pytest.raises(TranscoderUnavailable, match="was killed"):
            transcode(hour, kill)

    def test_after_the_worker_itself_is_killed(self, hour: Path, into: Path):
        with subprocess.Popen([sys.executable, "-c", WORKER, str(hour), str(into)], stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"encoding\n"
            children = psutil.Process(worker.pid).children()
            worker.kill()
        assert children
        assert psutil.wait_procs(children, timeout=PATIENCE)[1] == []
