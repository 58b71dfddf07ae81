"""The processes of the embedded topology, in the order in which they start."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from apps.console.checkout import ROOT
from apps.console.embedded import free_port
from apps.console.logs import Journal
from apps.console.preflight import check_port
from apps.console.processes import Child, Service, Supervisor
from apps.console.valkey import Server, valkey_service
from ports.environment import BootError

BOOT_PATIENCE = 60
"""Seconds until a service must answer for the first time."""
FLOWER_PORT = 5555
ADMITTED = "staff"
"""As `tasks.flower_login` calls whom it lets in."""
QUIET_CELERY = ("-W", "ignore:You're running the worker", "-m", "celery", "--quiet", "-A", "tasks.app")
"""Without a banner, and without a warning against root, who may well be all there is in a container."""
INTRODUCTION = """
import sys
from apps.console.administrator import invitation_link
from apps.console.demo.wanted import is_wanted
from apps.console.flower import flower_client
print(flower_client(), invitation_link(sys.argv[1]) or "-", "demo" if is_wanted() else "-")
"""
"""Asks Core for what is told at the start; of Core's packages the process that supervises loads none."""


@dataclass(frozen=True)
class Topology:
    environment: Mapping[str, str]
    address: str
    everywhere: bool
    """Whether it listens on every address of this machine, of which `address` is one."""
    bundled: bool
    """Whether Valkey is ours to start."""
    journal: Journal
    supervisor: Supervisor
    demo: bool = True
    """Whether an empty catalogue is filled."""

    def start(self) -> None:
        """Start everything and say where it is; raises `BootError` where something the first page needs does not start."""
        self._say(f"Starting; everything is kept in {self.environment['CELESTA_HOME']}.")
        if self.bundled:
            self._start_valkey()
        flower = _flower_port() if self.environment["TASK_QUEUE"] == "celery" else None
        self._start_web(flower)
        self._say(f"Celesta is at {self.address} (Ctrl-C stops it).")
        if self.everywhere:
            self._say("It listens on every address of this machine: elsewhere, open it by the machine's name or address instead.")
        if flower is not None:
            self.supervisor.start(self._worker())
        client_id, link, demo = self._introduce()
        if flower is not None:
            self._start_flower(flower, client_id)
        if link != "-":
            # The log file must not keep it.
            self._say(f"There is no administrator yet. Become it, once, at {link}", kept=False)
        if self.demo and demo != "-":
            self._say("The catalogue is empty: a demo catalogue is composed in the background (--no-demo leaves it out).")
            self.supervisor.start(self._python("demo", "-m", "apps.console.demo.making", once=True))

    def _start_valkey(self) -> None:
        valkey = self.supervisor.start(valkey_service(self.environment))
        self._await(valkey, Server(self.environment["REDIS_URL"]).answers)

    def _start_web(self, flower: int | None) -> None:
        command = (sys.executable, "-m", "gunicorn", "-c", "python:wsgi.gunicorn", "wsgi.all:application")
        link = {"FLOWER_URL": f"http://127.0.0.1:{flower}"} if flower is not None else {}
        web = self.supervisor.start(Service("web", command, {**link, **self.environment}, shown=False))
        self._await(web, self._first_page)
        web.shown = True

    def _await(self, child: Child, ready: Callable[[], bool]) -> None:
        name = child.service.name
        if not self.supervisor.wait(lambda: child.exit_code is not None or ready(), BOOT_PATIENCE):
            raise BootError(f"{name} did not answer within {BOOT_PATIENCE} s. What it said is in {self.journal.path}.")
        if child.exit_code is not None:
            raise BootError(self._failure(f"{name} did not start", child))

    def _failure(self, what: str, child: Child) -> str:
        return f"{what}: {child.reason().rstrip('.')}. All it said is in {self.journal.path}."

    def _first_page(self) -> bool:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            # Any answer will do: the service may be told to answer to other names only.
            return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _worker(self) -> Service:
        schedule = f"{self.environment['CELESTA_HOME']}/celerybeat-schedule"
        options = ("--without-gossip", "--without-mingle", "-B", "-E", "-c", "2", "-Q", "default,media,reports,billing", "-s", schedule)
        # SIGQUIT lets running tasks end for a moment, then gives them back to the queue; SIGTERM would wait for all of them.
        worker = self._python("worker", *QUIET_CELERY, "worker", *options, stop_signal=signal.SIGQUIT)
        port = int(self.environment.get("METRICS_PORT") or 0)
        # The port itself is where the web process tells its metrics.
        return replace(worker, environment={**self.environment, "METRICS_PORT": str(port + 1)}) if port else worker

    def _start_flower(self, port: int, client_id: str) -> None:
        here = f"http://127.0.0.1:{port}"
        options = {
            "CELESTA_URL": self.address, "FLOWER_ADDRESS": "127.0.0.1", "FLOWER_PORT": str(port), "FLOWER_AUTH": ADMITTED,
            "FLOWER_AUTH_PROVIDER": "tasks.flower_login.StaffLogin", "FLOWER_OAUTH2_KEY": client_id, "FLOWER_OAUTH2_SECRET": "none",
            "FLOWER_OAUTH2_REDIRECT_URI": f"{here}/login",
        }  # fmt: skip
        command = (sys.executable, *QUIET_CELERY, "flower", "--logging=error")
        self.supervisor.start(Service("flower", command, {**self.environment, **options}))
        self._say(f"Flower shows the tasks at {here}, to staff and administrators.")

    def _introduce(self) -> tuple[str, str, str]:
        """Flower's client id, the link that makes its reader the administrator, or `-` where there is one, and whether a demo is wanted."""
        command = [sys.executable, "-c", INTRODUCTION, self.address]
        asked = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False, start_new_session=True)  # noqa: S603 - ours
        if asked.returncode:
            raise BootError(f"Core does not answer: {asked.stderr.strip().rpartition(chr(10))[2]}")
        client_id, link, demo = asked.stdout.splitlines()[-1].split()
        return client_id, link, demo

    def _python(self, name: str, *arguments: str, **how: Any) -> Service:
        return Service(name, (sys.executable, *arguments), self.environment, **how)

    def _say(self, line: str, kept: bool = True) -> None:
        self.journal.write("celesta", line, kept=kept)


def _flower_port() -> int:
    """Flower's usual one, or a free one where somebody else is there."""
    try:
        check_port("127.0.0.1", FLOWER_PORT)
    except BootError:
        return free_port()
    return FLOWER_PORT
