"""Attempts to log in or register are counted before anything is looked at, under a row lock: any number sent at once is counted exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
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
from apps.core.database import insert


@dataclass(frozen=True)
class Attempt:
    """One attempt, counted as a failure until it has succeeded."""

    email: str
    address: str
    window: datetime

    def succeeded(self, session: Session) -> None:
        """Forget the failures for this e-mail address, and take this attempt off its network address."""
        session.execute(delete(LogInFailureRow).where(LogInFailureRow.subject == self.email))
        counted = (LogInFailureRow.subject == self.address) & (LogInFailureRow.window == self.window)
        session.execute(update(LogInFailureRow).where(counted).values(count=LogInFailureRow.count - 1))


def count_attempt(session: Session, email: str, address: str, now: datetime) -> Attempt:
    """Raises `TooMany` where the limit is reached, whether or not there is such an account."""
    attempt = Attempt(f"email {email_key(email)}", f"address {network_of(address)}", window_of(now))
    for subject, limit in ((attempt.email, FAILURES_PER_EMAIL), (attempt.address, FAILURES_PER_ADDRESS)):
        if _increment(session, subject, attempt.window) > limit:
            raise _too_many("There were too many failed log-ins.")
    return attempt


def count_registration(session: Session, address: str, now: datetime) -> None:
    """Raises `TooMany` where the limit is reached; a caller whose address nobody knows is not counted."""
    if address and _increment(session, f"registration {network_of(address)}", window_of(now)) > REGISTRATIONS_PER_ADDRESS:
        raise _too_many("There were too many registrations from your network.")


def _too_many(what: str) -> TooMany:
    seconds = int(FAILURE_WINDOW.total_seconds())
    return TooMany(what, f"Wait {seconds // 60} minutes, then try again.", {"retry_after": str(seconds)})


def _increment(session: Session, subject: str, window: datetime) -> int:
    row = insert(session, LogInFailureRow).values(subject=subject, window=window, count=1)
    key = [LogInFailureRow.subject, LogInFailureRow.window]
    counted = row.on_conflict_do_update(index_elements=key, set_={"count": LogInFailureRow.count + 1}).returning(LogInFailureRow.count)
    return session.execute(counted).scalar_one()
