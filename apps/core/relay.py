"""The relay: one loop under a lease row that publishes events left behind and sweeps lapsed jobs.

A thread of Core's processes, or, where these have `RUN_RELAY=off`, a process of its own: `python -m apps.core.relay`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta

import structlog
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from apps.core.app import create_core
from apps.core.backlog import show_backlog, show_nothing
from apps.core.contract.ids import new_id
from apps.core.database import db, insert
from apps.core.jobs.models import LeaseRow
from apps.core.jobs.sweeper import sweep_jobs
from apps.core.meter import Measure, Meter, measured
from apps.core.outbox import Publisher
from ports.clock.interface import Clock
from ports.container import Container
from ports.environment import BootError, Environment
from ports.exposition import serve_metrics, tell_what_runs
from ports.heartbeat import Heartbeat
from ports.logs import configure_logs
from ports.task_queue.interface import QueueUnavailable

LEASE_NAME = "relay"
LEASE = timedelta(seconds=15)
TURN_SECONDS = 5.0
ENDING = {signal.SIGTERM, signal.SIGINT}
RELAY = "(relay)"
"""Under which name its cost is kept, among the Actions'."""

log = structlog.get_logger("core.relay")


class Relay(threading.Thread):
    """Started in any number of processes; at any moment one of them acts, every `turn_seconds`."""

    def __init__(self, core: Flask, turn_seconds: float = TURN_SECONDS) -> None:
        super().__init__(name="relay", daemon=True)
        self._core = core
        self._container: Container = core.extensions["container"]
        self._holder = new_id()
        self._stopped = threading.Event()
        self._turn_seconds = turn_seconds
        self._heartbeat = Heartbeat.from_env(self._container.environment)

    def run(self) -> None:
        while not self._stopped.wait(self._turn_seconds):
            self._heartbeat.beat()
            self._attempt(self.turn)
        self._attempt(self._give_up)

    def _attempt(self, step: Callable[[], object]) -> None:
        try:
            step()
        except (QueueUnavailable, OperationalError) as error:
            log.warning("the relay was kept from its work", reason=str(error))
        except Exception:
            log.exception("the relay failed")

    def stop(self) -> None:
        """Begin no further turn and give up the lease; `join` waits until both are so."""
        self._stopped.set()

    def turn(self) -> bool:
        """Do one round where this process holds the lease, and say whether it did."""
        with self._core.app_context(), measured(self._container.get(Meter), RELAY, Measure()):
            if not self._hold():
                show_nothing()
                return False
            show_backlog(self._container)
            try:
                self._container.get(Publisher).sweep()
            finally:
                sweep_jobs(self._container)
            return True

    def _hold(self) -> bool:
        now = self._container.get(Clock).now()
        with Session(db.engine) as session:
            mine = insert(session, LeaseRow).values(name=LEASE_NAME, holder=self._holder, until=now + LEASE)
            free = (LeaseRow.until <= now) | (LeaseRow.holder == self._holder)
            changes = {"holder": self._holder, "until": now + LEASE}
            held = mine.on_conflict_do_update(index_elements=[LeaseRow.name], set_=changes, where=free).returning(LeaseRow.name)
            taken = session.execute(held).first() is not None
            session.commit()
            return taken

    def _give_up(self) -> None:
        """Leave the lease, where this one holds it, to the next one at once."""
        with self._core.app_context(), Session(db.engine) as session:
            session.execute(delete(LeaseRow).where(LeaseRow.name == LEASE_NAME, LeaseRow.holder == self._holder))
            session.commit()


def main() -> None:
    """Be the relay until SIGTERM or SIGINT; a turn that has begun is done first."""
    # Held back until they are waited for: they interrupt nothing, and are not lost on the first process of a container either.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        environment = Environment(os.environ)
        configure_logs(environment)
        if serve_metrics(environment) is not None:
            tell_what_runs(environment)
        core = create_core(os.environ)
    except BootError as error:
        sys.exit(str(error))
    relay = Relay(core)
    core.extensions["keep_costs"]()
    relay.start()
    log.info("the relay runs")
    signal.sigwait(ENDING)
    relay.stop()
    relay.join()
    core.extensions["close"]()


if __name__ == "__main__":
    main()
