"""`celesta run` as a person runs it: whole, on a home of its own, and then something goes wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from threading import Timer

import psutil
import pytest
from redis import ConnectionError as NoAnswer
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from apps.console.embedded import free_port
from tests.factories.audio import make_audio
from tests.services import wait_until

pytestmark = pytest.mark.faults

COMMAND = str(Path(sys.executable).parent / "celesta")
PATIENCE = 120
"""Seconds after which a run that hangs is killed, which fails its test."""


class Run:
    def __init__(self, home: Path, port: int, before: tuple[str, ...], options: tuple[str, ...], **environment: str) -> None:
        self.home, self.port = home, port
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self.process = subprocess.Popen(
            [*before, COMMAND, "run", "--port", str(port), *options],
            env={**kept, "CELESTA_HOME": str(home), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.guard = Timer(PATIENCE, self.process.kill)
        self.guard.start()
        self.seen: list[str] = []

    def line(self, words: str) -> str:
        """The next line with these words in it."""
        for line in self.process.stdout:
            self.seen.append(line.rstrip())
            if words in line:
                return line.rstrip()
        raise AssertionError(f"It ended without a line with {words!r}:\n" + "\n".join(self.seen))

    def started(self) -> Run:
        self.line("Celesta is at http://127.0.0.1:")
        self.line("Flower shows the tasks at http://127.0.0.1:")
        return self

    def processes(self, words: str = "") -> list[psutil.Process]:
        """Everything it started, directly or not, with these words in the command."""
        return [child for child in psutil.Process(self.process.pid).children(recursive=True) if words in " ".join(child.cmdline())]

    def status(self, path: str) -> int:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status

    def end(self) -> str:
        output = self.process.communicate()[0]
        self.guard.cancel()
        return "\n".join([*self.seen, output])


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def celesta(tmp_path, port):
    """Starts runs on a home of this test's; whatever is left of them afterwards is ended."""
    started: list[Run] = []

    def start(*before: str, options: tuple[str, ...] = ("--no-demo",), **environment: str) -> Run:
        started.append(Run(tmp_path / "a home", port, before, options, **environment))
        return started[-1]

    yield start
    for run in started:
        if run.process.poll() is None:
            run.process.terminate()
            run.end()
        run.guard.cancel()


def all_gone(processes: list[psutil.Process]) -> bool:
    """Reaped as well: whoever outlives its parent waits for the system's first process to do it."""
    return psutil.wait_procs(processes, timeout=30)[1] == []


