from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ports.environment import Environment
from ports.transcoder.ffmpeg import FfmpegTranscoder
from ports.transcoder.interface import TranscoderUnavailable
from ports.transcoder.process import DIAGNOSTICS_KEPT, LIBRARIES, Ffmpeg, Limits, Permit
from ports.transcoder.sandbox import NICENESS, NOT_STARTED, sandboxed
from tests.factories.audio import make_audio
from tests.ports.transcoder.conftest import Listener, Transcoding

pytestmark = pytest.mark.media

PATIENCE = 20
PYTHON_LIVES_IN = (sys.base_prefix, *LIBRARIES)
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

ON_AN_UNKNOWN_MACHINE = """
import ctypes, sys
from ports.transcoder.ffmpeg import FfmpegTranscoder

PER_LINUX32 = 8
ctypes.CDLL(None).personality(PER_LINUX32)
print(list(FfmpegTranscoder(sys.argv[1]).missing_protections()))
"""
"""Its kernel calls itself a machine of 32 bits."""

WITH_A_PROCESS_BESIDE_IT = """
import ctypes, sys
from pathlib import Path
from ports.transcoder.ffmpeg import FfmpegTranscoder
from ports.transcoder.process import Limits

def stop(share: float) -> None:
    if share > 0:
        raise InterruptedError

PER_LINUX32 = 8
ctypes.CDLL(None).personality(PER_LINUX32)
_, program, source, into, *libraries = sys.argv
try:
    FfmpegTranscoder(program, Limits(libraries=tuple(libraries))).transcode(Path(source), Path(into), stop)
except InterruptedError:
    print("stopped")
"""
"""Where processes are not forbidden, because the machine's calls are not known."""


def in_sandbox(
    program: list[str], *paths: tuple[str, Path], cpu_seconds: int = 10, memory: int = 1 << 30, file_size: int = 1 << 20
) -> subprocess.CompletedProcess[str]:
    reached = [("run", program[0]), *(("run", path) for path in PYTHON_LIVES_IN), *((access, str(path)) for access, path in paths)]
    command = sandboxed(program, reached, cpu_seconds=cpu_seconds, memory=memory, file_size=file_size)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def python(code: str, *paths: tuple[str, Path], **limits: int) -> subprocess.CompletedProcess[str]:
    return in_sandbox([os.path.realpath(sys.executable), "-I", "-c", code], *paths, **limits)


def error(code: str, *paths: tuple[str, Path]) -> str:
    """The name of the error that the code ends with inside the sandbox."""
    return python(code, *paths).stderr.strip().rpartition("\n")[2].partition(":")[0]


def stand_in(folder: Path, commands: str) -> str:
    """A program in ffmpeg's place."""
    script = folder / "ffmpeg"
    script.write_text(f"#!/bin/sh\n{commands}\n")
    script.chmod(0o755)
    return str(script)


def permit(folder: Path) -> Permit:
    return Permit(folder, time.monotonic() + PATIENCE)


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
        assert ffmpeg.run(arguments, permit(into), lambda _: None).code != 0
        assert not listener.was_called


