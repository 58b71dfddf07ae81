"""Whole services for tests that act from outside: the embedded topology as a person starts it, and the split one."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from apps.console.checkout import ROOT
from apps.console.embedded import free_port
from apps.core.contract.actions import Service
from tests.canaries import search
from tests.services import postgresql, valkey, wait_until

PATIENCE = 180
"""Seconds for a service to come up, or a folder of music to become playable, on a machine that is busy with other things."""
MONTH = 900
"""Seconds for the demo's month, likewise."""
CELESTA = str(Path(sys.executable).with_name("celesta"))
"""The installed command, a Python script."""
PASSWORD = "correct horse battery"
MUSIC = "games/wesnoth/*/data/core/music"
PIECES = ("battle-epic.ogg", "love_theme.ogg", "defeat2.ogg", "victory2.ogg", "elf-land.ogg")
"""Two long enough to walk through a site by, the others short enough to hear out, the last 26.8 seconds long."""
LINES = {0: "The banners are raised", 20: "The horns are blown", 40: "The day is ours"}
"""Of the first piece: what is sung there, by seconds."""
WORDS = "The first line\nThe second line\n"
"""Of the second piece, without times."""

SPLIT_SECRETS = {
    "SESSION_KEY": "qN8sK2vB5xZ7cM1wE4rT", "MEDIA_KEY": "hJ6gF3dS9aP0oI7uY5tR",
    "LICENCE_KEY": "xC8vB0nM2qW4eR6tY8uI0oP2aS4dF6gH", "OFFLINE_KEY": "lK9jH7gF5dS3aP1oI9uY7tR5eW3qM1nB",
    **{f"DOOR_KEY_{role.name}": f"{role}-9uJm5tGb7yHn" for role in Service},
}  # fmt: skip


