"""The servers that are measured, each on a free loopback port and in a folder of its own, gone when its block ends."""

from __future__ import annotations

import glob
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
import structlog

from apps.console.embedded import embedded_environment, free_port
from apps.console.valkey import valkey_service
from apps.core.client.in_process import InProcessClient
from apps.core.contract.accounts import RegisterAccount
from apps.core.contract.actions import Actor, Service
from apps.core.contract.errors import Conflict
from bench.library import write_files
from bench.load import HOST
from bench.measure import GUNICORN, running

EMAIL, PASSWORD = "bench@example.com", "a quiet machine at night"
SETTINGS = {"CELESTA_ENV": "test", "API_REQUESTS_PER_SECOND": "1000000", "WEB_CONCURRENCY": "2"}
SUBSONIC = "u=bench&p=quiet-machine&v=1.12.0&c=bench&f=json"


class Running(NamedTuple):
    port: int
    process: int


@contextmanager
def home() -> Generator[dict[str, str]]:
    """The environment of a fresh embedded home, its Valkey running, its schema current; what Core does there is not told."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory(prefix="celesta-bench-") as folder:
        environment = embedded_environment({**SETTINGS, "CELESTA_HOME": folder})
        service = valkey_service(environment)
        port = urlsplit(environment["REDIS_URL"]).port or 0
        with tempfile.TemporaryFile() as configuration:
            configuration.write(service.configuration.encode())
            configuration.seek(0)
            with running(service.command, environment, port, stdin=configuration) as valkey:
                migrate(environment)
                yield {**environment, "BENCH_VALKEY": str(valkey)}


def migrate(environment: Mapping[str, str]) -> None:
    subprocess.run([sys.executable, "-m", "apps.core.migrate"], env={**os.environ, **environment}, check=True)


@contextmanager
def gunicorn(application: str, environment: Mapping[str, str]) -> Generator[Running]:
    port = free_port()
    with running((*GUNICORN, application), {**environment, "PORT": str(port)}, port) as process:
        yield Running(port, process)


def bearer_token(environment: Mapping[str, str], port: int) -> str:
    """A real one, from a running API."""
    _register(environment)
    body = json.dumps({"email": EMAIL, "password": PASSWORD}).encode()
    request = urllib.request.Request(f"http://{HOST}:{port}/api/v1/tokens", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
        return json.load(answer)["token"]


def session_cookie(environment: Mapping[str, str], port: int) -> str:
    """What a browser sends in which somebody has logged in on a running website."""
    _register(environment)
    browser = requests.Session()
    address = f"http://{HOST}:{port}/log-in"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get(address).text)
    assert token, "no form to log in by"
    browser.post(address, {"csrf_token": token[1], "email": EMAIL, "password": PASSWORD}).raise_for_status()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)


def _register(environment: Mapping[str, str]) -> None:
    from apps.core.app import create_core  # noqa: PLC0415 - Core is loaded by whoever needs an account

    website = InProcessClient(create_core(environment), Service.WEBSITE)
    try:
        website.send(RegisterAccount(EMAIL, "Bench", PASSWORD), Actor(service=Service.WEBSITE))
    except Conflict:
        return


def postgresql_binary(name: str) -> str | None:
    """On the path, or where Debian keeps it."""
    return shutil.which(name) or next(iter(sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None)  # noqa: PTH207 - absolute


@contextmanager
def postgresql() -> Generator[tuple[str, int]]:
    """The URL of a throw-away database and its server's process id; as root it runs as nobody, since it refuses root."""
    initdb, server = postgresql_binary("initdb"), postgresql_binary("postgres")
    assert initdb and server
    user = "nobody" if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="celesta-bench-") as folder:
        if user:
            shutil.chown(folder, user)
        data, port = Path(folder) / "data", free_port()
        make = (initdb, "-D", str(data), "-U", "bench", "-A", "trust", "-E", "UTF8", "--no-locale")
        subprocess.run(make, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
        options = ("-c", f"unix_socket_directories={folder}", "-c", f"listen_addresses={HOST}", "-c", "shared_buffers=256MB")
        with running((server, "-D", data, "-p", str(port), *options), {}, port, folder, user) as process:
            _await_postgresql(server, folder, port, user)
            yield f"postgresql://bench@{HOST}:{port}/postgres", process


def _await_postgresql(server: str, folder: str, port: int, user: str | None) -> None:
    """It listens before it is ready."""
    ready = str(Path(server).with_name("pg_isready"))
    if Path(ready).exists():
        subprocess.run((ready, "-h", HOST, "-p", str(port), "-t", "20", "-q"), check=False, cwd=folder, user=user)  # noqa: S603 - ours


@contextmanager
def supysonic() -> Generator[Running]:
    """The peer, on the same library and the same kind of server: SQLite, two processes of four threads."""
    with tempfile.TemporaryDirectory(prefix="celesta-bench-") as name:
        folder, music = Path(name), Path(name) / "music"
        music.mkdir()
        write_files(music)
        (folder / "supysonic.conf").write_text(
            f"[base]\ndatabase_uri = sqlite:///{folder}/supysonic.db\n"
            f"[webapp]\ncache_dir = {folder}/cache\nlog_level = ERROR\n[daemon]\nsocket = {folder}/none.sock\n"
        )
        command_line = Path(sys.executable).with_name("supysonic-cli")
        for words in (("user", "add", "bench", "-p", "quiet-machine"), ("folder", "add", "music", str(music)), ("folder", "scan", "music")):
            subprocess.run((command_line, *words), cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
        port = free_port()
        bind = ("-b", f"{HOST}:{port}", "-w", "2", "-k", "gthread", "--threads", "4", "--no-control-socket")
        command = (sys.executable, "-m", "gunicorn", *bind, "supysonic.web:create_application()")
        with running(command, {}, port, folder) as process:
            yield Running(port, process)
