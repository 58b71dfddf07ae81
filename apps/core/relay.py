"""The relay: one loop under a lease row that publishes events left behind and sweeps lapsed jobs."""

from __future__ import annotations

import threading
from datetime import timedelta

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from apps.core.contract.ids import new_id
from apps.core.database import db, insert
from apps.core.jobs.models import LeaseRow
from apps.core.jobs.sweeper import sweep_jobs
from apps.core.outbox import Publisher
from ports.clock.interface import Clock
from ports.container import Container
from ports.task_queue.interface import QueueUnavailable

LEASE_NAME = "relay"
LEASE = timedelta(seconds=15)
TURN_SECONDS = 5.0

log = structlog.get_logger("core.relay")


class Relay(threading.Thread):
    """Started in every Core process; at any moment one of them acts, every `turn_seconds`."""

    def __init__(self, core: Flask, turn_seconds: float = TURN_SECONDS) -> None:
        super().__init__(name="relay", daemon=True)
        self._core = core
        self._container: Container = core.extensions["container"]
        self._holder = new_id()
        self._stopped = threading.Event()
        self._turn_seconds = turn_seconds

    def run(self) -> None:
        while not self._stopped.wait(self._turn_seconds):
            try:
                self.turn()
            except (QueueUnavailable, OperationalError) as error:
                log.warning("the relay tries again", reason=str(error))
            except Exception:
                log.exception("the relay failed and tries again")

    def stop(self) -> None:
        self._stopped.set()

    def turn(self) -> bool:
        """Do one round where this process holds the lease, and say whether it did."""
        with self._core.app_context():
            if not self._hold():
                return False
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