class TestStart:
    def test_the_website_answers_and_nobody_else_can_read_the_home(self, celesta):
        run = celesta().started()
        assert run.status("/healthz") == 200
        assert run.home.stat().st_mode & 0o077 == 0
        names = " ".join(" ".join(process.cmdline()) for process in run.processes())
        for secret in (run.home / "secrets").iterdir():
            assert secret.read_text() not in names

    def test_the_link_of_one_that_listens_everywhere_leads_to_it(self, celesta):
        run = celesta(options=("--no-demo", "--host", "0.0.0.0")).started()
        run.line(f"Become it, once, at http://127.0.0.1:{run.port}/welcome/")
        assert any("It listens on every address of this machine" in line for line in run.seen)

    def test_an_empty_catalogue_is_filled_and_another_start_goes_on_with_it(self, celesta):
        run = celesta(options=()).started()
        run.line("The catalogue is empty: a demo catalogue is composed in the background")
        run.line("demo    | Demo catalogue, 1 of 17: Glass Arcade by Nine Herons is delivered.")
        for _ in range(2):
            run.line("task=tasks.transcoding.transcode")
        assert run.status("/releases") == 200
        run.process.send_signal(signal.SIGINT)
        assert "Everything has stopped." in run.end()
        again = celesta(options=()).started()
        again.line("demo    | Demo catalogue, 1 of 1")
        again.process.send_signal(signal.SIGINT)
        assert "Demo catalogue, 1 of 17" not in again.end()

    def test_what_is_done_in_the_background_does_not_push_the_link_away(self, celesta, tmp_path):
        run = celesta().started()
        run.line("Become it, once, at ")
        make_audio(tmp_path / "music.flac", seconds=1)
        (tmp_path / "music").mkdir()
        (tmp_path / "music.flac").rename(tmp_path / "music" / "one.flac")
        environment = {"PATH": os.environ["PATH"], "CELESTA_HOME": str(run.home)}
        subprocess.run([COMMAND, "import", str(tmp_path / "music")], env=environment, check=True, capture_output=True)
        run.line("task=tasks.transcoding.transcode")
        run.process.send_signal(signal.SIGINT)
        lines = run.end().partition("Become it")[2].splitlines()
        assert sum("outcome=success" in line for line in lines) == 2
        assert [line for line in lines if "action=" in line or "received" in line] == []

    def test_under_nohup_it_outlives_the_terminal_and_still_stops_when_told(self, celesta):
        run = celesta("nohup").started()
        status = Path(f"/proc/{run.process.pid}/status").read_text()
        ignored = int(status.partition("SigIgn:")[2].split()[0], 16)
        assert ignored & 1 << signal.SIGHUP - 1
        run.process.send_signal(signal.SIGHUP)
        assert run.status("/healthz") == 200
        run.process.send_signal(signal.SIGINT)
        assert "Everything has stopped." in run.end()

    def test_a_second_copy_says_where_the_first_is(self, celesta):
        first = celesta().started()
        second = celesta()
        assert second.end().strip() == (
            f"Celesta already runs here as process {first.process.pid} at http://127.0.0.1:{first.port}: "
            "stop that copy first, or set CELESTA_HOME to another folder."
        )
        assert second.process.returncode == 1
        assert first.status("/healthz") == 200

    def test_a_port_in_use_is_one_line_and_nothing_is_started(self, celesta, port):
        with socket.create_server(("127.0.0.1", port)):
            run = celesta()
            assert f"Port {port} on 127.0.0.1 is used by another program" in run.end()
        assert run.process.returncode == 1
        assert not (run.home / "valkey").exists()

    def test_a_website_that_cannot_boot_ends_the_run_with_its_reason(self, celesta):
        run = celesta(FORWARDED_ALLOW_IPS="*")
        last = run.end().strip().splitlines()[-1]
        assert last.startswith("web did not start: ")
        assert "FORWARDED_ALLOW_IPS must list the proxies' addresses" in last
        assert "Traceback" not in last
        assert run.process.returncode == 1

    def test_a_database_in_the_way_ends_the_run_with_its_reason(self, celesta):
        once = celesta().started()
        once.process.send_signal(signal.SIGINT)
        once.end()
        (once.home / "celesta.db").write_bytes(b"not a database, whatever its name says" * 100)
        last = celesta().end().strip().splitlines()[-1]
        assert last.startswith("web did not start: The database ")
        assert "file is not a database" in last


class TestStop:
    @pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_leaves_no_process(self, celesta, name):
        run = celesta().started()
        processes = run.processes()
        assert len(processes) >= 6
        run.process.send_signal(name)
        assert "Everything has stopped." in run.end()
        assert run.process.returncode == 0
        assert all_gone(processes)

    def test_in_the_middle_of_the_start_leaves_no_process_either(self, celesta):
        run = celesta()
        run.line("Starting")
        run.process.send_signal(signal.SIGINT)
        processes = run.processes()
        assert "Everything has stopped." in run.end()
        assert all_gone(processes)

    def test_a_run_that_is_killed_leaves_no_process_and_can_be_started_again(self, celesta):
        run = celesta().started()
        processes = run.processes()
        run.process.kill()
        run.end()
        again = celesta().started()
        assert all_gone(processes)
        assert again.status("/healthz") == 200


class TestCrash:
    @pytest.mark.parametrize(("name", "command"), [("worker", "tasks.app worker"), ("flower", "tasks.app flower"), ("web", "gunicorn")])
    def test_of_a_process_is_told_and_mended(self, celesta, name, command):
        run = celesta().started()
        # A process that has just begun may not show its command yet.
        wait_until(lambda: bool(run.processes(command)))
        family = run.processes(command)
        family[0].kill()
        run.line(f"{name} has ended")
        assert all_gone(family)

    def test_of_valkey_loses_nothing_that_was_kept(self, celesta):
        run = celesta().started()
        password = (run.home / "secrets/VALKEY_PASSWORD").read_text()
        valkey = Redis(port=int((run.home / "valkey.port").read_text()), password=password)
        valkey.set("token", "kept")
        assert valkey.execute_command("WAITAOF", 1, 0, 10_000)[0] == 1
        run.processes("valkey-server")[0].kill()
        run.line("valkey has ended")
        again = Redis.from_url(f"redis://:{password}@127.0.0.1:{(run.home / 'valkey.port').read_text()}", retry=patient())
        assert again.get("token") == b"kept"


def patient() -> Retry:
    return Retry(ConstantBackoff(0.1), retries=300, supported_errors=(NoAnswer,))