@dataclass(frozen=True)
class LiveService:
    """A running service with music in it."""

    url: str
    environment: Mapping[str, str]

    def celesta(self, *arguments: str, patience: float = PATIENCE) -> str:
        """Run an operator's command and return what it printed."""
        command = [CELESTA, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=patience, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def log(self, name: str) -> str:
        """What one of its processes has said so far."""
        return Path(self.environment["CELESTA_HOME"]).with_name(f"{name}.log").read_text(errors="replace")

    def answers(self, path: str = "/healthz") -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def bearer(self, email: str) -> dict[str, str]:
        """The headers of an app that somebody new has let in."""
        with requests.Session() as browser:
            page = browser.get(f"{self.url}/register", timeout=30).text
            token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
            form = {"csrf_token": token, "name": "Ana", "email": email, "password": PASSWORD}
            browser.post(f"{self.url}/register", data=form, timeout=30)
        asked = {"email": email, "password": PASSWORD, "scopes": ["catalogue", "playback", "history"]}
        issued = requests.post(f"{self.url}/api/v1/tokens", json=asked, timeout=30).json()
        return {"Authorization": f"Bearer {issued['token']}"}

    def releases(self) -> list[str]:
        """The paths of the releases on the home page."""
        with urllib.request.urlopen(self.url + "/releases", timeout=30) as answer:
            return sorted(set(re.findall(r"/releases/[0-9A-Za-z]{22}", answer.read().decode())))


def real_music(target: Path) -> Path:
    """A folder of real, tagged music, from Debian's package of a game's soundtrack."""
    folders = sorted(Path("/usr/share").glob(MUSIC))
    assert folders, "Real music is not installed: sudo apt-get install wesnoth-1.16-music"
    target.mkdir()
    for piece in PIECES:
        shutil.copy(folders[-1] / piece, target)
    (target / "battle-epic.lrc").write_text("".join(f"[00:{at:02}.00]{line}\n" for at, line in LINES.items()))
    (target / "love_theme.lrc").write_text(WORDS)
    return target


@contextmanager
def embedded(*import_options: str, **settings: str) -> Generator[LiveService]:
    """`celesta run`, with a folder of music imported by `celesta import`."""
    with _folder() as folder, ExitStack() as running:
        port = free_port()
        environment = {**plain(), "CELESTA_HOME": f"{folder}/var", **settings}
        service = LiveService(f"http://127.0.0.1:{port}", environment)
        running.enter_context(_process(folder, "run", environment, CELESTA, "run", "--no-demo", "--port", str(port)))
        wait_until(service.answers, PATIENCE)
        fill(service, Path(folder), *import_options)
        yield service


@contextmanager
def after_a_month() -> Generator[tuple[LiveService, str]]:
    """`celesta run` in what `celesta demo --month` has left, on the day after its last; and what the demo said."""
    with _folder() as folder, ExitStack() as running:
        port = free_port()
        environment = {**plain(), "CELESTA_HOME": f"{folder}/month/home", "CLOCK": "stepped", "LANGUAGES": "en-GB,de,ar-XB"}
        service = LiveService(f"http://127.0.0.1:{port}", environment)
        # The month is made in its folder, whatever the environment says of a database.
        maker = LiveService(service.url, {**environment, "DATABASE_URL": "sqlite:////nowhere/at/all.db"})
        told = maker.celesta("demo", "--month", "--into", f"{folder}/month", patience=MONTH)
        running.enter_context(_process(folder, "run", environment, CELESTA, "run", "--port", str(port)))
        wait_until(service.answers, PATIENCE)
        yield service, told


@contextmanager
def split() -> Generator[LiveService]:
    """Website, API, Core, worker and beat as separate processes over PostgreSQL, behind nginx; only Core knows where the database is."""
    with _folder() as folder, ExitStack() as running:
        database, server = running.enter_context(postgresql()), running.enter_context(valkey())
        core, website, api, nginx = free_port(), free_port(), free_port(), free_port()
        environment = {
            **plain(), "CELESTA_HOME": f"{folder}/var", "SECRETS": "env", "CORE_CLIENT": "http", "CORE_URL": f"http://127.0.0.1:{core}",
            "REDIS_URL": server.url, "BROKER_URL": server.url.replace("/0", "/1"), "WEB_CONCURRENCY": "2", "TRUSTED_PROXIES": "1",
            "NGINX_WEBSITE": f"127.0.0.1:{website}", "NGINX_API": f"127.0.0.1:{api}", "NGINX_LOG": f"{folder}/stream.log",
            **SPLIT_SECRETS,
        }  # fmt: skip
        cores = {**environment, "DATABASE_URL": database.url("template")}
        subprocess.run([sys.executable, "-m", "apps.core.migrate"], cwd=ROOT, env=cores, check=True)
        service = LiveService(f"http://127.0.0.1:{nginx}", environment)
        for name, values, listens in (("core", cores, core), ("website", environment, website), ("api", environment, api)):
            started = {**values, "PORT": str(listens)}
            command = ("-m", "gunicorn", "-c", "python:wsgi.gunicorn", f"wsgi.{name}:application")
            running.enter_context(_process(folder, name, started, *command))
        running.enter_context(_process(folder, "nginx", {**environment, "PORT": str(nginx)}, CELESTA, "nginx"))
        celery = ("-m", "celery", "--quiet", "-A", "tasks.app")
        queues = ("-Q", "default,media,reports,billing", "-c", "2", "--without-gossip", "--without-mingle")
        running.enter_context(_process(folder, "worker", environment, *celery, "worker", *queues))
        running.enter_context(_process(folder, "beat", environment, *celery, "beat", "-s", f"{folder}/schedule"))
        wait_until(service.answers, PATIENCE)
        fill(service, Path(folder))
        yield service


@contextmanager
def _folder() -> Generator[str]:
    """For what a whole service writes, in none of which may be one of its secrets when the service has ended."""
    with tempfile.TemporaryDirectory(prefix="celesta-") as folder:
        yield folder
        kept = [path for path in Path(folder).rglob("secrets/*") if path.is_file()]
        secrets = {path.name: path.read_text().strip() for path in kept} or SPLIT_SECRETS
        written = {str(path.relative_to(folder)): path.read_bytes() for path in Path(folder).rglob("*") if _is_written(path)}
        leaks = search(written, secrets)
        assert not leaks, leaks


def _is_written(path: Path) -> bool:
    """nginx has the key to links in its configuration, for its own user alone."""
    return path.is_file() and not {"secrets", "music", "storage", "nginx.conf"} & set(path.parts)


def plain() -> dict[str, str]:
    """The environment without anything that configures Celesta."""
    return {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"}}


def fill(service: LiveService, folder: Path, *options: str) -> None:
    """Import real music, copied into the folder first, and return when it can be played."""
    wait_until(lambda: service.answers("/releases"), PATIENCE)  # Core is up too
    told = service.celesta("import", *options, str(real_music(folder / "music")))
    assert f"{len(PIECES)} recordings of {len(PIECES)} can be played." in told, told


@contextmanager
def _process(folder: str, name: str, environment: Mapping[str, str], *arguments: str) -> Generator[None]:
    log = Path(folder, f"{name}.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            sys.stdout.write(f"---- {name}\n{log.read_text(errors='replace')[-4000:]}\n")
