"""What may be tried so often is counted before anything is told, under a row lock: any number sent at once is counted exactly."""

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
    TAKEN_AWAY,
    email_key,
    network_of,
    window_of,
)
from apps.core.contract.errors import TooMany
from apps.core.contract.words import marked
from apps.core.database import insert, reader


@dataclass(frozen=True)
class Counted:
    """Something that may be tried so many times within a window; each of `limits` counts by itself."""

    limits: Mapping[str, int]
    window: datetime
    refusal: str

    def refuse_early(self) -> None:
        """Raises `TooMany` where a limit was reached before, so that hashing a password costs us nothing."""
        row = LogInFailureRow
        with reader() as connection:
            counted = connection.execute(
                select(row.subject, row.count).where(row.subject.in_(self.limits), row.window == self.window)
            ).all()
        if any(tries >= self.limits[subject] for subject, tries in counted):
            raise self._too_many()

    def count(self, session: Session) -> None:
        """Raises `TooMany` where a limit is reached."""
        for subject, limit in self.limits.items():
            if _increment(session, subject, self.window) > limit:
                raise self._too_many()

    def _too_many(self) -> TooMany:
        seconds = int(FAILURE_WINDOW.total_seconds())
        return TooMany(
            self.refusal, marked("Wait %(minutes)s minutes, then try again."), {"retry_after": str(seconds)}, minutes=seconds // 60
        )


@dataclass(frozen=True)
class Attempt(Counted):
    """One attempt to log in, whether or not there is such an account: counted as a failure until it has succeeded."""

    def succeeded(self, session: Session) -> None:
        """Forget the failures for this e-mail address, and take this attempt off its network address."""
        email, address = self.limits
        session.execute(delete(LogInFailureRow).where(LogInFailureRow.subject == email))
        counted = (LogInFailureRow.subject == address) & (LogInFailureRow.window == self.window)
        session.execute(update(LogInFailureRow).where(counted).values(count=LogInFailureRow.count - 1))


def attempt_of(email: str, address: str, now: datetime) -> Attempt:
    limits = {f"email {email_key(email)}": FAILURES_PER_EMAIL, f"address {network_of(address)}": FAILURES_PER_ADDRESS}
    return Attempt(limits, window_of(now), marked("There were too many failed log-ins."))


def registration_from(address: str, now: datetime) -> Counted:
    """One that comes from nobody knows where is not counted."""
    limits = {f"registration {network_of(address)}": REGISTRATIONS_PER_ADDRESS} if address else {}
    return Counted(limits, window_of(now), marked("There were too many registrations from your network."))


def taking_away(account_id: str, now: datetime) -> Counted:
    return Counted({f"data {account_id}": TAKEN_AWAY}, window_of(now), marked("Your data was taken away 3 times just now."))


def _increment(session: Session, subject: str, window: datetime) -> int:
    row = insert(session, LogInFailureRow).values(subject=subject, window=window, count=1)
    key = [LogInFailureRow.subject, LogInFailureRow.window]
    counted = row.on_conflict_do_update(index_elements=key, set_={"count": LogInFailureRow.count + 1}).returning(LogInFailureRow.count)
    return session.execute(counted).scalar_one()
