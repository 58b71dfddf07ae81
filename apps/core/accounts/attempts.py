"""Attempts to log in or register are counted before anything is told, under a row lock: any number sent at once is counted exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from apps.core.accounts.models import LogInFailureRow
from apps.core.accounts.rules import (
    FAILURE_WINDOW,
    FAILURES_PER_ADDRESS,
    FAILURES_PER_EMAIL,
    REGISTRATIONS_PER_ADDRESS,
    email_key,
    network_of,
    window_of,
)
from apps.core.contract.errors import TooMany
from apps.core.database import insert, reader

FAILED = "There were too many failed log-ins."
REGISTERED = "There were too many registrations from your network."


@dataclass(frozen=True)
class Attempt:
    """One attempt to log in: counted as a failure until it has succeeded."""

    email: str
    address: str
    window: datetime

    @property
    def limits(self) -> Mapping[str, int]:
        return {self.email: FAILURES_PER_EMAIL, self.address: FAILURES_PER_ADDRESS}

    def refuse_early(self) -> None:
        """Raises `TooMany` where the limit was reached before, so that hashing a password costs us nothing."""
        _refuse_reached(self.limits, self.window, FAILED)

    def count(self, session: Session) -> None:
        """Raises `TooMany` where the limit is reached, whether or not there is such an account."""
        for subject, limit in self.limits.items():
            if _increment(session, subject, self.window) > limit:
                raise _too_many(FAILED)

    def succeeded(self, session: Session) -> None:
        """Forget the failures for this e-mail address, and take this attempt off its network address."""
        session.execute(delete(LogInFailureRow).where(LogInFailureRow.subject == self.email))
        counted = (LogInFailureRow.subject == self.address) & (LogInFailureRow.window == self.window)
        session.execute(update(LogInFailureRow).where(counted).values(count=LogInFailureRow.count - 1))


@dataclass(frozen=True)
class Registration:
    """One attempt to register from a network; one whose address nobody knows is not counted."""

    subject: str
    window: datetime

    def refuse_early(self) -> None:
        """Raises `TooMany` where the limit was reached before, so that hashing a password costs us nothing."""
        _refuse_reached({self.subject: REGISTRATIONS_PER_ADDRESS}, self.window, REGISTERED)

    def count(self, session: Session) -> None:
        """Raises `TooMany` where the limit is reached."""
        if self.subject and _increment(session, self.subject, self.window) > REGISTRATIONS_PER_ADDRESS:
            raise _too_many(REGISTERED)


def attempt_of(email: str, address: str, now: datetime) -> Attempt:
    return Attempt(f"email {email_key(email)}", f"address {network_of(address)}", window_of(now))


def registration_from(address: str, now: datetime) -> Registration:
    return Registration(f"registration {network_of(address)}" if address else "", window_of(now))


def _refuse_reached(limits: Mapping[str, int], window: datetime, what: str) -> None:
    row = LogInFailureRow
    with reader() as connection:
        counted = connection.execute(select(row.subject, row.count).where(row.subject.in_(limits), row.window == window)).all()
    if any(failures >= limits[subject] for subject, failures in counted):
        raise _too_many(what)


def _too_many(what: str) -> TooMany:
    seconds = int(FAILURE_WINDOW.total_seconds())
    return TooMany(what, f"Wait {seconds // 60} minutes, then try again.", {"retry_after": str(seconds)})


def _increment(session: Session, subject: str, window: datetime) -> int:
    row = insert(session, LogInFailureRow).values(subject=subject, window=window, count=1)
    key = [LogInFailureRow.subject, LogInFailureRow.window]
    counted = row.on_conflict_do_update(index_elements=key, set_={"count": LogInFailureRow.count + 1}).returning(LogInFailureRow.count)
    return session.execute(counted).scalar_one()
