"""What `celesta nginx` makes of the environment, and what nginx then does beside sending audio."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from click.testing import CliRunner

from apps.console.checkout import ROOT
from apps.console.embedded import free_port
from apps.console.nginx import configuration, nginx, nginx_command, nginx_folder, write_configuration
from ports.environment import BootError, Environment
from ports.secrets.env import EnvSecrets
from ports.storage.filesystem import FilesystemStorage
from ports.storage.signing import key_id
from tests.nginx import Nginx
from tests.nginx import nginx as running_nginx
from tests.services import PATIENCE, answers_at, wait_until

KEY = "audio/4kZ/1f0e/aac-128.mp4"
MUSIC = bytes(1000)
SECRET = "zR4vT6yU8iO0pA2sD4fG"
CELESTA = str(Path(sys.executable).with_name("celesta"))
FRONTS = {"NGINX_WEBSITE": "127.0.0.1:1", "NGINX_API": "127.0.0.1:2"}


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"CELESTA_ENV": "test", "CELESTA_HOME": str(tmp_path / "home"), "SECRETS": "env", "MEDIA_KEY": SECRET}


@pytest.fixture
def environment(settings: dict[str, str]) -> Environment:
    return Environment(settings, EnvSecrets(Environment(settings)))


@pytest.fixture
def link(environment: Environment, tmp_path: Path) -> str:
    """To a stored object."""
    storage = FilesystemStorage.from_env(environment)
    (tmp_path / "source").write_bytes(MUSIC)
    storage.put(KEY, tmp_path / "source", "audio/mp4")
    return storage.signed_url(KEY, datetime.now(UTC) + timedelta(minutes=5))


class TestTheConfiguration:
    def test_holds_every_version_of_the_secret(self, settings, environment):
        settings["MEDIA_KEY"] = "newest older"
        told = configuration(environment)
        assert all(f'{key_id(key)} "{key}";' in told for key in ("newest", "older"))

    def test_is_for_nobody_else_to_read(self, environment):
        folder = nginx_folder(environment)
        write_configuration(environment, folder)
        assert stat.S_IMODE((folder / "nginx.conf").stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert [path.name for path in folder.iterdir()] == ["nginx.conf"]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("MEDIA_KEY", 'end";allow-all'),
            ("MEDIA_KEY", "$uri-is-known-to-everybody"),
            ("MEDIA_KEY", "back\\slash-in-a-secret"),
            ("STORAGE_PATH", '/srv/"celesta"'),
            ("NGINX_LOG", "/var/log/a\nb"),
            ("CELESTA_HOST", "127.0.0.1$"),
        ],
    )
    def test_refuses_what_nginx_would_read_otherwise(self, settings, environment, name, value):
        settings[name] = value
        with pytest.raises(BootError, match=f"{name} has a character") as refusal:
            configuration(environment)
        assert value not in str(refusal.value)

    @pytest.mark.parametrize("name", FRONTS)
    def test_refuses_half_of_the_front_ends(self, settings, environment, name):
        settings |= {name: FRONTS[name], "TRUSTED_PROXIES": "1"}
        with pytest.raises(BootError, match="go together"):
            configuration(environment)

    def test_refuses_front_ends_that_do_not_count_it(self, settings, environment):
        settings |= FRONTS
        with pytest.raises(BootError, match="TRUSTED_PROXIES does not count nginx: set it to 1"):
            configuration(environment)

    def test_refuses_to_do_nothing(self, settings, environment):
        settings["STORAGE"] = "s3"
        with pytest.raises(BootError, match="links lead to S3"):
            configuration(environment)

    def test_needs_no_media_key_where_links_lead_to_s3(self, settings, environment):
        settings |= {**FRONTS, "STORAGE": "s3", "TRUSTED_PROXIES": "1"}
        del settings["MEDIA_KEY"]
        assert "secure_link" not in configuration(environment)

    def test_reloading_what_does_not_run_is_refused(self, settings, monkeypatch):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        refused = CliRunner().invoke(nginx, ["--reload"])
        assert isinstance(refused.exception, BootError)
        assert "start it with celesta nginx" in str(refused.exception)


@pytest.mark.nginx
class TestNginx:
    @pytest.fixture
    def server(self, settings, environment, link) -> Iterator[Nginx]:
        with running_nginx(settings, environment) as server:
            yield server

    def ask(self, server: Nginx, target: str, **headers: str) -> int:
        return _status(f"http://127.0.0.1:{server.port}{target}", **headers)

    def test_serves_nothing_but_what_is_stored(self, server):
        assert [self.ask(server, path) for path in ("/healthz", "/", "/media", "/etc/passwd")] == [200, 404, 404, 404]

    def test_its_log_tells_who_was_sent_what_and_never_a_signature(self, server, link):
        asked = [self.ask(server, link, Range="bytes=10-19"), self.ask(server, link), self.ask(server, link.replace("=", "=x"))]
        missing = link.replace("128", "999")
        assert [*asked, self.ask(server, missing), self.ask(server, "/elsewhere")] == [206, 200, 403, 403, 404]
        wait_until(lambda: server.log.read_text().count("\n") == 4)
        # Each worker writes its own lines within a second: they come in any order.
        lines = {line["status"]: line for line in map(json.loads, server.log.read_text().splitlines())}
        expires = link.partition("expires=")[2].partition("&")[0]
        whole = lines[200]
        assert whole.pop("time") == pytest.approx(datetime.now(UTC).timestamp(), abs=PATIENCE)
        assert whole.pop("seconds") >= 0
        assert whole == {"method": "GET", "key": KEY, "expires": expires, "range": "", "status": 200, "sent": 1000}
        assert (lines[206]["range"], lines[206]["sent"]) == ("bytes=10-19", 10)
        signature = link.partition("signature=")[2]
        assert signature not in server.log.read_text() + server.said.read_text()

    def test_a_missing_object_is_in_its_log(self, server, link, environment):
        (environment.home / "storage" / KEY).unlink()
        assert self.ask(server, link) == 404
        wait_until(lambda: '"status":404' in server.log.read_text())
        assert server.said.read_text() == ""

    def test_a_reload_cuts_nobody_off(self, server, environment, settings, tmp_path):
        long = bytes(range(256)) * 80_000  # more than the sockets hold
        (tmp_path / "source").write_bytes(long)
        storage = FilesystemStorage.from_env(environment)
        storage.put("audio/long.mp4", tmp_path / "source", "audio/mp4")
        link = storage.signed_url("audio/long.mp4", datetime.now(UTC) + timedelta(minutes=5))
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{link}") as answer:
            heard, before = answer.read(1000), set(_children(server.process.pid))
            settings["MEDIA_KEY"] = f"a-newer-one-5tGb7yHn {SECRET}"
            server.reload()
            wait_until(lambda: not set(_children(server.process.pid)) <= before)
            assert heard + answer.read() == long


def _children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.nginx
class TestTheCommand:
    @pytest.fixture
    def told(self, settings, tmp_path) -> dict[str, str]:
        """The environment of a process of its own."""
        folder = tmp_path / "run"
        return {**settings, "PATH": os.environ["PATH"], "PORT": str(free_port()), "NGINX_PATH": str(folder), "NGINX_LOG": f"{folder}/log"}

    @pytest.fixture
    def process(self, told, link) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen([CELESTA, "nginx"], env=told, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: answers_at(int(told["PORT"])) or process.poll() is not None)
            yield process
        finally:
            process.terminate()
            assert process.communicate()[0] == b""

    def test_becomes_nginx_and_writes_to_one_folder(self, process, told, link, tmp_path):
        assert urllib.request.urlopen(f"http://127.0.0.1:{told['PORT']}{link}").read() == MUSIC
        assert {path.name for path in tmp_path.iterdir()} == {"home", "run", "source"}
        assert {path.name for path in (tmp_path / "home").iterdir()} == {"storage"}
        assert "nginx.pid" in {path.name for path in (tmp_path / "run").iterdir()}

    def test_nobody_sees_the_secret_in_its_arguments_or_environment(self, process):
        for number in (process.pid, *_children(process.pid)):
            assert SECRET.encode() not in Path(f"/proc/{number}/cmdline").read_bytes()
            assert Path(f"/proc/{number}/environ").read_bytes() == b""

    def test_reloads_the_running_one(self, process, told, settings, environment, link):
        settings["MEDIA_KEY"] = told["MEDIA_KEY"] = "a-newer-one-5tGb7yHn"
        subprocess.run([CELESTA, "nginx", "--reload"], env=told, cwd=ROOT, check=True)
        renewed = FilesystemStorage.from_env(environment).signed_url(KEY, datetime.now(UTC) + timedelta(minutes=5))
        wait_until(lambda: _status(f"http://127.0.0.1:{told['PORT']}{renewed}") == 200)
        wait_until(lambda: _status(f"http://127.0.0.1:{told['PORT']}{link}") == 403)
        assert process.poll() is None

    def test_what_it_writes_runs_as_an_ordinary_user(self, settings, environment):
        with tempfile.TemporaryDirectory(prefix="celesta-") as name, ExitStack() as running:
            home, port = Path(name), free_port()
            settings |= {"CELESTA_HOME": name, "PORT": str(port), "NGINX_LOG": f"{name}/nginx/log"}
            (home / "source").write_bytes(MUSIC)
            storage = FilesystemStorage.from_env(environment)
            links = []
            for key in (KEY, "unreadable.mp4"):
                storage.put(key, home / "source", "audio/mp4")
                links.append(storage.signed_url(key, datetime.now(UTC) + timedelta(minutes=5)))
            (home / "storage" / "unreadable.mp4").chmod(0)
            write_configuration(environment, nginx_folder(environment))
            with (home / "said").open("wb") as said:
                process = running.enter_context(_as_nobody(home, nginx_command(nginx_folder(environment)), said))
            wait_until(lambda: answers_at(port) or process.poll() is not None)
            assert [_status(f"http://127.0.0.1:{port}{link}") for link in links] == [200, 404]
            assert Path(f"/proc/{process.pid}").stat().st_uid != 0
            assert "signature" not in (home / "said").read_text()

    def test_started_by_root_its_workers_become_the_owner_of_what_is_stored(self, settings, environment, link, tmp_path):
        """Where the tests are not root, it says nothing of users."""
        owner, lines = "nobody", ["user nobody nogroup;"]
        if os.getuid() == 0:
            shutil.chown(tmp_path / "home" / "storage", "nobody", "nogroup")
        else:
            owner, lines = tmp_path.owner(), []
        folder = nginx_folder(environment)
        write_configuration(environment, folder)
        assert [line for line in (folder / "nginx.conf").read_text().splitlines() if line.startswith("user ")] == lines
        assert folder.owner() == owner


def _status(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@contextmanager
def _as_nobody(home: Path, command: Sequence[str], said: IO[bytes]) -> Generator[subprocess.Popen[bytes]]:
    """Run it as the user nobody, whose the folder is from now on, where the tests are root; else as who they are."""
    user: dict[str, Any] = {}
    if os.getuid() == 0:
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        for path in (home, *home.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")
    process = subprocess.Popen(command, env={}, stderr=said, **user)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
