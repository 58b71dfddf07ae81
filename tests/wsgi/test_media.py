"""Our own media server: what it does by its clock, and behind gunicorn. What it gives is in the conformance suite of both media servers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from ports.clock.stepped import SteppedClock
from ports.environment import Environment
from ports.secrets.env import EnvSecrets
from ports.storage.filesystem import FilesystemStorage
from ports.storage.signing import sign
from tests.services import PATIENCE, wait_until
from wsgi.media import MediaServer

KEY = "audio/4kZ/1f0e/aac-128.mp4"
MUSIC = bytes(range(250)) * 4


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"CELESTA_ENV": "test", "CELESTA_HOME": str(tmp_path / "home"), "MEDIA_KEY": "new-key old-key"}


@pytest.fixture
def environment(settings: dict[str, str]) -> Environment:
    return Environment(settings, EnvSecrets(Environment(settings)))


@pytest.fixture
def clock(environment: Environment) -> SteppedClock:
    return SteppedClock.from_env(environment)


@pytest.fixture
def storage(environment: Environment, tmp_path: Path) -> FilesystemStorage:
    storage = FilesystemStorage.from_env(environment)
    (tmp_path / "source").write_bytes(MUSIC)
    storage.put(KEY, tmp_path / "source", "audio/mp4")
    return storage


@pytest.fixture
def link(storage: FilesystemStorage, clock: SteppedClock) -> str:
    return storage.signed_url(KEY, clock.now() + timedelta(minutes=5))


@pytest.fixture
def browser(storage: FilesystemStorage, environment: Environment, clock: SteppedClock) -> Iterator[Client]:
    yield Browser(DispatcherMiddleware(_nothing, {"/media": MediaServer.from_env(environment, clock)}))


class Browser(Client):
    """Reads every answer to its end, as a server does, so that the file is closed."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        return super().open(*arguments, **options, buffered=True)


def behind_gunicorn() -> DispatcherMiddleware:
    environment = Environment(os.environ)
    environment = environment.with_secrets(EnvSecrets.from_env(environment))
    return DispatcherMiddleware(_nothing, {"/media": MediaServer.from_env(environment, SteppedClock.from_env(environment))})


def _nothing(environ, start_response):
    start_response("418 I'm a teapot", [])
    return []


class TestSignature:
    def test_is_the_one_that_nginx_documents(self):
        assert sign("/s/link127.0.0.1", 2147483647, "secret") == "_e4Nc3iduzkWRm01TBBNYw"

    def test_opens_in_its_last_second_and_never_after(self, browser, link, clock):
        clock.advance(300)
        assert browser.get(link).status_code == 200
        clock.advance(1)
        assert browser.get(link).status_code == 403

    def test_beside_endless_parameters_is_refused(self, browser, link):
        assert browser.get(link + "&x=1" * 100_000).status_code == 403


class TestBehindGunicorn:
    """The kernel sends the file there: the part must end where it should, or the next answer on the connection is garbage."""

    @pytest.fixture
    def connection(self, settings: dict[str, str], link: str, tmp_path: Path) -> Iterator[HTTPConnection]:
        path = tmp_path / "gunicorn.sock"
        arguments = [
            "--bind",
            f"unix:{path}",
            "--worker-class",
            "gthread",
            "--no-control-socket",
            "tests.wsgi.test_media:behind_gunicorn()",
        ]
        with subprocess.Popen([sys.executable, "-m", "gunicorn", *arguments], env=os.environ | settings) as server:
            try:
                connection = UnixConnection(path)
                wait_until(connection.is_taken)
                yield connection
                connection.close()
            finally:
                server.terminate()

    def test_answers_follow_one_another_on_one_connection(self, connection, link):
        parts = []
        for value in ("bytes=10-19", "bytes=0-", "bytes=-1", "bytes=5000-", "bytes=990-"):
            connection.request("GET", link, headers={"Range": value})
            parts.append(connection.getresponse().read())
        assert parts == [MUSIC[10:20], MUSIC, MUSIC[-1:], b"", MUSIC[990:]]


class UnixConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self._path)

    def is_taken(self) -> bool:
        try:
            self.connect()
        except OSError:
            self.close()
            return False
        return True