class TestLimitsOfTheProcess:
    def test_nothing_is_missing_on_this_system(self):
        assert (python("print('well')").stdout, python("print('well')").stderr) == ("well\n", "")

    def test_memory_is_bounded(self):
        assert "MemoryError" in python("bytearray(1 << 31)").stderr

    def test_files_are_bounded(self, tmp_path: Path):
        code = f"open({str(tmp_path / 'big')!r}, 'wb').write(bytes(2 << 20))"
        assert "File too large" in python(code, ("write", tmp_path)).stderr

    def test_processor_time_is_bounded(self):
        assert python("while True: pass", cpu_seconds=1).returncode == -signal.SIGXCPU

    def test_no_new_rights_and_low_priority(self):
        code = "import os; print(os.nice(0), [line for line in open('/proc/self/status') if line.startswith('NoNewPrivs')])"
        niceness = min(os.nice(0) + NICENESS, 19)
        assert python(code, ("read", Path("/proc"))).stdout == f"{niceness} ['NoNewPrivs:\\t1\\n']\n"

    def test_a_program_that_is_not_there_is_told_by_its_code(self, tmp_path: Path):
        missing = in_sandbox([str(tmp_path / "gone")])
        assert (missing.returncode, missing.stderr) == (NOT_STARTED, f"{tmp_path / 'gone'}: No such file or directory\n")

    def test_root_loses_its_rights(self):
        code = "print([line.split()[1] for line in open('/proc/self/status') if line.startswith(('CapPrm', 'CapEff'))])"
        rights = python(code, ("read", Path("/proc"))).stdout.strip()
        may_open_any_file, nothing = "0000000000000002", "0" * 16
        assert rights in {str([may_open_any_file] * 2), str([nothing] * 2)}


class TestOtherProcesses:
    @pytest.mark.parametrize("way", ["fork()", "posix_spawn('/bin/true', ['true'], {})", "setsid()", "setpgid(0, 0)"])
    def test_none_can_be_made_and_its_group_not_left(self, way: str):
        assert error(f"import os; os.{way}") == "PermissionError"

    def test_threads_can(self):
        assert (
            python("import threading; thread = threading.Thread(target=print, args=['hi']); thread.start(); thread.join()").stdout == "hi\n"
        )

    @pytest.mark.parametrize(
        "attack",
        [
            "os.kill({}, 0)",
            "os.pidfd_open({})",
            "resource.prlimit({}, resource.RLIMIT_NOFILE)",
            "ctypes.CDLL(None).tgkill({0}, {0}, 0) and 1 / 0",
        ],
    )
    def test_none_can_be_touched(self, attack: str):
        assert error(f"import ctypes, os, resource; {attack.format(os.getpid())}") in {"PermissionError", "ZeroDivisionError"}

    def test_it_can_still_end_itself(self):
        assert python("import os; os.abort()").returncode == -signal.SIGABRT


class TestFence:
    """What a decoder may reach that a file has taken over."""

    def test_other_files_cannot_be_read(self, tmp_path: Path):
        secret = tmp_path / "secret"
        secret.write_text("a key")
        assert error(f"open({str(secret)!r})") == "PermissionError"
        assert python(f"print(open({str(secret)!r}).read())", ("read", secret)).stdout == "a key\n"

    @pytest.mark.parametrize("path", ["/etc/passwd", "/proc/self/environ", "/proc/{}/environ", "/proc/{}/mem", "/dev/null"])
    def test_nor_the_systems(self, path: str):
        assert error(f"open({path.format(os.getpid())!r}, 'rb')") == "PermissionError"

    @pytest.mark.parametrize("path", ["/proc/{}/environ", "/proc/{}/mem", "/proc/{}/maps"])
    def test_nor_other_processes_memory_where_proc_could_be(self, path: str):
        assert error(f"open({path.format(os.getpid())!r}, 'rb').read(1)", ("read", Path("/proc"))) in {"PermissionError", "OSError"}

    def test_a_source_can_be_read_and_not_written(self, tmp_path: Path):
        source = tmp_path / "source"
        source.write_text("music")
        assert error(f"open({str(source)!r}, 'r+')", ("read", source)) == "PermissionError"

    @pytest.mark.parametrize(
        "attack",
        [
            "os.symlink('/etc', 'x')",
            "os.mkfifo('x')",
            "os.mkdir('x')",
            "os.remove('kept')",
            "os.rename('kept', 'x')",
            "os.link('kept', 'x')",
        ],
    )
    def test_in_the_working_folder_files_are_made_and_nothing_else(self, tmp_path: Path, attack: str):
        (tmp_path / "kept").write_text("kept")
        enter = f"import os; os.chdir({str(tmp_path)!r}); open('made', 'w').write('made'); "
        assert error(enter + attack, ("write", tmp_path)) == "PermissionError"
        assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"kept": "kept", "made": "made"}

    @pytest.mark.parametrize(
        "attack", ["os.truncate({0}, 0)", "os.chmod({0}, 0o777)", "os.utime({0}, (0, 0))", "os.setxattr({0}, 'user.x', b'x')"]
    )
    def test_files_outside_keep_content_mode_and_times(self, tmp_path: Path, attack: str):
        outside = tmp_path / "outside"
        outside.write_text("content")
        assert error(f"import os; {attack.format(repr(str(outside)))}") == "PermissionError"

    def test_a_link_in_the_working_folder_leads_nowhere(self, tmp_path: Path):
        folder = tmp_path / "folder"
        folder.mkdir()
        (tmp_path / "secret").write_text("a key")
        (folder / "link").symlink_to(tmp_path / "secret")
        assert error(f"open({str(folder / 'link')!r})", ("write", folder)) == "PermissionError"

    def test_no_other_program_can_be_run(self):
        assert error("import os; os.execv('/usr/bin/env', ['env'])") == "PermissionError"


