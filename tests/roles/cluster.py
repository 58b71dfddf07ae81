"""Celesta as one process for each role, over PostgreSQL and Valkey, each process knowing only what it needs."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import imageio_ffmpeg

from apps.console.checkout import ROOT
from apps.console.embedded import free_port
from apps.core.contract.actions import Service
from tests.live import plain
from tests.roles.roles import CELERY, ROLES
from tests.services import ValkeyServer, wait_until

PATIENCE = 120
DOORS = {f"DOOR_KEY_{service.name}": f"{service}-9uJm5tGb7yHn" for service in Service}
KEYS = {
    "SESSION_KEY": "qN8sK2vB5xZ7cM1wE4rT",
    "MEDIA_KEY": "hJ6gF3dS9aP0oI7uY5tR",
    "LICENCE_KEY": "xC8vB0nM2qW4eR6tY8uI0oP2aS4dF6gH",
    "OFFLINE_KEY": "lK9jH7gF5dS3aP1oI9uY7tR5eW3qM1nB",
}
TASKS = ("BROKER_URL", "CORE_CLIENT", "CORE_URL", "DOOR_KEY_TASKS", "MEDIA_KEY")
CORE = ("BROKER_URL", "DATABASE_URL", "MEDIA_KEY", "LICENCE_KEY", "OFFLINE_KEY", *DOORS)
NEEDS: Mapping[str, tuple[str, ...]] = {
    "migrations": ("DATABASE_URL",),
    "core": (*CORE, "RUN_RELAY"),
    "relay": CORE,
    "website": ("CORE_CLIENT", "CORE_URL", "DOOR_KEY_WEBSITE", "REDIS_URL", "SESSION_KEY"),
    "api": ("CORE_CLIENT", "CORE_URL", "DOOR_KEY_API", "REDIS_URL"),
    "worker-default": TASKS,
    "worker-billing": TASKS,
    "worker-media": (*TASKS, "FFMPEG"),
    "worker-reports": TASKS,
    "beat": ("BROKER_URL",),
    "console": ("CORE_CLIENT", "CORE_URL", "DOOR_KEY_CONSOLE", "MEDIA_KEY", "REDIS_URL"),
    "flower": ("BROKER_URL", "CELESTA_URL", "FLOWER_PORT", "FLOWER_AUTH", "FLOWER_AUTH_PROVIDER", "FLOWER_OAUTH2_REDIRECT_URI"),
}
"""By role: the variables that it is given beside what every process has."""


@dataclass
class Answer:
    status: int
    text: str
    address: str


@dataclass
class Cluster:
    folder: Path
    database: str
    valkey: ValkeyServer
    python: Callable[[str], Path]
    """The Python that an extra is installed for."""
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in ("core", "website", "api", "flower")})
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def values(self, role: str) -> dict[str, str]:
        known = {
            **KEYS,
            **DOORS,
            "BROKER_URL": self.valkey.url.replace("/0", "/1"),
            "CELESTA_URL": self.url("website"),
            "CORE_CLIENT": "http",
            "CORE_URL": self.url("core"),
            "DATABASE_URL": self.database,
            "FFMPEG": imageio_ffmpeg.get_ffmpeg_exe(),
            "FLOWER_AUTH": "staff",
            "FLOWER_AUTH_PROVIDER": "tasks.flower_login.StaffLogin",
            "FLOWER_OAUTH2_REDIRECT_URI": f"{self.url('flower')}/login",
            "FLOWER_PORT": str(self.ports["flower"]),
            "REDIS_URL": self.valkey.url,
            "RUN_RELAY": "off",
        }
        own = {"CELESTA_HOME": f"{self.scratch}/{role}", "STORAGE_PATH": f"{self.scratch}/storage", "SECRETS": "env"}
        return {**plain(), **own, **{name: known[name] for name in NEEDS[role]}, **self._port(role)}

    def _port(self, role: str) -> dict[str, str]:
        return {"PORT": str(self.ports[role])} if role in {"core", "website", "api"} else {}

    def url(self, role: str) -> str:
        return f"http://127.0.0.1:{self.ports[role]}"

    @property
    def scratch(self) -> str:
        """Where the processes may write."""
        return str(self.folder)

    def inside(self, role: str, command: Sequence[str]) -> list[str]:
        """What starts this command where the role is installed."""
        _python, *words = command
        return [str(self.python(ROLES[role].extra)), *words]

    def run(self, role: str, *command: str) -> str:
        """What a process that ends by itself tells: the role's own, or this one beside it."""
        words = self.inside(role, command or ROLES[role].command)
        done = subprocess.run(words, env=self.values(role), cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, role: str) -> None:
        options = ("-s", f"{self.scratch}/schedule") if role == "beat" else ()
        words = self.inside(role, (*ROLES[role].command, *options))
        with self.log_of(role).open("wb") as output:
            self.processes[role] = subprocess.Popen(
                words, env=self.values(role), cwd=ROOT, stdout=output, stderr=output, start_new_session=True
            )

    def start_all(self) -> None:
        self.run("migrations")
        for role in ROLES:
            if role != "migrations":
                self.start(role)

    def log_of(self, role: str) -> Path:
        return self.folder / f"{role}.log"

    def said(self, role: str) -> str:
        return self.log_of(role).read_text(errors="replace")

    def wait_until(self, happened: Callable[[], bool]) -> None:
        try:
            wait_until(happened, PATIENCE)
        except AssertionError:
            logs = "\n".join(f"---- {role}\n{self.said(role)[-3000:]}" for role in self.processes)
            raise AssertionError(logs) from None

    def get(self, role: str, path: str) -> Answer:
        """What a page answers in the end; status 0 where nobody answers."""
        try:
            with urllib.request.urlopen(self.url(role) + path, timeout=30) as answer:
                return Answer(answer.status, answer.read().decode(errors="replace"), answer.url)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(errors="replace"), error.url)
        except OSError as error:
            return Answer(0, str(error), "")

    def workers(self) -> set[str]:
        """The queues whose workers answer a ping."""
        try:
            told = self.run("beat", *CELERY, "inspect", "active_queues", "--json", "-t", "5")
        except AssertionError:  # nobody did
            return set()
        return {queue["name"] for queues in json.loads(told).values() for queue in queues}

    def end(self) -> dict[str, int]:
        """End every process as an operator does; the exit code of each."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        try:
            return {role: process.wait(PATIENCE) for role, process in self.processes.items()}
        finally:
            for process in self.processes.values():
                process.kill()
