"""A house whose processes can be killed: real Valkey, real SQLite, real Celery workers, relays and beats."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

import psutil
from flask import Flask
from sqlalchemy import select

from apps.console.checkout import ROOT
from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.accounts import RegisterAccount
from apps.core.contract.actions import Actor, Service
from apps.core.contract.jobs import JobStatus, JobSummary, ListJobs
from apps.core.database import close_engines, reader
from apps.core.jobs.models import LeaseRow
from apps.core.migrate import migrate
from tests.services import ValkeyServer

PATIENCE = 120
"""Seconds after which what does not come true is a failure; nothing is judged by how much sooner it does."""


@dataclass
class Process:
    """One process with all its children, in a group of its own."""

    popen: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """As when the machine is gone: none of the group does anything any more."""
        os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def end(self) -> None:
        if self.popen.poll() is None:
            self.kill()

    def children(self, *, recursive: bool = True) -> list[psutil.Process]:
        return psutil.Process(self.popen.pid).children(recursive=recursive)

    def count(self, text: str) -> int:
        """How often its log says so."""
        return self.log.read_text(errors="replace").count(text)


@dataclass
class House:
    folder: Path
    valkey: ValkeyServer
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    processes: list[Process] = field(default_factory=list[Process])

    @property
    def values(self) -> dict[str, str]:
        home = self.folder / "home"
        keys = {f"DOOR_KEY_{service.name}": f"key-of-{service.value}-for-tests" for service in Service}
        return {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}},
            **keys,
            "CELESTA_ENV": "development",
            "CELESTA_HOME": str(home),
            "SECRETS": "env",
            "DATABASE_URL": f"sqlite:///{home / 'celesta.db'}",
            "BROKER_URL": self.valkey.url,
            "REDIS_URL": self.valkey.url,
            "MEDIA_KEY": "media-key-for-tests",
            "LICENCE_KEY": "licence-key-for-tests-of-enough-characters",
            "OFFLINE_KEY": "offline-key-for-tests-of-enough-characters",
            "SESSION_KEY": "session-key-for-tests",
            "WORKER_GRACE": "1",
            "LOG_LEVEL": "DEBUG",
            "PYTHONUNBUFFERED": "1",
            **self.settings,
        }

    def build(self) -> None:
        (self.folder / "home").mkdir()
        migrate(self.values)

    @cached_property
    def core(self) -> Flask:
        """A Core of the test's own, on the same database and broker."""
        return create_core(self.values)

    def sender(self, service: Service) -> Sender:
        return Sender(InProcessClient(self.core, service), Actor(service))

    def listener(self) -> Sender:
        website = self.sender(Service.WEBSITE)
        account = website.send(RegisterAccount("ana@example.com", "Ana", "correct horse battery"))
        return Sender(website.client, Actor(Service.WEBSITE, account_id=account.id))

    def start(self, name: str, *arguments: str, settings: Mapping[str, str] | None = None) -> Process:
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            popen = subprocess.Popen(
                [sys.executable, *arguments],
                env={**self.values, **(settings or {})},
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process = Process(popen, log)
        self.processes.append(process)
        return process

    def worker(
        self,
        name: str,
        queues: str = "default,media,reports,billing",
        settings: Mapping[str, str] | None = None,
        program: Sequence[str] = ("-m", "celery"),
    ) -> Process:
        """A worker with one slot that takes tasks from now on."""
        options = ("--without-gossip", "--without-mingle", "-E", "-c", "1", "-l", "INFO", "-Q", queues, "-n", f"{name}@test")
        process = self.start(name, *program, "-A", "tasks.app", "worker", *options, settings=settings)
        self.wait_until(lambda: process.count(" ready."))
        return process

    def relay(self, name: str = "relay") -> Process:
        return self.start(name, "-m", "apps.core.relay")

    def run_console(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from apps.console.main import main; main()", *arguments]
        return subprocess.run(command, env=self.values, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)

    def import_folder(self, folder: Path, *options: str) -> str:
        done = self.run_console("import", str(folder), *options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def wait_until(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"not true within {seconds} s\n{self.report()}")
            time.sleep(0.05)

    def report(self) -> str:
        """What there is to know when something did not come true."""
        ended_first = sorted(self.processes, key=lambda process: process.popen.poll() is None)
        logs = [f"{process.log.name}:\n{process.log.read_text(errors='replace')[-3000:]}" for process in ended_first]
        open_jobs = [str(job) for job in self.jobs() if job.status is not JobStatus.DONE]
        return "\n".join([*open_jobs, *logs])

    def jobs(self, kind: str = "") -> list[JobSummary]:
        items = self.sender(Service.CONSOLE).send(ListJobs(size=100)).items
        return [job for job in items if kind in job.kind]

    def job(self, kind: str) -> JobSummary:
        """The only one of its kind."""
        (job,) = self.jobs(kind)
        return job

    def all_done(self, number: int) -> bool:
        jobs = self.jobs()
        return len(jobs) == number and all(job.status is JobStatus.DONE for job in jobs)

    def lease_of_the_relay(self) -> datetime | None:
        """Until when one of the relays holds its role, later after each turn; None where none does."""
        with self.core.app_context(), reader() as connection:
            return connection.scalars(select(LeaseRow.until)).one_or_none()

    def end(self) -> None:
        for process in self.processes:
            process.end()
        with self.core.app_context():
            close_engines()