class TestFfmpegsFence:
    def test_it_reads_its_source_and_nothing_beside_it(self, ffmpeg: Ffmpeg, into: Path, tmp_path: Path):
        source, secret = make_audio(tmp_path / "song.wav", seconds=0.1), make_audio(tmp_path / "secret.wav", seconds=0.1)
        may = Permit(into, time.monotonic() + PATIENCE, source)
        assert ffmpeg.run(["-i", f"file:{source}", "-f", "null", "-"], may, lambda _: None).code == 0
        refused = ffmpeg.run(["-i", f"file:{secret}", "-f", "null", "-"], may, lambda _: None)
        assert refused.code != 0
        assert "Permission denied" in refused.diagnostics

    def test_it_writes_where_and_when_it_may(self, ffmpeg: Ffmpeg, into: Path, tmp_path: Path):
        def made(target: str, *, writes: bool) -> bool:
            arguments = ["-f", "lavfi", "-i", "sine=duration=0.1", "-f", "flac", f"file:{target}"]
            return ffmpeg.run(arguments, permit(into), lambda _: None, writes=writes).code == 0

        assert not made("flac", writes=False)
        assert not made(str(tmp_path / "flac"), writes=True)
        assert made("flac", writes=True)
        assert {path for path in tmp_path.rglob("*") if path.is_file()} == {into / "flac"}

    def test_folders_of_ones_own_are_let_in_by_name(self, ffmpeg: Ffmpeg, tmp_path: Path):
        script = stand_in(tmp_path, f'exec {ffmpeg.program} "$@"')
        with pytest.raises(TranscoderUnavailable, match="does not start"):
            FfmpegTranscoder.from_env(Environment({"FFMPEG": script})).ping()
        libraries = os.pathsep.join([os.path.realpath("/bin/sh"), ffmpeg.program])
        FfmpegTranscoder.from_env(Environment({"FFMPEG": script, "FFMPEG_LIBRARIES": libraries})).ping()


