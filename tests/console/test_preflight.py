from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from apps.console.embedded import embedded_environment, free_port
from apps.console.preflight import check_environment, check_port, check_servers, check_space, take_run_lock
from apps.console.run import website_address
from ports.container import Container
from ports.environment import BootError
from tests.console.conftest import NOBODY

HOLDER = """
import sys, time
from pathlib import Path
from apps.console.preflight import take_run_lock
lock = take_run_lock(Path(sys.argv[1]), "http://127.0.0.1:8000")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that is the one copy for `tmp_path`."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


class TestCheckServers:
    def test_one_that_does_not_answer_is_told_in_one_line(self, tmp_path):
        environment = embedded_environment({"CELESTA_HOME": str(tmp_path), "REDIS_URL": NOBODY})
        with pytest.raises(BootError, match=r"does not answer.*see that it runs") as stopped:
            check_servers(Container(environment))
        assert "\n" not in str(stopped.value)


class TestCheckEnvironment:
    @pytest.mark.parametrize("settings", [{}, {"CORE_CLIENT": "http", "CORE_URL": "http://127.0.0.1:8000/core"}])
    def test_what_is_complete_passes_and_says_nothing(self, tmp_path, capsys, caplog, settings):
        check_environment(Container(embedded_environment({"CELESTA_HOME": str(tmp_path), **settings})))
        assert capsys.readouterr().err == ""
        assert not caplog.records

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY=0 is out of range"),
            ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES=-1 is out of range"),
            ({"SECURE_COOKIES": "perhaps"}, "SECURE_COOKIES=perhaps is neither on nor off"),
            ({"STORAGE": "s3"}, "S3_BUCKET is not set"),
            ({"TERRITORY_DEFAULT": "Utopia"}, "TERRITORY_DEFAULT=Utopia"),
            ({"REDIS_URL": "http://127.0.0.1", "BROKER_URL": "redis://127.0.0.1"}, "The secret REDIS_URL is no Redis URL"),
            ({"LOG_LEVEL": "loud"}, "LOG_LEVEL=loud is not known"),
            ({"CORE_CLIENT": "pigeon"}, "CORE_CLIENT=pigeon is not known"),
            ({"CORE_CLIENT": "http"}, "CORE_URL is not set"),
            ({"SECRETS": "env", "VALKEY_PASSWORD": "v" * 40, "MEDIA_KEY": "m" * 40}, "The secret SESSION_KEY is missing"),
            ({"CELESTA_ENV": "production"}, "MAIL=outbox is a fake and CELESTA_ENV is production"),
        ],
    )
    def test_what_no_process_would_start_with_is_one_clear_line(self, tmp_path, settings, words):
        with pytest.raises(BootError, match=f"^{words}") as stopped:
            check_environment(Container(embedded_environment({"CELESTA_HOME": str(tmp_path), **settings})))
        assert "\n" not in str(stopped.value)


class TestCheckPort:
    def test_a_free_port_passes_and_stays_free(self):
        port = free_port()
        check_port("127.0.0.1", port)
        check_port("127.0.0.1", port)

    def test_a_port_in_use_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(BootError, match=f"^Port {port} on 127.0.0.1 is used by another program.*--port"):
                check_port("127.0.0.1", port)

    @pytest.mark.parametrize(
        ("host", "why"),
        [("192.0.2.1", "not an address of this machine"), ("no such host", "not an address: give one of this machine")],
    )
    def test_a_host_that_is_not_ours_is_named(self, host, why):
        with pytest.raises(BootError, match=f"--host {host} is {why}"):
            check_port(host, 8000)


class TestAddress:
    @pytest.mark.parametrize(
        ("host", "address"),
        [
            ("127.0.0.1", "http://127.0.0.1:80"),
            ("music.local", "http://music.local:80"),
            ("::1", "http://[::1]:80"),
            ("0.0.0.0", "http://127.0.0.1:80"),
            ("::", "http://[::1]:80"),
        ],
    )
    def test_is_one_that_a_browser_here_can_open(self, host, address):
        assert website_address(host, 80) == address


class TestCheckSpace:
    def test_enough_passes(self, tmp_path):
        check_space(tmp_path, least=1)

    def test_a_disk_nearly_full_is_named_with_what_is_missing(self, tmp_path):
        with pytest.raises(BootError, match=r"nearly full: only \d+ MB are free and 1000000000000 MB are needed"):
            check_space(tmp_path, least=10**18)


class TestRunLock:
    def test_a_second_copy_learns_where_the_first_is(self, tmp_path, holder):
        with pytest.raises(BootError, match=f"already runs here as process {holder.pid} at http://127.0.0.1:8000: stop that copy"):
            take_run_lock(tmp_path, "http://127.0.0.1:9000")

    def test_is_free_again_once_its_holder_was_killed(self, tmp_path, holder):
        holder.kill()
        holder.wait()
        with take_run_lock(tmp_path, "http://127.0.0.1:9") as lock:
            lock.seek(0)
            assert lock.read().endswith(" http://127.0.0.1:9")

    def test_what_it_says_is_replaced_whole(self, tmp_path):
        take_run_lock(tmp_path, "http://a-very-long-name.example:8000").close()
        take_run_lock(tmp_path, "http://short").close()
        assert (tmp_path / "run.lock").read_text().endswith(" http://short")

    def test_a_home_that_cannot_be_written_to_is_named(self, tmp_path):
        (tmp_path / "run.lock").mkdir()
        with pytest.raises(BootError, match="cannot be written to"):
            take_run_lock(tmp_path, "http://127.0.0.1:8000")