class TestWhatIsHandedOn:
    def test_no_environment_and_no_open_files_of_ours(
        self, transcode: Transcoding, hour: Path, into: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("SECRET_KEY", "do-not-tell")
        ours = os.open("/etc/hostname", os.O_RDONLY)
        os.set_inheritable(ours, True)  # noqa: FBT003 - it has no name
        seen: list[tuple[set[str], set[str]]] = []

        def look(share: float) -> None:
            if share > 0:
                (child,) = working_in(into)
                opened = {file.path for file in child.open_files()} - {str(path) for path in into.iterdir() if not path.is_symlink()}
                seen.append((set(child.environ()), opened))
                raise InterruptedError

        with contextlib.closing(os.fdopen(ours)), pytest.raises(InterruptedError):
            transcode(hour, look)
        assert seen == [({"LC_ALL", "MALLOC_ARENA_MAX"}, {str(hour)})]

    def test_a_flood_of_words_is_kept_from_filling_memory(self, ffmpeg: Ffmpeg, into: Path):
        noisy = ["-loglevel", "trace", "-f", "lavfi", "-i", "sine=duration=900", "-af", "ashowinfo", "-f", "null", "-"]
        finished = ffmpeg.run(noisy, permit(into), lambda _: None)
        assert finished.code == 0
        assert len(finished.diagnostics) == DIAGNOSTICS_KEPT


class TestHonesty:
    def test_a_ping_says_what_holds(self, ffmpeg: Ffmpeg, caplog: pytest.LogCaptureFixture):
        with caplog.at_level(logging.INFO):
            FfmpegTranscoder(ffmpeg.program).ping()
        assert "fence around its files (Landlock), ban on sockets and other processes (seccomp)." in caplog.text

    def test_what_is_missing_is_told_with_the_reason(self, ffmpeg: Ffmpeg):
        told = subprocess.run([sys.executable, "-c", ON_AN_UNKNOWN_MACHINE, ffmpeg.program], capture_output=True, text=True, check=True)
        assert told.stdout == "['ban on sockets and other processes (seccomp)']\n"
        assert "ffmpeg runs with less protection: no ban on sockets and other processes (seccomp) here (KeyError:" in told.stderr

    def test_a_file_cannot_say_what_is_missing(self, transcode: Transcoding, tmp_path: Path, caplog: pytest.LogCaptureFixture):
        source = make_audio(tmp_path / "song.ogg", tags={"language": "x\nsandbox: no low priority here\n  Stream #0:0"})
        transcode(source)
        assert "less protection" not in caplog.text


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

    def test_the_three_runs_of_a_transcode_share_their_time(self, transcode: Transcoding, tmp_path: Path):
        delays = [1.2, 1.2]

        def linger(share: float) -> None:
            if (share > 0) == (len(delays) == 1):
                time.sleep(delays.pop())

        with pytest.raises(TranscoderUnavailable, match="stopped after 2 s"):
            transcode(make_audio(tmp_path / "song.wav", seconds=1), linger, seconds=2)

    def test_one_that_falls_silent_is_stopped_in_time(self, into: Path, tmp_path: Path):
        silent = stand_in(tmp_path, "exec >&- 2>&-\nexec sleep 60")
        limits = Limits(seconds=1, libraries=tuple(map(os.path.realpath, ("/bin/sh", "/bin/sleep"))))
        with pytest.raises(TranscoderUnavailable, match="stopped after 1 s"):
            FfmpegTranscoder(silent, limits).transcode(make_audio(tmp_path / "song.wav", seconds=1), into, lambda _: None)
        assert working_in(into) == []

    def test_nor_a_process_it_started(self, ffmpeg: Ffmpeg, hour: Path, into: Path, tmp_path: Path):
        program = stand_in(tmp_path, f'sleep 60 &\nexec {ffmpeg.program} "$@"')
        libraries = [*map(os.path.realpath, ("/bin/sh", "/bin/sleep")), "/dev/null", ffmpeg.program]
        arguments = [sys.executable, "-c", WITH_A_PROCESS_BESIDE_IT, program, str(hour), str(into), *libraries]
        assert subprocess.run(arguments, capture_output=True, text=True, check=True).stdout == "stopped\n"
        assert psutil.wait_procs(working_in(into), timeout=1)[1] == []

    def test_ffmpeg_has_no_terminal_of_ours(self, transcode: Transcoding, hour: Path, into: Path):
        sessions: set[int] = set()

        def look(share: float) -> None:
            if share > 0:
                sessions.update(os.getsid(process.pid) - process.pid for process in working_in(into))
                raise InterruptedError

        with pytest.raises(InterruptedError):
            transcode(hour, look)
        assert sessions == {0}

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
